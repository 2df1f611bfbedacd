/** A policy says everything that the terms say, in ODRL's words or with the prefix of ours. https://www.w3.org/TR/odrl-model/ */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DataUseTerm, Obligation } from '../../src/conditions/model.ts';
import { addMonths, policyOf } from '../../src/fair/odrl.ts';
import { statedOf } from '../../src/fair/stated.ts';
import { linksOfHeader, nothingSaid, obligationsOfHeader, type Terms } from '../../src/fair/terms.ts';
import { termsText } from '../../src/fair/terms-text.ts';
import { canonical } from '../../src/fhir/canonical.ts';
import type { JsonObject } from '../../src/fhir/json.ts';
import { everyCondition } from './full-library.ts';
import { policyFaults } from './odrl-rules.ts';

const url = 'https://example.org/fhir/Library/a';
const uid = 'urn:uuid:00000000-0000-4000-8000-000000000000';
const received = Date.parse('2026-11-30T12:00:00Z');
const library = { resourceType: 'Library', id: 'a', status: 'active', extension: [...everyCondition] };

const bare: Terms = { title: 'A', identifiers: [], stated: [], said: nothingSaid, received, purposes: [] };
const full: Terms = {
  ...bare,
  identifiers: ['urn:ds:a', 'urn:sys|7'],
  publisher: 'General Hospital',
  stated: [statedOf(library, url)],
  purposes: [`${canonical.actReason}|HRESCH`],
  project: 'P-17',
};
const withDataUse = (...dataUse: DataUseTerm[]): Terms => {
  const stated = statedOf({ ...library, extension: [] }, url);
  return { ...bare, stated: [{ ...stated, statement: { ...stated.statement, dataUse } }] };
};
const withObligations = (...obligations: Obligation[]): Terms => ({ ...bare, said: { ...nothingSaid, obligations } });
const only = (policy: JsonObject, kind: string): any => (policy[kind] as JsonObject[])[0];
const duo = (number: string): string => `http://purl.obolibrary.org/obo/DUO_${number}`;

describe('a policy', () => {
  test('of everything keeps the rules of ODRL and says all of it', () => {
    const policy = policyOf(full, uid);
    expect(policyFaults(policy)).toEqual([]);
    expect(policy).toMatchObject({
      '@type': 'Agreement',
      assigner: { 'dct:title': 'General Hospital' },
      assignee: { 'dct:title': 'P-17' },
      'dct:license': [{ '@id': 'https://spdx.org/licenses/CC-BY-NC-4.0' }],
      'fairway:consentRequired': true,
    });
    const permission = only(policy, 'permission');
    expect(permission.target).toBe('urn:ds:a');
    const constraints = permission.constraint.map((one: any) => [one.leftOperand, one.operator, one.rightOperand]);
    const reason = (code: string) => ({ '@id': `${canonical.actReason}#${code}` });
    for (const one of [
      ['purpose', 'isA', { '@id': duo('0000007') }],
      ['fairway:disease', 'isA', { '@id': 'http://purl.obolibrary.org/obo/MONDO_0005015' }],
      ['elapsedTime', 'lteq', { '@value': 'P24M', '@type': 'xsd:duration' }],
      ['fairway:visa', 'eq', 'ControlledAccessGrants'],
      ['purpose', 'isAnyOf', [reason('HRESCH'), reason('PUBHLTH')]],
      ['purpose', 'isA', reason('HRESCH')],
      ['spatial', 'isAnyOf', [{ '@id': 'urn:iso:std:iso:3166#DE' }, { '@id': 'urn:iso:std:iso:3166#FR' }]],
      ['recipient', 'eq', { '@id': 'https://ror.org#04aj4c181' }],
      ['dateTime', 'gteq', { '@value': '2026-06-02T00:00:00.000Z', '@type': 'xsd:dateTime' }],
      ['dateTime', 'lteq', { '@value': '2029-01-01T23:59:59.999Z', '@type': 'xsd:dateTime' }],
      ['fairway:project', 'eq', 'P-17'],
    ])
      expect(constraints).toContainEqual(one);
    expect(permission.duty.map((one: any) => one.action)).toEqual(['fairway:acceptTerms', 'obtainConsent']);
    expect((policy['prohibition'] as any[]).map(({ action }) => action)).toEqual([
      'commercialize',
      'fairway:reidentify',
    ]);
    const obligations = policy['obligation'] as any[];
    expect(obligations.map(({ action }) => action)).toEqual([
      'fairway:publish',
      'delete',
      'fairway:comply',
      'fairway:comply',
    ]);
    expect(JSON.parse(obligations[3]['fairway:asStated'])).toEqual(everyCondition.at(-1));
  });

  test.each<[string, Partial<Terms>, string]>([
    ['nobody', {}, 'Set'],
    ['a publisher', { publisher: 'https://ror.org/1' }, 'Offer'],
    ['a publisher and a project', { publisher: 'H', project: 'urn:p' }, 'Agreement'],
  ])('with %s known is of the type that says so', (_, more, type) => {
    const policy = policyOf({ ...bare, ...more }, uid);
    expect(policy['@type']).toBe(type);
    expect(policyFaults(policy)).toEqual([]);
  });

  test('the earliest end holds, whoever stated it', () => {
    const policy = policyOf(
      { ...full, said: { ...nothingSaid, accessUntil: Date.parse('2027-01-01T00:00:00Z') } },
      uid,
    );
    const ends = only(policy, 'permission').constraint.filter(
      (one: any) => one.operator === 'lteq' && one.leftOperand === 'dateTime',
    );
    expect(ends.map((one: any) => one.rightOperand['@value'])).toEqual(['2027-01-01T00:00:00.000Z']);
  });

  test('audiences of several levels of records are alternatives, and one that asks nothing frees of all', () => {
    const offers = full.stated[0]!.statement.offers.filter(({ level }) => level === 'record-deidentified');
    const withOffers = (...list: typeof offers): Terms => {
      const [stated] = full.stated;
      return { ...full, stated: [{ ...stated!, statement: { ...stated!.statement, offers: list } }] };
    };
    const two = policyOf(
      withOffers(offers[0]!, {
        ...offers[0]!,
        audience: [
          { kind: 'committee', committee: 'Organization/x' },
          { kind: 'terms', url: 'urn:t' },
        ],
      }),
      uid,
    );
    expect(policyFaults(two)).toEqual([]);
    expect(JSON.stringify(two)).toContain('"or":{"@list":[{"and":{"@list":[');
    const free = policyOf(withOffers(offers[0]!, { ...offers[0]!, audience: [] }), uid);
    expect(JSON.stringify(free)).not.toContain('"or":');
  });
});

describe('DUO terms', () => {
  test.each<[string, string | undefined, string, object]>([
    [
      '0000004',
      undefined,
      'permission',
      { constraint: [{ leftOperand: 'purpose', operator: 'isA', rightOperand: { '@id': duo('0000004') } }] },
    ],
    ['0000012', 'DUO:0000037', 'permission', { constraint: [{ leftOperand: 'purpose', operator: 'isA' }] }],
    ['0000015', undefined, 'prohibition', { action: 'use', constraint: [{ rightOperand: { '@id': duo('0000031') } }] }],
    ['0000016', undefined, 'permission', { constraint: [{ rightOperand: { '@id': duo('0000016') } }] }],
    ['0000018', undefined, 'prohibition', { action: 'commercialize' }],
    [
      '0000018',
      undefined,
      'permission',
      {
        constraint: [
          { leftOperand: 'recipient', rightOperand: { '@id': 'https://fairway.health/fhir/odrl#NotForProfit' } },
        ],
      },
    ],
    ['0000020', 'Dr. X', 'obligation', { action: 'fairway:collaborate', 'fairway:parameter': ['Dr. X'] }],
    ['0000021', undefined, 'permission', { duty: [{ action: 'fairway:obtainEthicsApproval' }] }],
    [
      '0000022',
      'DE',
      'permission',
      { constraint: [{ leftOperand: 'spatial', rightOperand: { '@id': 'urn:iso:std:iso:3166#DE' } }] },
    ],
    ['0000022', undefined, 'permission', { constraint: [{ leftOperand: 'fairway:dataUse' }] }],
    [
      '0000024',
      '2027-05-01',
      'prohibition',
      { action: 'fairway:publish', constraint: [{ leftOperand: 'dateTime', operator: 'lt' }] },
    ],
    ['0000024', 'some day', 'prohibition', { action: 'fairway:publish' }],
    ['0000025', 'long', 'permission', { constraint: [{ leftOperand: 'fairway:months', rightOperand: 'long' }] }],
    [
      '0000026',
      'urn:u|1',
      'permission',
      { constraint: [{ leftOperand: 'recipient', rightOperand: { '@id': 'urn:u#1' } }] },
    ],
    ['0000027', 'P-1', 'permission', { constraint: [{ leftOperand: 'fairway:project', rightOperand: 'P-1' }] }],
    ['0000029', undefined, 'obligation', { action: 'fairway:returnResults' }],
    ['0000044', undefined, 'prohibition', { constraint: [{ rightOperand: { '@id': duo('0000033') } }] }],
    ['0000045', undefined, 'permission', { constraint: [{ leftOperand: 'recipient', operator: 'isA' }] }],
    [
      '0000099',
      'x',
      'obligation',
      { action: 'fairway:comply', 'dct:source': { '@id': duo('0000099') }, 'fairway:parameter': ['x'] },
    ],
  ])('DUO:%s with %j is part of a %s', (number, parameter, kind, expected) => {
    const term = { id: `DUO:${number}`, ...(parameter === undefined ? {} : { parameter }) };
    const policy = policyOf(withDataUse(term), uid);
    expect(policyFaults(policy)).toEqual([]);
    expect(only(policy, kind)).toMatchObject(expected);
    expect(JSON.stringify(policy)).toContain(duo(number));
  });

  test('several diseases are alternatives', () => {
    const of = (parameter: string) => ({ id: 'DUO:0000007', parameter });
    const { constraint } = only(policyOf(withDataUse(of('MONDO:1'), of('MONDO:2')), uid), 'permission');
    expect(constraint[1]).toMatchObject({ leftOperand: 'fairway:disease', operator: 'isAnyOf' });
    expect(constraint[1].rightOperand).toHaveLength(2);
  });

  test('clinical care widens: it takes the place of the other purposes in a permission of its own', () => {
    const policy = policyOf(
      withDataUse({ id: 'DUO:0000006' }, { id: 'DUO:0000043' }, { id: 'DUO:0000022', parameter: 'DE' }),
      uid,
    );
    const [research, care] = policy['permission'] as any[];
    const purposes = (permission: any) =>
      permission.constraint
        .filter((one: any) => one.leftOperand === 'purpose')
        .map((one: any) => one.rightOperand['@id']);
    expect([purposes(research), purposes(care)]).toEqual([[duo('0000006')], [duo('0000043')]]);
    expect(care.constraint).toContainEqual(expect.objectContaining({ leftOperand: 'spatial' }));
  });

  test('that servers hand on as obligations are said once and as what they are', () => {
    const handedOn = { code: `${canonical.duo}|DUO_0000019`, display: 'publication required' };
    const terms = { ...withDataUse({ id: 'DUO:0000019' }), said: { ...nothingSaid, obligations: [handedOn] } };
    expect((policyOf(terms, uid)['obligation'] as any[]).map(({ action }) => action)).toEqual(['fairway:publish']);
    expect(termsText(terms).match(/publication required/g)).toHaveLength(1);
    expect(termsText(withObligations(handedOn))).toContain('publication required (PUB, DUO:0000019)');
  });
});

describe('obligations', () => {
  test('DELAU is a duty to delete in time, reckoned from the day of the download', () => {
    const { constraint } = only(
      policyOf(withObligations({ code: `${canonical.actCode}|DELAU`, parameter: '3' }), uid),
      'obligation',
    );
    expect(constraint.map((one: any) => [one.leftOperand, one.operator, one.rightOperand['@value']])).toEqual([
      ['elapsedTime', 'lteq', 'P3M'],
      ['dateTime', 'lteq', '2027-02-28T12:00:00.000Z'],
    ]);
  });

  test('of any code are never dropped, in the policy or in the text', () => {
    const word = fc.stringMatching(/^[A-Za-z0-9]{1,12}$/);
    const code = fc.oneof(
      word.map((one) => `${canonical.actCode}|${one}`),
      fc
        .constantFrom('NORELINK', 'DELAU', 'NOREUSE', 'ENCRYPT', 'toString', '__proto__')
        .map((one) => `${canonical.actCode}|${one}`),
      word.map((one) => `urn:x|${one}`),
    );
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.record({ code, parameter: fc.option(word, { nil: undefined }) }), {
          selector: JSON.stringify,
        }),
        (list) => {
          const obligations = list.map(({ code, parameter }) => ({
            code,
            ...(parameter === undefined ? {} : { parameter }),
          }));
          const terms = withObligations(...obligations);
          const policy = policyOf(terms, uid);
          expect(policyFaults(policy)).toEqual([]);
          const rules = [...((policy['obligation'] as any[]) ?? []), ...((policy['prohibition'] as any[]) ?? [])];
          expect(rules).toHaveLength(new Set(obligations.map((one) => JSON.stringify(one))).size);
          for (const one of obligations) {
            const [system, name] = one.code.split('|');
            expect(rules).toContainEqual(
              expect.objectContaining({
                'fairway:code': { '@id': `${system}#${name}` },
                ...('parameter' in one ? { 'fairway:parameter': one.parameter } : {}),
              }),
            );
            expect(termsText(terms)).toContain(name);
          }
        },
      ),
    );
  });

  test.each([
    ['NORELINK, DELAU;12', [['NORELINK'], ['DELAU', '12']]],
    ['DELAU;"12",, ;x', [['DELAU', '12']]],
    ['', []],
  ])('the header %j is read', (header, expected) => {
    const read = obligationsOfHeader(header).map(({ code, parameter }) => [
      code.split('|')[1],
      ...(parameter === undefined ? [] : [parameter]),
    ]);
    expect(read).toEqual(expected);
  });

  test('a code with its system keeps it', () => {
    expect(obligationsOfHeader('urn:x|y;a;b')).toEqual([{ code: 'urn:x|y', parameter: 'a;b' }]);
  });
});

test.each([
  ['<a>; rel="license"', ['a']],
  ['<a>; title="x, y; rel=next"; rel=license, <b>; rel="next LICENSE", <c>', ['a', 'b']],
  ['<a>;rel=licenses', []],
  ['rel="license"', []],
])('of the Link header %j the licences are %j', (header, expected) => {
  expect(linksOfHeader(header, 'license')).toEqual(expected);
});

test.each([
  ['2027-01-31', 1, '2027-02-28'],
  ['2024-01-31', 1, '2024-02-29'],
  ['2026-11-30', 14, '2028-01-30'],
])('%s and %i months is %s', (from, months, to) => {
  expect(new Date(addMonths(Date.parse(from), months)).toISOString().slice(0, 10)).toBe(to);
});
