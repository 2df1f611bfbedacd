/** What a committee granted is read whole or not at all, and the publisher is told why. */
import { describe, expect, test } from 'vitest';
import { canonical } from '../fhir/canonical.ts';
import type { Json, Resource } from '../fhir/json.ts';
import { anonymous } from './access-context.ts';
import { directiveOf } from './directive.ts';
import { granteeKeys, grantOf, isGrant } from './grant.ts';
import { isMetadata } from './metadata-type.ts';

const category = [{ coding: [{ system: canonical.accessCode, code: 'grant' }] }];
const part = (url: string, value: object) => ({ url, ...value });
const dataSet = part('data-set', { valueReference: { reference: 'Library/a' } });
const ada = part('grantee', { valueString: 'person i ada' });
const record = part('level', { valueCode: 'record' });
const grant = (parts: object[], more: object = {}): Resource =>
  ({
    resourceType: 'Consent',
    id: 'g',
    status: 'active',
    category,
    extension: [{ url: canonical.grant, extension: parts }],
    ...more,
  }) as Resource;
const complete = [dataSet, ada, record];

describe('grant', () => {
  test('names a data set, those it is for, a level, its period and purposes', () => {
    const resource = grant(
      [
        dataSet,
        ada,
        part('project', { valueString: 'p' }),
        part('level', { valueCode: 'record-deidentified' }),
        part('profile', { valueCanonical: 'urn:p' }),
        part('obligation', { extension: [{ url: 'code', valueCoding: { system: 's', code: 'c' } }] }),
      ],
      {
        provision: {
          period: { start: '2026-01-01', end: '2026-12-31' },
          purpose: [{ system: canonical.actReason, code: 'HRESCH' }],
        },
      },
    );
    expect(grantOf(resource)).toEqual({
      grant: {
        source: 'Consent/g',
        dataSet: 'Library/a',
        grantees: ['person i ada', 'project p'],
        level: 'record-deidentified',
        profile: 'urn:p',
        purposes: [`${canonical.actReason}|HRESCH`],
        from: Date.UTC(2026, 0, 1),
        to: Date.UTC(2027, 0, 1) - 1,
        obligations: [{ code: 's|c' }],
      },
    });
    expect(grantOf(grant(complete))).toMatchObject({ grant: { purposes: [], level: 'record' } });
  });

  test('in R5 both periods hold', () => {
    const periods = {
      period: { start: '2026-02-01', end: '2027' },
      provision: [{ period: { start: '2026-01-01', end: '2026' } }],
    };
    const limits = { from: Date.UTC(2026, 1, 1), to: Date.UTC(2027, 0, 1) - 1 };
    expect(grantOf(grant(complete, { decision: 'permit', ...periods })).grant).toMatchObject(limits);
    expect(grantOf(grant(complete, { decision: 'deny', ...periods })).grant).toMatchObject(limits);
  });

  test.each<[string, object[], object, RegExp]>([
    ['no extension', [], { extension: undefined }, /exactly once/],
    [
      'two extensions',
      [],
      {
        extension: [
          { url: canonical.grant, extension: complete },
          { url: canonical.grant, extension: complete },
        ],
      },
      /exactly once/,
    ],
    ['no data set', [ada, record], {}, /Library/],
    [
      'a data set elsewhere',
      [part('data-set', { valueReference: { reference: 'https://x.org/Library/a' } }), ada, record],
      {},
      /Library/,
    ],
    ['two data sets', [dataSet, ...complete], {}, /more than one data-set/],
    ['nobody', [dataSet, record], {}, /nobody/],
    ['a grantee without a name', [dataSet, record, part('grantee', { valueString: '' })], {}, /grantee is no string/],
    ['no level', [dataSet, ada], {}, /granularity/],
    ['nothing', [dataSet, ada, part('level', { valueCode: 'none' })], {}, /nothing/],
    ['no profile', [dataSet, ada, part('level', { valueCode: 'record-deidentified' })], {}, /profile/],
    ['an unknown part', [...complete, part('moon', {})], {}, /moon/],
    ['a modifier extension', complete, { modifierExtension: [{ url: 'x' }] }, /modifier/],
    ['a person', complete, { patient: { reference: 'Patient/1' } }, /no person/],
    [
      'another extension of ours',
      [],
      { extension: [{ url: canonical.grant, extension: complete }, { url: canonical.dataSet }] },
      /data-set is not understood/,
    ],
    ['a limit that is not applied', complete, { provision: { class: [{ code: 'x' }] } }, /provision.class/],
    ['a deny', complete, { provision: { type: 'deny' } }, /permits/],
    ['a decision to deny', complete, { decision: 'deny' }, /permits/],
    ['a decision that is none', complete, { decision: 'maybe' }, /permits/],
    ['two provisions', complete, { provision: [{}, {}] }, /one provision/],
    ['a provision that is none', complete, { provision: 'x' }, /one provision/],
    ['a period of words', complete, { provision: { period: { start: 'now' } } }, /period of a grant/],
    ['a purpose that is none', complete, { provision: { purpose: [{ system: 'x', code: 'y' }] } }, /purpose/],
  ])('of %s is none', (_, parts, more, because) => {
    const resource = grant(parts, more);
    if (resource['extension'] === undefined) delete resource['extension'];
    expect(grantOf(resource)).toEqual({ because: expect.stringMatching(because) });
  });

  test('that is not active, or is none, is neither grant nor reason', () => {
    expect(grantOf(grant(complete, { status: 'inactive' }))).toEqual({});
    expect(grantOf({ resourceType: 'Consent', status: 'active' })).toEqual({});
    expect(grantOf({ ...grant(complete), resourceType: 'Basic' })).toEqual({});
  });

  test('states no directive, well formed or not', () => {
    expect([directiveOf(grant(complete)), directiveOf(grant([]))]).toEqual([undefined, undefined]);
    const uncategorised = grant(complete, { category: [] });
    expect([isGrant(uncategorised), directiveOf(uncategorised)]).toEqual([true, undefined]);
  });

  test('is data, as a consent of a person is; a policy is metadata', () => {
    const consent = (more: { [key: string]: Json }): Resource => ({ resourceType: 'Consent', ...more });
    expect(isMetadata(grant(complete))).toBe(false);
    expect(isMetadata(consent({ patient: { reference: 'Patient/1' } }))).toBe(false);
    expect(isMetadata(consent({ subject: { reference: 'Patient/1' } }))).toBe(false);
    expect(isMetadata(consent({}))).toBe(true);
    expect(isMetadata({ resourceType: 'Permission' })).toBe(true);
  });

  test('is found by the subject, whatever client acts for it, and by the project', () => {
    const person = { ...anonymous, subject: { kind: 'person', issuer: 'i', id: 'ada' } as const, client: 'app' };
    expect(granteeKeys(person)).toEqual(['person i ada']);
    expect(granteeKeys({ ...person, project: 'p' })).toEqual(['person i ada', 'project p']);
    expect(granteeKeys({ ...anonymous, subject: { kind: 'service', name: 's' } })).toEqual(['service s']);
    expect(granteeKeys({ ...anonymous, project: 'p' })).toEqual([]);
  });
});
