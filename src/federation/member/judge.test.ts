/** A member's status follows from how it answered. See docs/adr/0025-discovery.md */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonical } from '../../fhir/canonical.ts';
import type { Look } from '../../interaction/index.ts';
import { judge, judgeLimits } from './judge.ts';
import { endpointWith, type Member, memberOf, shownTo } from './member.ts';

const day = 86_400_000;
const now = Date.parse('2026-11-25T00:00:00Z');
const member = (more: Partial<Member> = {}): Member => ({
  id: 'm',
  address: 'https://m.example/fhir',
  status: 'active',
  membership: 'approved',
  roles: ['repository'],
  versions: [],
  problems: [],
  seen: now - 60_000,
  ...more,
});
const answered = { at: now, milliseconds: 5, status: 200, statement: { fhirVersion: '4.0.1' } };
const failed = { at: now, milliseconds: 5, status: 503, reason: 'it answers with status 503' };
const fresh = { newestSummary: now - day };

describe('a member that', () => {
  test('answers as before is left as it is', () => {
    expect(judge(member(), answered, { failures: 0, ...fresh })).toBeUndefined();
  });
  test.each([
    [1, undefined],
    [judgeLimits.errorAfter - 1, undefined],
    [judgeLimits.errorAfter, { status: 'error', problems: ['no-answer'] }],
    [judgeLimits.offAfter, { status: 'off', problems: ['no-answer'] }],
  ])('fails %i times in a row: %j', (failures, change) => {
    expect(judge(member(), failed, { failures, ...fresh })).toEqual(change);
  });
  test('is in error goes off, and says nothing new between', () => {
    const inError = member({ status: 'error', problems: ['no-answer'] });
    expect(judge(inError, failed, { failures: judgeLimits.offAfter - 1, ...fresh })).toBeUndefined();
    expect(judge(inError, failed, { failures: judgeLimits.offAfter, ...fresh })).toMatchObject({ status: 'off' });
  });
  test.each(['error', 'off'])('was put to %s by checks heals when it answers', (status) => {
    const fallen = member({ status, problems: ['no-answer'] });
    expect(judge(fallen, answered, { failures: 0, ...fresh })).toEqual({ status: 'active', problems: [], seen: now });
  });
  test.each(['suspended', 'off', 'error', 'entered-in-error'])('a steward has made %s stays so', (status) => {
    const down = judge(member({ status }), failed, { failures: 99, ...fresh });
    expect(down?.problems ?? []).toEqual([]);
    expect(judge(member({ status, seen: 0 }), answered, { failures: 0, ...fresh })).toMatchObject({ status });
    expect(judge(member({ status }), failed, { failures: 99, ...fresh })?.status ?? status).toBe(status);
  });
  test('has a certificate that ends soon, or is not accepted, has a problem', () => {
    const ends = { certificateUntil: now + 13 * day };
    expect(judge(member(), answered, { failures: 0, ...fresh, ...ends })).toMatchObject({
      problems: ['certificate'],
      ...ends,
    });
    expect(judge(member(), answered, { failures: 0, ...fresh, certificateUntil: now + 15 * day })).toMatchObject({
      problems: [],
    });
    const refused = { ...failed, status: 0, reason: 'm.example has a certificate that has expired' };
    expect(judge(member(), refused, { failures: 1, ...fresh })).toMatchObject({ problems: ['certificate'] });
  });
  test('speaks another version than its Endpoint says has a problem', () => {
    const stated = (versions: string[]) => judge(member({ versions }), answered, { failures: 0, ...fresh })?.problems;
    expect(stated(['5.0'])).toEqual(['wrong-version']);
    expect(stated(['4.0'])).toBeUndefined();
    expect(stated(['4.3', '4.0.1'])).toBeUndefined();
  });
  test('is no repository needs no summary', () => {
    expect(judge(member({ roles: ['discovery'] }), answered, { failures: 0 })).toBeUndefined();
    expect(judge(member(), answered, { failures: 0 })).toMatchObject({ problems: ['no-summary'] });
  });
});

test('whatever happens, a version is written only for news: judging what was judged gives nothing', () => {
  const problem = fc.constantFrom('no-answer' as const, 'wrong-role' as const, 'old-summary' as const);
  const look = fc.constantFrom<Look>(answered, failed, {
    ...failed,
    status: 0,
    reason: 'x has a certificate that expired',
  });
  fc.assert(
    fc.property(
      fc.constantFrom('active', 'error', 'off', 'suspended'),
      fc.array(problem),
      look,
      fc.nat(50),
      fc.option(fc.nat(200), { nil: undefined }),
      fc.option(fc.nat(200), { nil: undefined }),
      (status, problems, seen, failures, summaryDays, certificateDays) => {
        const facts = {
          failures: seen.reason === undefined ? 0 : failures + 1,
          ...(summaryDays === undefined ? {} : { newestSummary: now - summaryDays * day }),
          ...(certificateDays === undefined ? {} : { certificateUntil: now + certificateDays * day }),
        };
        const endpoint = { resourceType: 'Endpoint', id: 'm', status: 'active', address: 'https://m.example/fhir' };
        const before = endpointWith(endpoint, { status, problems });
        const change = judge(memberOf(before), seen, facts);
        if (change === undefined) return;
        expect(judge(memberOf(endpointWith(before, change)), seen, facts)).toBeUndefined();
      },
    ),
  );
});

test('what is changed of an Endpoint leaves everything else as it is', () => {
  const endpoint = {
    resourceType: 'Endpoint',
    id: 'e',
    status: 'off',
    address: 'https://e.example/fhir/',
    payloadMimeType: ['application/fhir+json; fhirVersion=4.3', 'application/fhir+xml'],
    extension: [{ url: 'urn:other', valueString: 'kept' }],
    meta: { security: [{ system: 'urn:s', code: 'kept' }] },
  };
  const change = {
    membership: 'refused',
    reason: 'why',
    problems: ['no-answer'],
    seen: now,
    certificateUntil: now,
  } as const;
  const changed = endpointWith(endpoint, change);
  expect(memberOf(changed)).toMatchObject({
    address: 'https://e.example/fhir',
    versions: ['4.3'],
    membership: 'refused',
    reason: 'why',
    problems: ['no-answer'],
    seen: now,
    certificateUntil: now,
  });
  expect(endpointWith(changed, { reason: null, problems: [] })['extension']).toEqual([
    { url: 'urn:other', valueString: 'kept' },
    { url: canonical.membership, valueCode: 'refused' },
    { url: canonical.lastSeen, valueInstant: '2026-11-25T00:00:00.000Z' },
    { url: canonical.certificateUntil, valueDateTime: '2026-11-25T00:00:00.000Z' },
  ]);
  expect(shownTo(shownTo(shownTo(endpoint, 'stewards'), 'stewards'), 'all')).toEqual(endpoint);
});

test('a membership that is not understood lets nobody in; an address that cannot be asked is none', () => {
  const endpoint = { resourceType: 'Endpoint', id: 'e', status: 'active', address: 'mailto:a@b.example' };
  expect(memberOf({ ...endpoint, extension: [{ url: canonical.membership, valueCode: 'x' }] }).membership).toBe(
    'pending',
  );
  expect(memberOf(endpoint)).toMatchObject({ membership: 'approved' });
  expect(memberOf(endpoint).address).toBeUndefined();
});
