/** Takes in resources as newline-delimited JSON: streamed, each line alone, all faults reported. https://hl7.org/fhir/uv/bulkdata/ */
import type { Readable } from 'node:stream';
import type { NewWrite, WriteResult } from '../door/index.ts';
import { decodeUtf8 } from '../fhir/format/json.ts';
import { FhirError, type Issue, outcomeOf } from '../fhir/outcome.ts';
import { idPattern } from '../fhir/reference.ts';
import { accept, type Reply, type Server } from '../interaction/index.ts';
import { type Line, readLines } from './line-reader.ts';
import type { StreamOperation } from './operation.ts';

/** Resources of one commit. */
const batchSize = 1000;
/** Bytes of one commit, so that large resources do not pile up. */
const batchBytes = 4 * 2 ** 20;
/** Commits on their way at the same time. */
const inFlight = 3;
/** Code systems of hundreds of thousands of concepts are one line. */
const longestLine = 128 * 2 ** 20;
/** Resources after which the database is made ready to be searched at once. */
const large = 5000;
/** Faults that the reply spells out; all are counted. */
const faultsShown = 1000;

export const importOperation: StreamOperation = {
  code: 'import',
  level: 'system',
  contentTypes: ['application/fhir+ndjson', 'application/x-ndjson', 'application/ndjson'],
  summary:
    'Take in resources, one per line. Resources with an id replace what is there; each faulty line is reported and the rest kept.',
  async perform(body, server) {
    await server.door.mayWrite();
    const tally: Tally = { created: 0, replaced: 0, refused: 0, faults: [], warnings: [] };
    await importLines(body, server, tally);
    // Not waited for: everything is there, and what fails here PostgreSQL does by itself a little later.
    if (tally.created + tally.replaced >= large) server.door.settle().catch(() => {});
    return reply(tally);
  },
};

interface Tally {
  created: number;
  replaced: number;
  refused: number;
  faults: { line: number; error: FhirError }[];
  /** what was written but is not understood as a condition */
  warnings: string[];
}

interface Batch {
  writes: NewWrite[];
  lines: number[];
  bytes: number;
}

async function importLines(body: Readable, server: Server, tally: Tally): Promise<void> {
  const running = new Map<Promise<void>, ReadonlySet<string>>();
  let batch: Batch = { writes: [], lines: [], bytes: 0 };
  let targets = new Set<string>();
  const flush = async (): Promise<void> => {
    if (batch.writes.length === 0) return;
    while (running.size >= inFlight) await Promise.race(running.keys());
    const commit: Promise<void> = write(batch, server, tally).finally(() => running.delete(commit));
    running.set(commit, targets);
    // Awaited below; until then a failure must not count as unhandled.
    commit.catch(() => {});
    batch = { writes: [], lines: [], bytes: 0 };
    targets = new Set();
  };
  try {
    for await (const line of readLines(body, longestLine)) {
      const prepared = prepare(line, server, tally);
      if (prepared === undefined) continue;
      const target = `${prepared.type}/${prepared.id}`;
      // A resource that comes twice is written in the order of its lines.
      if (targets.has(target)) await flush();
      for (const [commit, others] of running) if (others.has(target)) await commit;
      batch.writes.push(prepared);
      batch.lines.push(line.number);
      batch.bytes += line.bytes.length;
      targets.add(target);
      if (batch.writes.length >= batchSize || batch.bytes >= batchBytes) await flush();
    }
    await flush();
  } finally {
    await Promise.all(running.keys());
  }
}

function prepare(line: Line, server: Server, tally: Tally): NewWrite | undefined {
  try {
    if (line.tooLong) throw new FhirError('too-long', `the line is longer than ${longestLine} bytes`);
    const content = accept(decodeUtf8(line.bytes), server);
    const { id, resourceType: type } = content.resource;
    if (id === undefined) return { how: 'create', type, id: server.newId(), content };
    if (typeof id !== 'string' || !idPattern.test(id))
      throw new FhirError('value', `${JSON.stringify(id)} is no id`, { expression: `${type}.id` });
    return { how: 'put', type, id, content };
  } catch (error) {
    refuse(tally, line.number, error);
    return undefined;
  }
}

function refuse(tally: Tally, line: number, error: unknown): void {
  // Anything but a FhirError is a defect of ours and ends the import.
  if (!(error instanceof FhirError)) throw error;
  tally.refused++;
  if (tally.faults.length < faultsShown) tally.faults.push({ line, error });
}

async function write(batch: Batch, server: Server, tally: Tally): Promise<void> {
  const results = await server.door.writeMany(batch.writes);
  for (const [at, result] of results.entries()) count(result, batch.writes[at]!, batch.lines[at]!, tally);
}

function count(result: WriteResult, { type, id }: NewWrite, line: number, tally: Tally): void {
  if ('warnings' in result) warn(result.warnings ?? [], line, tally);
  if (result.done === 'created') tally.created++;
  else if (result.done === 'replaced') tally.replaced++;
  else refuse(tally, line, new FhirError('conflict', `the id ${id} cannot be used for a ${type} here`));
}

function warn(warnings: readonly string[], line: number, tally: Tally): void {
  for (const one of warnings) {
    if (tally.warnings.length < faultsShown) tally.warnings.push(`line ${line}: ${one}`);
  }
}

/** Parameters: how many, and an OperationOutcome that names the faulty lines. */
function reply(tally: Tally): Reply {
  const issues = tally.faults
    .sort((one, two) => one.line - two.line)
    .flatMap(({ line, error }) =>
      error.issues.map((issue): Issue => ({ ...issue, diagnostics: `line ${line}: ${issue.diagnostics}` })),
    );
  const unlisted = tally.refused - tally.faults.length;
  if (unlisted > 0) {
    issues.push({
      severity: 'warning',
      code: 'too-costly',
      diagnostics: `${unlisted} more lines were refused and are not listed`,
    });
  }
  const number = (name: string, valueInteger: number): unknown => ({ name, valueInteger });
  const parameter = [
    number('created', tally.created),
    number('replaced', tally.replaced),
    number('refused', tally.refused),
  ];
  if (issues.length > 0) parameter.push({ name: 'outcome', resource: outcomeOf(issues) });
  if (tally.warnings.length > 0) {
    const warnings = tally.warnings.map(
      (diagnostics): Issue => ({ severity: 'warning', code: 'processing', diagnostics }),
    );
    parameter.push({ name: 'warnings', resource: outcomeOf(warnings) });
  }
  const counted = tally.created + tally.replaced;
  return { status: 200, body: JSON.stringify({ resourceType: 'Parameters', parameter }), disclosed: [], counted };
}
