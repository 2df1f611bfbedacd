/** A process that performs one job again and again and writes down when; for tests that run two of it and kill one. See docs/adr/0024-jobs.md */
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type DatabaseAddress } from '../src/store/connect.ts';
import { openJobs } from '../src/store/jobs.ts';

const [address, name, seconds, milliseconds] = process.argv.slice(2);
const sql = connect(JSON.parse(address!) as DatabaseAddress, { connections: 2 });
const jobs = openJobs({ sql, log: (level, message, details) => console.error(level, message, details) });
await jobs.every(name!, Number(seconds), async (signal) => {
  const [row] = await sql`insert into ran (process) values (${process.pid}) returning id`;
  await sleep(Number(milliseconds), undefined, { signal });
  await sql`update ran set ended = clock_timestamp() where id = ${row!['id'] as number}`;
});
process.once('SIGTERM', async () => {
  await jobs.close();
  await sql.end();
});
console.log('ready');
