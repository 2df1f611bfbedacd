/** Asks a public validator about a crate that get wrote: `node bench/crate.ts [rocrate-validator]`. It comes by `pip install roc-validator`. https://github.com/crs4/rocrate-validator */
import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { metadataLines, recordLines } from '../src/demo/index.ts';
import { newFolder, remove, startMeasured } from './harness.ts';
import { printTable, saveResult } from './report.ts';

const [validator = 'rocrate-validator'] = process.argv.slice(2);
const folder = newFolder();
const server = await startMeasured(folder);
const file = Buffer.from('a,b\n1,2\n');
const files = createServer((_, response) => response.setHeader('content-type', 'text/csv').end(file));
await new Promise<void>((done) => files.listen(0, '127.0.0.1', done));

const { base } = server;
const plan = { seed: 'crate', patients: 200 };
const at = { hospital: base, registry: base, discovery: base, cohort: base, cancer: base };
/** The data sets of the made-up hospital, each with a file beside its records. */
function withFile(line: string): string {
  const resource = JSON.parse(line);
  if (resource.resourceType !== 'Library') return line;
  const url = `http://127.0.0.1:${(files.address() as { port: number }).port}/table.csv`;
  const hash = createHash('sha1').update(file).digest('base64');
  const content = { contentType: 'text/csv', url, size: file.length, hash };
  return JSON.stringify({ ...resource, content: [...(resource.content ?? []), content] });
}
const lines = [...[...metadataLines('hospital', plan, at)].map(withFile), ...recordLines('hospital', plan)];
const headers = { 'content-type': 'application/fhir+ndjson' };
const loaded = await fetch(`${base}/$import`, { method: 'POST', headers, body: lines.join('\n') });
if (!loaded.ok) throw new Error(await loaded.text());

const crate = join(folder, 'crate');
const main = join(import.meta.dirname, '../src/main.ts');
const asked = ['get', 'northshore-routine-care', '--repository', base, '--out', crate, '--format', 'crate'];
// The file's server lives in this process, so nothing here may block it.
await promisify(execFile)(process.execPath, [main, ...asked]);

const version = spawnSync(validator, ['--version'], { encoding: 'utf8' }).stdout?.trim();
if (version === undefined) throw new Error(`${validator} cannot be run: pip install roc-validator`);
const found: Record<string, number> = {};
for (const profile of ['ro-crate-1.2', 'process-run-crate-0.5']) {
  const report = join(folder, `${profile}.json`);
  // It fetches the context of RO-Crate from w3id.org.
  spawnSync(
    validator,
    [
      '-y',
      'validate',
      '-p',
      profile,
      '-l',
      'recommended',
      '--skip-availability-check',
      '--no-cache',
      '-f',
      'json',
      '-o',
      report,
      crate,
    ],
    { encoding: 'utf8', stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const { issues } = JSON.parse(readFileSync(report, 'utf8')) as { issues: { severity: string; message: string }[] };
  for (const severity of ['REQUIRED', 'RECOMMENDED']) {
    found[`${profile} ${severity}`] = issues.filter((one) => one.severity === severity).length;
  }
  for (const { severity, message } of issues) console.log(`${profile} ${severity}: ${message}`);
}
printTable(
  ['rules', 'broken'],
  Object.entries(found).map(([name, broken]) => [name, String(broken)]),
);
saveResult('crate', { validator: version, broken: found });

files.close();
await server.stop();
remove(folder);
