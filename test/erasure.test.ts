/** Nothing of an erased resource is left in any table, and the act is recorded. See docs/adr/0005-erasure.md */
import { expect, test } from 'vitest';
import { connect } from '../src/store/connect.ts';
import { startServer } from './server.ts';

test('every table is searched for what was erased', async () => {
  const server = await startServer();
  const person = (family: string) => ({
    resourceType: 'Patient',
    id: 'gone',
    name: [{ family }],
    birthDate: '1950-01-01',
    text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${family}</div>` },
  });
  for (const family of ['Unforgotten', 'Unforgettable'])
    await server.ask('PUT', 'Patient/gone', { body: person(family) });
  const sql = connect(server.address, { connections: 1, name: 'test' });
  const traces = async (): Promise<string[]> => {
    const tables = await sql`select tablename from pg_tables where schemaname = 'public'`;
    const found: string[] = [];
    for (const { tablename } of tables) {
      const rows = await sql.unsafe(
        `select t::text as row from ${tablename as string} t where t::text ilike '%unforg%' or t::text ilike '%1950%'`,
      );
      if (rows.length > 0) found.push(tablename as string);
    }
    return found.sort();
  };
  expect(await traces()).toEqual(['resource', 'resource_version', 'string', 'words']);
  const body = { resourceType: 'Parameters', parameter: [{ name: 'reason', valueString: 'request of the person' }] };
  const answer = await server.ask('POST', 'Patient/gone/$expunge', { body });
  expect(answer.body['parameter'][0].valueInteger).toBe(3);
  expect(await traces()).toEqual([]);
  const [record] = await sql`select asker, reason, target, versions from erasure`;
  expect({ ...record }).toEqual({
    asker: 'service writer',
    reason: 'request of the person',
    target: 'Patient/gone',
    versions: 3,
  });
  await sql.end();
  await server.close();
  expect(server.errors).toEqual([]);
});
