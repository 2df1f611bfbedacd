/** Pages are stable while others write, lead back as far as they remember, and hold after a restart. https://hl7.org/fhir/R4B/http.html#paging */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, idsOf, startServer, type TestServer } from '../server.ts';

let server: TestServer;
const count = 120;
beforeAll(async () => {
  server = await startServer();
  await server.load(
    Array.from({ length: count }, (_, at) => ({
      resourceType: 'Patient',
      id: `p${String(at).padStart(3, '0')}`,
      birthDate: `19${String(at % 50).padStart(2, '0')}-01-01`,
      ...(at % 10 === 0 ? {} : { name: [{ family: `Family${at % 30}` }] }),
    })),
  );
});
afterAll(async () => {
  await server.close();
  expect(server.errors).toEqual([]);
});

const linkOf = (answer: Answer, relation: string): string | undefined =>
  answer.body['link'].find((one: any) => one.relation === relation)?.url;

test.each([
  '',
  '&_sort=birthdate',
  '&_sort=-family',
  '&_sort=-_lastUpdated',
  '&_sort=family,-birthdate',
  '&_sort=-_id',
])('forward to the last page and back again%s', async (sort) => {
  const pages: string[][] = [];
  let answer = await server.ask('GET', `Patient?_count=7${sort}`);
  pages.push(idsOf(answer));
  expect([linkOf(answer, 'previous'), linkOf(answer, 'last')]).toEqual([undefined, undefined]);
  for (let next = linkOf(answer, 'next'); next !== undefined; next = linkOf(answer, 'next')) {
    // What is written meanwhile moves nothing that is yet to come.
    if (pages.length === 3)
      await server.ask('PUT', 'Patient/p999', { body: { resourceType: 'Patient', id: 'p999', active: true } });
    answer = await server.ask('GET', next);
    pages.push(idsOf(answer));
  }
  await server.ask('DELETE', 'Patient/p999');
  const all = pages.flat().filter((id) => id !== 'p999');
  expect([all.length, new Set(all).size]).toEqual([count, count]);
  expect(linkOf(answer, 'last')).toBe(linkOf(answer, 'self'));
  for (let at = pages.length - 2; at >= 0; at--) {
    const previous = linkOf(answer, 'previous');
    expect(previous).toBeDefined();
    answer = await server.ask('GET', previous!);
    const stable = (ids: string[]): string[] => ids.filter((id) => id !== 'p999');
    // A page that was read while p999 was there has one more now.
    expect(stable(pages[at]!).every((id) => idsOf(answer).includes(id))).toBe(true);
  }
  expect(linkOf(answer, 'previous')).toBeUndefined();
  const first = await server.ask('GET', `Patient?_count=7${sort}`);
  expect(idsOf(answer)).toEqual(idsOf(first));
});

test('beyond what is remembered there is a first page, and no previous one that would be wrong', async () => {
  let answer = await server.ask('GET', 'Patient?_count=4');
  let pages = 1;
  for (let next = linkOf(answer, 'next'); next !== undefined; next = linkOf(answer, 'next')) {
    answer = await server.ask('GET', next);
    pages++;
  }
  expect(pages).toBe(30);
  let back = 0;
  for (let previous = linkOf(answer, 'previous'); previous !== undefined; previous = linkOf(answer, 'previous')) {
    answer = await server.ask('GET', previous);
    back++;
  }
  expect(back).toBe(19);
  const first = await server.ask('GET', linkOf(answer, 'first')!);
  expect(idsOf(first)).toEqual(idsOf(await server.ask('GET', 'Patient?_count=4')));
});

test('a link holds after a restart, as every process of the database made it', async () => {
  const next = linkOf(await server.ask('GET', 'Patient?_count=5'), 'next')!;
  const expected = idsOf(await server.ask('GET', next));
  const other = await startServer({ database: server.address });
  const path = next.slice(server.base.length + 1);
  expect(idsOf(await other.ask('GET', path))).toEqual(expected);
  await other.close();
});
