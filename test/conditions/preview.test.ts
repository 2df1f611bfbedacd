/** What is previewed is what is decided: over generated data sets and askers, and by a second reading of the rule. See docs/adr/0034-previewing-conditions.md */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AccessContext } from '../../src/conditions/access-context.ts';
import { dataSetStatementOf } from '../../src/conditions/data-set-statement.ts';
import { decide } from '../../src/conditions/decision.ts';
import { askerKinds, askerOfKind, previewOf } from '../../src/conditions/preview.ts';
import { canonical, granularities } from '../../src/fhir/canonical.ts';
import type { Resource } from '../../src/fhir/json.ts';
import { compile, levelOf } from './compile-world.ts';
import { asker, isBelow, library } from './generators.ts';
import { referenceLevel } from './reference-decision.ts';
import { now, type World, type WorldRecord } from './world.ts';

const runs = Number(process.env['FAIRWAY_RUNS'] ?? 2000);

/** One record in the data set, of a patient who agreed to its use. */
const record: WorldRecord = {
  dataSets: ['Library/a'],
  patients: ['Patient/1'],
  resource: { resourceType: 'Observation', id: '1', subject: { reference: 'Patient/1' } },
};
const consent: Resource = {
  resourceType: 'Consent',
  id: 'c',
  status: 'active',
  scope: { coding: [{ system: canonical.consentScope, code: 'research' }] },
  patient: { reference: 'Patient/1' },
  policyRule: { coding: [{ system: canonical.actCode, code: 'OPTIN' }] },
};
const worldOf = (draft: Resource): World => ({ statements: [draft, consent], records: [record], revoked: [] });

const anyone = fc.oneof(
  asker,
  fc.constantFrom(...askerKinds).map((kind) => ({ kind })),
);

test('a draft is previewed as it is decided once it is stored, for every asker', () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(library('a'), anyone, (draft, one) => {
      const statement = dataSetStatementOf(draft);
      const context: AccessContext = 'kind' in one ? askerOfKind(one.kind, statement) : one;
      const preview = previewOf(statement, context, now, { isBelow });
      const world = worldOf(draft);
      const { statements, classOf } = compile(world);
      const decision = decide(context, statements, now, { isBelow });
      const number = classOf.get(record)!;
      expect(preview.level).toBe(levelOf(decision, number));
      expect(preview.level).toBe(referenceLevel(world, record, context, now, isBelow));
      expect(preview.disclosure).toEqual(decision.counts.get(number) ?? decision.exists.get(number));
      if (preview.level !== 'none') expect(preview.obligations).toEqual(decision.obligations.get(number) ?? []);
      seen.set(preview.level, (seen.get(preview.level) ?? 0) + 1);
    }),
    { numRuns: runs },
  );
  for (const level of ['none', 'exists', 'count', 'record-deidentified', 'record'])
    expect(seen.get(level) ?? 0).toBeGreaterThan(runs / 500);
});

test('for each level beyond the given one something is missing, and nothing is for those below it', () => {
  fc.assert(
    fc.property(library('a'), asker, (draft, { expires: _, ...context }) => {
      const { level, beyond } = previewOf(dataSetStatementOf(draft), context, now, { isBelow });
      for (const one of beyond) {
        expect(one.missing).not.toEqual([]);
        if (one.level !== 'none')
          expect(granularities.indexOf(one.level)).toBeGreaterThan(granularities.indexOf(level));
      }
    }),
    { numRuns: runs },
  );
});

test('whoever gets what was missing gets the level', () => {
  fc.assert(
    fc.property(library('a'), (draft) => {
      const statement = dataSetStatementOf(draft);
      const { beyond } = previewOf(statement, askerOfKind('anonymous', statement), now, { isBelow });
      for (const { level, missing } of beyond) {
        const onlyTerms = missing.flatMap((one) =>
          one.kind === 'requirement' && one.requirement.kind === 'terms' ? [one.requirement.url] : [],
        );
        if (onlyTerms.length !== missing.length) continue;
        const context: AccessContext = {
          subject: { kind: 'person', issuer: 'i', id: 'x' },
          rights: { readAll: false, write: false },
          acceptedTerms: onlyTerms,
        };
        const after = previewOf(statement, context, now, { isBelow }).level;
        expect(granularities.indexOf(after)).toBeGreaterThanOrEqual(
          granularities.indexOf(level === 'aggregate' ? 'count' : level),
        );
      }
    }),
    { numRuns: runs },
  );
});

describe('a condition that is not understood', () => {
  test('closes for everyone but those who read all, and is named', () => {
    const draft: Resource = {
      resourceType: 'Library',
      id: 'a',
      status: 'active',
      extension: [
        { url: canonical.granularity, extension: [{ url: 'level', valueCode: 'record' }] },
        { url: `${canonical.structureDefinitions}moon-phase`, valueCode: 'full' },
      ],
    };
    const statement = dataSetStatementOf(draft);
    for (const kind of askerKinds) {
      const { level, beyond } = previewOf(statement, askerOfKind(kind, statement), now);
      expect([kind, level]).toEqual([kind, kind === 'steward' ? 'record' : 'none']);
      if (kind !== 'steward') expect(JSON.stringify(beyond)).toContain('moon-phase is not understood');
    }
  });
});
