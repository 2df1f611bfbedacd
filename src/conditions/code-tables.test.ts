/** Our tables of purposes and labels hold what HL7 publishes, no more and no less. https://terminology.hl7.org */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { canonical } from '../fhir/canonical.ts';
import { bearingLabels, isLabelled, labelDemand } from './label.ts';
import { isPurpose, isPurposeWithin } from './purpose.ts';

interface Concept {
  code: string;
  property?: { code: string; valueCode?: string }[];
  concept?: Concept[];
}

/** code -> codes directly above it */
function parentsOf(name: string): Map<string, Set<string>> {
  const url = import.meta.resolve(`hl7.terminology.r4/CodeSystem-${name}.json`);
  const system = JSON.parse(readFileSync(new URL(url), 'utf8')) as { concept: Concept[] }; // as HL7 publishes it
  const parents = new Map<string, Set<string>>();
  const walk = (concepts: Concept[], above?: string): void => {
    for (const { code, property = [], concept = [] } of concepts) {
      const named = property.filter((one) => one.code === 'subsumedBy').flatMap((one) => one.valueCode ?? []);
      parents.set(code, new Set([...(parents.get(code) ?? []), ...named, ...(above === undefined ? [] : [above])]));
      walk(concept, code);
    }
  };
  walk(system.concept);
  return parents;
}

/** Every code below `top`. */
function below(parents: Map<string, Set<string>>, top: string): string[] {
  const direct = [...parents].filter(([, above]) => above.has(top)).map(([code]) => code);
  return [...new Set(direct.flatMap((code) => [code, ...below(parents, code)]))];
}

describe('purposes of use', () => {
  const parents = parentsOf('v3-ActReason');
  const text = (code: string): string => `${canonical.actReason}|${code}`;
  const purposes = ['PurposeOfUse', ...below(parents, 'PurposeOfUse')];

  test('are those of v3-PurposeOfUse and no other code of the system', () => {
    expect([...parents.keys()].filter((code) => isPurpose(text(code))).sort()).toEqual([...purposes].sort());
    expect(isPurpose('urn:x|HRESCH')).toBe(false);
  });

  test('stand below each other as published', () => {
    for (const ancestor of purposes) {
      const within = purposes.filter((code) => isPurposeWithin(text(code), text(ancestor)));
      expect(within.sort()).toEqual([ancestor, ...below(parents, ancestor)].sort());
    }
  });
});

describe('labels', () => {
  const parents = parentsOf('v3-ActCode');
  const act = (code: string): string => `${canonical.actCode}|${code}`;
  const open = { grant: false, consent: false, deidentified: false };

  test.each(below(parents, '_InformationSensitivityPolicy'))('%s is sensitive and needs a grant', (code) => {
    expect(bearingLabels([act(code)])).toEqual([act(code)]);
    expect(labelDemand([act(code)])).toEqual({ ...open, grant: true, purposes: [], obligations: [] });
    for (const ancestor of below(parents, '_InformationSensitivityPolicy')) {
      const isBelow = code === ancestor || below(parents, ancestor).includes(code);
      expect(isLabelled([act(code)], act(ancestor))).toBe(isBelow);
    }
  });

  test.each([...below(parents, 'ObligationPolicy'), ...below(parents, 'RefrainPolicy')])('%s obliges', (code) => {
    const demand = labelDemand(bearingLabels([act(code)]));
    expect(demand.obligations).toEqual([{ code: act(code) }]);
    expect(demand.closed).toBe(undefined);
  });

  test('that ask more than to be handed on do so', () => {
    const that = (ask: 'grant' | 'consent' | 'deidentified') =>
      [...below(parents, 'ObligationPolicy'), ...below(parents, 'RefrainPolicy')]
        .filter((code) => labelDemand([act(code)])[ask])
        .sort();
    expect(that('grant')).toEqual(['HUAPRV', 'NOAUTH', 'NOLIST', 'NOMOU', 'NOORGPOL', 'NORDSCLW', 'NOVIP', 'ORCON']);
    expect(that('consent')).toEqual(['NODSCLCD', 'NODSCLCDS']);
    expect(that('deidentified')).toEqual(['ANONY', 'DEID', 'MASK', 'PSEUD', 'REDACT']);
  });

  test('that tell of processing, integrity or trust bear nothing, nor do test data', () => {
    const observed = parentsOf('v3-ObservationValue');
    const telling = below(observed, '_SecurityObservationValue').filter(
      (code) => !code.startsWith('_') && !code.startsWith('SEC'),
    );
    expect(telling.length).toBeGreaterThan(60);
    expect(bearingLabels(telling.map((code) => `${canonical.observationValue}|${code}`))).toEqual([]);
    expect(bearingLabels([`${canonical.actReason}|HTEST`])).toEqual([]);
  });

  test('of confidentiality are ordered; only what is above N bears, and the highest of it', () => {
    const mark = (code: string): string => `${canonical.confidentiality}|${code}`;
    expect(bearingLabels(['U', 'L', 'M', 'N'].map(mark))).toEqual([]);
    expect(bearingLabels(['R', 'U', 'V'].map(mark))).toEqual([mark('V')]);
    expect(bearingLabels([mark('X')])).toEqual([mark('X')]);
    expect(labelDemand([mark('X')]).closed).toMatch(/not understood/);
    expect(labelDemand([mark('R')])).toEqual({ ...open, grant: true, purposes: [], obligations: [] });
  });

  test.each([
    'urn:x|y',
    `${canonical.actCode}|RESEARCH`,
    `${canonical.observationValue}|MOON`,
    `${canonical.actReason}|RSRCH`,
    'undefined|R',
  ])('%s is not understood and closes', (label) => {
    expect(labelDemand(bearingLabels([label])).closed).toBe(`${label} is not understood`);
  });
});
