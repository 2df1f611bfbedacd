/** A question of data sets that it names: they answer and no others, whoever tells of them. See docs/reference/question.md */
import { describe, expect, test } from 'vitest';
import { exit } from '../../src/cli/environment.ts';
import { questionText, readQuestion } from '../../src/federation/client/index.ts';
import { run } from '../cli/run.ts';
import { bundle, capabilities, client, library, plain, registry, serve, states } from './stranger.ts';

const of = (...only: string[]) => readQuestion({ patients: { all: [{ condition: 'urn:c|1' }] }, datasets: { only } });

/** A registry that finds by identifier, URL and id; what it was asked is kept. */
async function searching(libraries: object[], asked: string[] = []): Promise<string> {
  const statement = capabilities(['Library']);
  statement.rest[0]!.resource[0]!.searchParam.push({ name: 'identifier' }, { name: 'url' });
  return serve(({ path, query }) => {
    if (path === 'metadata') return statement;
    if (path !== 'Library') return bundle([]);
    asked.push(query.toString());
    const wanted = (name: string): string[] | undefined => query.get(name)?.split(',');
    return bundle(
      (libraries as Record<string, unknown>[]).filter((one) => {
        const [identifier] = one['identifier'] as { value: string }[];
        return (
          (wanted('identifier')?.includes(identifier!.value) ?? true) &&
          (wanted('url')?.includes(String(one['url'])) ?? true) &&
          (wanted('_id')?.includes(String(one['id'])) ?? true)
        );
      }),
    );
  });
}

describe('data sets named', () => {
  test('by identifier, URL or address answer, and no others', async () => {
    const base = await serve(plain);
    const group = `${base}/Group/1`;
    const from = await registry([
      library('a', group),
      { ...library('b', group), url: 'https://sets.example/b', version: '2' },
      library('c', group),
      library('d', group),
    ]);
    const answer = await client().find(
      { registry: [from] },
      of('urn:ds:a', 'https://sets.example/b|2', `${from}/Library/c`),
    );
    expect(states(answer)).toEqual(['a', 'b', 'c'].map((title) => [title, 'counted', 7]));
    expect([answer.complete, answer.missing]).toEqual([true, undefined]);
    const other = await client().find({ registry: [from] }, of('https://sets.example/b|1'));
    expect([other.datasets, other.missing, other.complete]).toEqual([[], ['https://sets.example/b|1'], false]);
  });

  test('by a further identifier, or by where their record was taken over from', async () => {
    const base = await serve(plain);
    const one = library('a', `${base}/Group/1`);
    const further = { system: 'https://ids.example', value: '7' };
    const from = await registry([
      { ...one, identifier: [...one.identifier, further], meta: { source: 'https://home.example/fhir/Library/z' } },
      library('b', `${base}/Group/1`),
    ]);
    for (const name of ['https://ids.example|7', 'https://home.example/fhir/Library/z']) {
      expect(states(await client().find({ registry: [from] }, of(name)))).toEqual([['a', 'counted', 7]]);
    }
  });

  test('are asked for by name where the server can, without listing all others', async () => {
    const base = await serve(plain);
    const asked: string[] = [];
    const others = Array.from({ length: 50 }, (_, at) => library(`o${at}`, `${base}/Group/1`));
    const from = await searching(
      [library('a', `${base}/Group/1`), { ...library('b', `${base}/Group/1`), url: 'urn:url:b' }, ...others],
      asked,
    );
    const answer = await client().find({ registry: [from] }, of('urn:ds:a', 'urn:url:b', `${from}/Library/o7`));
    expect(states(answer)).toEqual(['a', 'b', 'o7'].map((title) => [title, 'counted', 7]));
    expect(asked.length).toBe(3);
    expect(asked.every((query) => /[&?](?:identifier|url|_id)=/.test(query))).toBe(true);
  });

  test('by the address of one record are found when another registry has the better record', async () => {
    const base = await serve(plain);
    const first = await registry([
      { ...library('a', `${base}/Group/1`), title: 'first' },
      library('x', `${base}/Group/1`),
    ]);
    const second = await registry([{ ...library('a', `${base}/Group/1`), id: 'copy', title: 'second' }]);
    const answer = await client().find({ registry: [first, second] }, of(`${second}/Library/copy`));
    expect(states(answer)).toEqual([['first', 'counted', 7]]);
    expect([answer.datasets[0]?.alsoAt, answer.complete]).toEqual([[`${second}/Library/copy`], true]);
  });

  test('may be a server as a whole, which others are not for that', async () => {
    const [one, two] = [await serve(plain), await serve(plain)];
    const answer = await client().find({ repository: [one, two] }, of(one));
    expect(states(answer)).toEqual([[one, 'counted', 7]]);
  });

  test('of which one is not told of leave the answer incomplete, and it is said which', async () => {
    const base = await serve(plain);
    const from = await registry([library('a', `${base}/Group/1`)]);
    const start = ['--registry', from, '--condition', 'urn:c|1', '--data-set', 'urn:ds:a', '--data-set', 'urn:ds:gone'];
    const { code, out } = await run('find', ...start);
    expect(code).toBe(exit.partial);
    expect(out).toContain('urn:ds:gone: no server on the way tells of such a data set');
    const json = JSON.parse((await run('find', ...start, '--json')).out) as { datasets: object[]; missing: string[] };
    expect([json.datasets.length, json.missing]).toEqual([1, ['urn:ds:gone']]);
  });

  test('that meet not what else is asked of them are not said to be missing', async () => {
    const from = await registry([library('a', 'http://127.0.0.1:9/fhir/Group/1')]);
    const question = readQuestion({ datasets: { only: ['urn:ds:a'], licence: ['CC0-1.0'] } });
    const answer = await client().list({ registry: [from] }, question);
    expect([answer.datasets, answer.missing]).toEqual([[], undefined]);
  });
});

test('the sentence names them', () => {
  expect(questionText(of('urn:ds:a', 'urn:ds:b'))).toBe(
    'How many patients have a condition urn:c|1, in data sets named urn:ds:a or urn:ds:b?',
  );
});
