/** Who asks, from headers and from sources of tokens, without any server. https://www.rfc-editor.org/rfc/rfc6750 */
import { describe, expect, test } from 'vitest';
import { type AccessContext, anonymous } from '../conditions/access-context.ts';
import { createAuthenticate } from './authenticate.ts';
import { breakTheGlass, purposeOf } from './purpose.ts';
import { tokenDigest } from './static-token.ts';
import type { TokenSource } from './token-source.ts';

const rights = { readAll: false, write: false };
const known = (name: string, more: Partial<AccessContext> = {}): [string, AccessContext] => [
  tokenDigest(name),
  { subject: { kind: 'service', name }, rights, ...more },
];
const person = (more: Partial<AccessContext> = {}): AccessContext => ({
  subject: { kind: 'person', issuer: 'i', id: 'ann' },
  rights,
  ...more,
});
const research = purposeOf('HRESCH')!;
const treatment = purposeOf('TREAT')!;

function authenticateWith(sources: TokenSource[] = [], more: object = {}) {
  const logged: unknown[] = [];
  const authenticate = createAuthenticate({
    tokens: new Map([
      known('plain'),
      known('doctor', { rights: { ...rights, breakGlass: true }, purposes: [treatment] }),
      known('bound', { purposes: [research], project: 'p' }),
    ]),
    sources,
    purposeHeader: 'x-purpose',
    projectHeader: 'x-project',
    breakGlassHeader: 'x-break-glass-reason',
    now: () => 1000,
    log: (...line) => logged.push(line),
    ...more,
  });
  const as = (name: string, headers: Record<string, string> = {}) =>
    authenticate({ authorization: `Bearer ${name}`, ...headers });
  return { authenticate, as, logged };
}
const knowing = (contexts: Record<string, () => AccessContext>): TokenSource => ({
  contextOf: async (token) => contexts[token]?.(),
});

describe('who asks', () => {
  test('without a token, and with one of the access file, is known at once', () => {
    const { authenticate, as } = authenticateWith([knowing({})]);
    expect(authenticate({})).toBe(anonymous);
    expect(as('plain')).toBe(as('plain'));
    expect(as('plain')).toMatchObject({ subject: { name: 'plain' } });
    expect(authenticate({ authorization: 'bearer   plain' })).toBe(as('plain'));
  });

  test.each(['', 'Bearer', 'Bearer ', 'Basic plain', 'plain', 'Bearer plain plain', 'Bearer plain,x', 'Bearer pläin'])(
    'with the header %j is nobody',
    (authorization) => {
      expect(() => authenticateWith().authenticate({ authorization })).toThrow('does not know');
    },
  );

  test('with a token that nobody knows is nobody', async () => {
    expect(() => authenticateWith().as('other')).toThrow('does not know');
    await expect(authenticateWith([knowing({})]).as('other')).rejects.toMatchObject({ code: 'login' });
  });

  test('is the first source’s to say, and the same object while it says the same', async () => {
    let project = 'a';
    const { as } = authenticateWith([
      knowing({}),
      knowing({ t: () => person({ project }) }),
      knowing({ t: () => person({ project: 'never' }) }),
    ]);
    const first = await as('t');
    expect(first).toEqual(person({ project: 'a' }));
    expect(await as('t')).toBe(first);
    expect(Object.isFrozen(first) && Object.isFrozen(first.subject)).toBe(true);
    project = 'b';
    expect((await as('t')).project).toBe('b');
  });

  test('is remembered as the same for thousands of tokens, not for all there ever were', async () => {
    const context = person();
    const { as } = authenticateWith([{ contextOf: async () => ({ ...context }) }]);
    const first = await as('t0');
    const last = await as('t1');
    for (let at = 2; at <= 10_000; at++) await as(`t${at}`);
    expect(await as('t1')).toBe(last);
    expect(await as('t0')).not.toBe(first);
  });

  test('is nobody after the context has ended, and where a source fails', async () => {
    const failing: TokenSource = { contextOf: () => Promise.reject(new Error('away')) };
    const { as } = authenticateWith([knowing({ old: () => person({ expires: 1000 }) }), failing]);
    await expect(as('old')).rejects.toMatchObject({ code: 'login' });
    await expect(as('new')).rejects.toThrow('away');
  });
});

describe('a purpose and a project', () => {
  test('that are stated are another context, the same for the same statement', () => {
    const { as } = authenticateWith();
    const stated = as('plain', { 'x-purpose': 'TREAT,HRESCH', 'x-project': 'q' }) as AccessContext;
    expect(stated).toMatchObject({ purposes: [research, treatment], project: 'q' });
    expect(as('plain', { 'x-purpose': 'TREAT,HRESCH', 'x-project': 'q' })).toBe(stated);
    expect(as('plain', { 'x-purpose': 'TREAT,HRESCH' })).not.toBe(stated);
    expect(as('plain')).toMatchObject({ subject: { name: 'plain' } });
    expect((as('plain') as AccessContext).purposes).toBeUndefined();
  });

  test('that the token does not state cannot be added to those that it does', () => {
    const { as } = authenticateWith();
    expect(as('bound', { 'x-purpose': 'HRESCH', 'x-project': 'p' })).toMatchObject({ purposes: [research] });
    expect(() => as('bound', { 'x-purpose': 'HRESCH,TREAT' })).toThrow('not for that purpose');
    expect(() => as('bound', { 'x-project': 'q' })).toThrow('not for that project');
  });

  test('that a token states in a form that is not understood permit none', async () => {
    const { as } = authenticateWith([knowing({ t: () => person({ purposes: [] }) })]);
    await expect(as('t', { 'x-purpose': 'HRESCH' })).rejects.toMatchObject({ code: 'forbidden' });
  });

  test.each([
    [{ 'x-purpose': '' }],
    [{ 'x-purpose': 'HRESCH,' }],
    [{ 'x-purpose': 'research' }],
    [{ 'x-project': '' }],
    [{ 'x-project': 'a b' }],
    [{ 'x-project': 'ä' }],
    [{ 'x-project': 'x'.repeat(256) }],
  ])('as %j are refused', (headers) => {
    expect(() => authenticateWith().as('plain', headers as Record<string, string>)).toThrow(/must be/);
  });

  test('are not taken from anonymous askers, nor from headers that are not configured', () => {
    const { authenticate } = authenticateWith();
    expect(authenticate({ 'x-purpose': 'TREAT' })).toBe(anonymous);
    const { as } = authenticateWith([], { purposeHeader: undefined, projectHeader: undefined });
    expect(as('plain', { 'x-purpose': 'TREAT', 'x-project': 'q' })).toBe(as('plain'));
  });

  test('are remembered for some statements, not for all', () => {
    const { as } = authenticateWith();
    const first = as('plain', { 'x-project': 'p0' });
    for (let at = 1; at <= 50; at++) as('plain', { 'x-project': `p${at}` });
    expect(as('plain', { 'x-project': 'p50' })).toBe(as('plain', { 'x-project': 'p50' }));
    expect(as('plain', { 'x-project': 'p0' })).not.toBe(first);
  });
});

describe('breaking the glass', () => {
  const header = { 'x-break-glass-reason': '  unconscious patient ' };

  test('is a context of one request, with its reason and purpose, and is told', () => {
    const { as, logged } = authenticateWith();
    const broken = as('doctor', { ...header, 'x-project': 'q' }) as AccessContext;
    expect(broken).toMatchObject({
      breakGlass: { reason: 'unconscious patient' },
      purposes: [breakTheGlass],
      project: 'q',
    });
    expect(as('doctor', header)).not.toBe(as('doctor', header));
    expect(logged[0]).toEqual([
      'warn',
      'the glass was broken',
      { asker: 'service doctor', tokenId: undefined, reason: 'unconscious patient' },
    ]);
    expect((as('doctor') as AccessContext).breakGlass).toBeUndefined();
  });

  test.each([
    ['plain', 'unconscious patient', 'forbidden'],
    ['doctor', 'urgent', 'value'],
    ['doctor', '         x         ', 'value'],
    ['doctor', '', 'value'],
    ['doctor', 'x'.repeat(501), 'value'],
  ])('%s with %j: %s', (name, reason, code) => {
    const { as } = authenticateWith();
    expect(() => as(name, { 'x-break-glass-reason': reason })).toThrow(expect.objectContaining({ code }));
  });

  test('needs someone who can be named', () => {
    const { authenticate, logged } = authenticateWith();
    expect(() => authenticate(header)).toThrow(expect.objectContaining({ code: 'login' }));
    expect(logged).toHaveLength(1);
  });
});

test('purposes of use are codes of v3-ActReason or name their system', () => {
  expect(purposeOf('TREAT')).toBe('http://terminology.hl7.org/CodeSystem/v3-ActReason|TREAT');
  expect(purposeOf('urn:x|y')).toBe('urn:x|y');
  for (const text of ['', 'treat', 'x|y', 'urn:x|', 'urn:x|a|b', 'T REAT', 'urn:x|a b'])
    expect(purposeOf(text)).toBeUndefined();
});
