/** The list of what changed stays short where nobody brings summaries up to date. See docs/adr/0017-content-summaries.md */
import { expect, test } from 'vitest';
import { connect } from '../../../src/store/connect.ts';
import { compactChanges, countChanges } from '../../../src/store/content.ts';
import { library, licence, person } from '../../security/world.ts';
import { SummaryWorld } from './world.ts';

test('each resource stands in it once, what came and went not at all, and the summaries are what they would have been', async () => {
  const world = await SummaryWorld.start();
  const sql = connect(world.server.address);
  try {
    const people = Array.from({ length: 12 }, (_, at) => person(`p${at}`, 'open', { gender: 'female' }));
    await world.load([library('open', [licence('CC0-1.0')]), ...people]);
    expect((await world.summary('open'))!.counts['sex:female']).toBe(12);
    expect(await countChanges(sql)).toBe(0);
    for (let round = 0; round < 20; round++) {
      await world.load(people.slice(0, 10).map((one) => ({ ...one, gender: round % 2 === 0 ? 'female' : 'male' })));
      await world.load([person('passing', 'open')]);
      await world.remove('Patient/passing');
    }
    await world.remove('Patient/p11');
    expect(await countChanges(sql)).toBeGreaterThan(200);
    await compactChanges(sql);
    // Ten that changed, and the one that was counted and is gone.
    expect(await countChanges(sql)).toBe(11);
    await compactChanges(sql);
    expect(await countChanges(sql)).toBe(11);
    const { counts } = (await world.summary('open'))!;
    expect([counts['sex:male'], counts['sex:female']]).toEqual([10, 1]);
    expect(await countChanges(sql)).toBe(0);
  } finally {
    await sql.end();
    await world.server.close();
  }
});

test('the server does so by itself where it is told to publish none', async () => {
  const world = await SummaryWorld.start({ summarySeconds: 0 });
  const sql = connect(world.server.address);
  try {
    const rows = await sql`select name, seconds from job where name like 'content-%'`;
    expect(rows.map((row) => [row['name'], Number(row['seconds'])])).toEqual([['content-changes', 3600]]);
  } finally {
    await sql.end();
    await world.server.close();
  }
});
