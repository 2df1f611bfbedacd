/** DUO matching: every purpose against every data set, each cell written out; then every modifier. Facts: design, GA4GH. */
import { describe, expect, test } from 'vitest';
import { canonical } from '../fhir/canonical.ts';
import { type AccessContext, anonymous, type ResearchPurpose } from './access-context.ts';
import { dataUseOutcome, matchDataUse } from './data-use.ts';
import { dataUseObligations, duoTerms } from './duo.ts';
import { evaluationOf, type Outcome } from './evaluation.ts';
import type { DataUseTerm } from './model.ts';

const [cancer, lung, gout] = ['urn:d|cancer', 'urn:d|lung', 'urn:d|gout'];
const isBelow = (code: string, ancestor: string): boolean => code === lung && ancestor === cancer;
const idOf = (abbreviation: string): string => duoTerms.find((one) => one.abbreviation === abbreviation)!.id;
const term = (abbreviation: string, parameter?: string): DataUseTerm => ({
  id: idOf(abbreviation),
  ...(parameter === undefined ? {} : { parameter }),
});
const outcome = (
  terms: DataUseTerm[],
  research: Partial<ResearchPurpose> | undefined,
  more: Partial<AccessContext> = {},
) => {
  const context: AccessContext = {
    ...anonymous,
    ...more,
    ...(research === undefined ? {} : { research: { diseases: [], kinds: [], ...research } }),
  };
  return dataUseOutcome(matchDataUse(terms, evaluationOf(context, 0, isBelow)));
};

const purposes: Record<string, Partial<ResearchPurpose> | undefined> = {
  undeclared: undefined,
  empty: {},
  unknown: { kinds: ['moon'] },
  general: { kinds: ['general'] },
  health: { kinds: ['health'] },
  'disease unnamed': { kinds: ['disease'] },
  cancer: { kinds: ['disease'], diseases: [cancer] },
  lung: { diseases: [lung] },
  'lung+gout': { kinds: ['disease'], diseases: [lung, gout] },
  ancestry: { kinds: ['ancestry'] },
  methods: { kinds: ['methods'] },
  'methods+lung': { kinds: ['methods'], diseases: [lung] },
  'clinical care': { kinds: ['clinical-care'] },
  genetic: { kinds: ['genetic'] },
  'health+ancestry': { kinds: ['health', 'ancestry'] },
};
const columns = [
  'NRES',
  'GRU',
  'HMB',
  'DS[cancer]',
  'DS[lung]',
  'POA',
  'GRU+DS[cancer]',
  'HMB+POA',
  'GRU+NPOA',
  'HMB+NMDS',
  'DS[cancer]+NMDS',
  'GRU+CC',
  'GRU+GSO',
  'NPU',
];
const dataSets: Record<string, DataUseTerm[]> = Object.fromEntries(
  columns.map((column) => [
    column,
    column.split('+').map((part) => {
      const [, name, disease] = /^(\w+)(?:\[(\w+)\])?$/.exec(part)!;
      return term(name!, disease === undefined ? undefined : `urn:d|${disease}`);
    }),
  ]),
);

// P permits, d denies. Columns as in `columns`.
const table: Record<string, string> = {
  //                  NRES GRU HMB DSc DSl POA G+D H+P G-A H-M D-M +CC GSO NPU
  undeclared: 'd    d   d   d   d   d   d   d   d   d   d   d   d   d',
  empty: 'd    d   d   d   d   d   d   d   d   d   d   d   d   d',
  unknown: 'd    d   d   d   d   d   d   d   d   d   d   d   d   d',
  general: 'P    P   d   d   d   d   d   d   d   d   d   P   d   d',
  health: 'P    P   P   d   d   d   d   d   P   P   d   P   d   d',
  'disease unnamed': 'd    d   d   d   d   d   d   d   d   d   d   d   d   d',
  cancer: 'P    P   P   P   d   d   P   d   P   P   P   P   d   d',
  lung: 'P    P   P   P   P   d   P   d   P   P   P   P   d   d',
  'lung+gout': 'P    P   P   d   d   d   d   d   P   P   d   P   d   d',
  ancestry: 'P    P   d   d   d   P   d   d   d   d   d   P   d   d',
  methods: 'P    P   P   d   d   P   d   P   P   d   d   P   d   d',
  'methods+lung': 'P    P   P   P   P   d   P   d   P   d   P   P   d   d',
  'clinical care': 'P    d   d   d   d   d   d   d   d   d   d   P   d   d',
  genetic: 'P    P   P   d   d   d   d   d   P   P   d   P   P   d',
  'health+ancestry': 'P    P   d   d   d   d   d   d   d   d   d   P   d   d',
};

describe('data use', () => {
  test.each(Object.keys(purposes).flatMap((purpose) => columns.map((column) => [purpose, column] as const)))(
    '%s on %s',
    (purpose, column) => {
      const cells = table[purpose]!.split(/ +/);
      expect(cells.length).toBe(columns.length);
      const expected = cells[columns.indexOf(column)] === 'P' ? 'permit' : 'deny';
      expect(outcome(dataSets[column]!, purposes[purpose])).toBe(expected);
    },
  );

  const gru = term('GRU');
  const health = { kinds: ['health'] };
  test.each<[string, DataUseTerm, Outcome, Partial<ResearchPurpose>, Partial<AccessContext>]>([
    ['NPU: not known', term('NPU'), 'deny', health, {}],
    ['NPU: for profit', term('NPU'), 'deny', health, { forProfit: true }],
    ['NPU: not for profit', term('NPU'), 'permit', health, { forProfit: false }],
    ['NCU: not known', term('NCU'), 'deny', health, {}],
    ['NCU: commercial', term('NCU'), 'deny', { ...health, commercial: true }, {}],
    ['NCU: not commercial', term('NCU'), 'permit', { ...health, commercial: false }, {}],
    ['NPUNCU: only one', term('NPUNCU'), 'deny', { ...health, commercial: false }, {}],
    ['NPUNCU: the other', term('NPUNCU'), 'deny', health, { forProfit: false }],
    ['NPUNCU: both', term('NPUNCU'), 'permit', { ...health, commercial: false }, { forProfit: false }],
    ['GS: elsewhere', term('GS', 'DE'), 'deny', health, { country: 'FR' }],
    ['GS: not known', term('GS', 'DE'), 'deny', health, {}],
    ['GS: there', term('GS', 'DE'), 'permit', health, { country: 'de' }],
    ['PS: another', term('PS', 'p'), 'deny', health, { project: 'q' }],
    ['PS: none', term('PS', 'p'), 'deny', health, {}],
    ['PS: this', term('PS', 'p'), 'permit', health, { project: 'p' }],
    ['IS: another', term('IS', 'urn:o|1'), 'deny', health, { affiliations: ['urn:o|2'] }],
    ['IS: anonymous', term('IS', 'urn:o|1'), 'deny', health, { affiliations: ['urn:o|1'] }],
    [
      'IS: this',
      term('IS', 'urn:o|1'),
      'permit',
      health,
      { subject: { kind: 'service', name: 's' }, affiliations: ['urn:o|1'] },
    ],
    ['US: another', term('US', 'i|x'), 'deny', health, { subject: { kind: 'person', issuer: 'i', id: 'y' } }],
    ['US: this', term('US', 'i|x'), 'permit', health, { subject: { kind: 'person', issuer: 'i', id: 'x' } }],
    ['GSO: genetic health research', term('GSO'), 'permit', { kinds: ['health', 'genetic'] }, {}],
    ['CC does not narrow', term('CC'), 'permit', health, {}],
    ['IRB needs a person', term('IRB'), 'needs-person', health, {}],
    ['COL needs a person', term('COL', 'Dr X'), 'needs-person', health, {}],
    ['RS needs a person', term('RS', 'paediatric'), 'needs-person', health, {}],
    ['PUB is an obligation', term('PUB'), 'permit', health, {}],
    ['RTN is an obligation', term('RTN'), 'permit', health, {}],
    ['MOR is an obligation', term('MOR', '2027-01-01'), 'permit', health, {}],
    ['TS is an obligation', term('TS', '6'), 'permit', health, {}],
    ['a term from the future', { id: 'DUO:0000099' }, 'deny', health, {}],
  ])('%s', (_, modifier, expected, research, more) => {
    expect(outcome([gru, modifier], research, more)).toBe(expected);
    // A modifier never makes up for a permission that is missing or does not fit.
    expect(outcome([modifier], research, more)).toBe('deny');
    expect(outcome([term('POA'), modifier], research, more)).toBe('deny');
  });

  test('one refusal outweighs whatever needs a person', () => {
    expect(outcome([gru, term('IRB'), term('NPU')], health)).toBe('deny');
    expect(outcome([], health)).toBe('deny');
    expect(dataUseOutcome([])).toBe('deny');
  });

  test('a hierarchy that fails covers nothing', () => {
    const context = { ...anonymous, research: { kinds: [], diseases: [lung] } };
    const broken = () => {
      throw new Error('no answer');
    };
    const terms = [term('DS', cancer)];
    expect(dataUseOutcome(matchDataUse(terms, evaluationOf(context, 0, broken)))).toBe('deny');
    expect(dataUseOutcome(matchDataUse(terms, evaluationOf(context, 0)))).toBe('deny');
    expect(dataUseOutcome(matchDataUse([term('DS', lung)], evaluationOf(context, 0)))).toBe('permit');
  });

  test('a disease by CURIE is the one of its ontology', () => {
    const terms = [term('DS', 'http://purl.obolibrary.org/obo/mondo.owl|MONDO:1')];
    expect(outcome(terms, { diseases: ['mondo_1'] })).toBe('permit');
    expect(outcome(terms, { diseases: ['DOID:1'] })).toBe('deny');
  });

  test('obligations travel', () => {
    const terms = [gru, term('PUB'), term('TS', '6'), term('MOR', '2027-01-01'), { id: 'DUO:9' }];
    expect(dataUseObligations(terms)).toEqual([
      { code: `${canonical.duo}|DUO_0000019`, display: 'publication required' },
      { code: `${canonical.actCode}|DELAU`, display: 'delete after use', parameter: '6' },
      { code: `${canonical.duo}|DUO_0000024`, display: 'publication moratorium', parameter: '2027-01-01' },
    ]);
  });

  test('the table holds 5 permissions and 18 modifiers, each below a term that is known to DUO', () => {
    expect(duoTerms.filter((one) => one.kind === 'permission').map((one) => one.abbreviation)).toEqual([
      'NRES',
      'GRU',
      'HMB',
      'DS',
      'POA',
    ]);
    expect(duoTerms.filter((one) => one.kind === 'modifier').length).toBe(18);
    const known = new Set(['DUO:0000001', 'DUO:0000017', ...duoTerms.map((one) => one.id)]);
    expect(duoTerms.every((one) => known.has(one.parent))).toBe(true);
  });
});
