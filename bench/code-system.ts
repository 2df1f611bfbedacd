/** Loads a code system of 400,000 concepts with a hierarchy, and asks for what lies below a code. https://hl7.org/fhir/R4B/codesystem.html */
import { Readable } from 'node:stream';
import { sendLines } from '../src/cli/import.ts';
import { newFolder, remove, startMeasured, wrk } from './harness.ts';
import { saveResult } from './report.ts';

const size = 400_000;
/** Every concept has ten below it; every tenth a second parent, as polyhierarchies do. */
function codeSystem(): string {
  const concept = Array.from({ length: size }, (_, at) => {
    const parents = at === 0 ? [] : [Math.floor((at - 1) / 10)];
    if (at > 100 && at % 10 === 0) parents.push(Math.floor((at - 1) / 20));
    return {
      code: `c${at}`,
      display: `Concept number ${at}`,
      ...(parents.length === 0 ? {} : { property: parents.map((one) => ({ code: 'parent', valueCode: `c${one}` })) }),
    };
  });
  return JSON.stringify({
    resourceType: 'CodeSystem',
    id: 'large',
    url: 'urn:large',
    status: 'active',
    content: 'complete',
    concept,
  });
}

const folder = newFolder();
const server = await startMeasured(folder);
try {
  const lines = [
    codeSystem(),
    ...Array.from({ length: 20_000 }, (_, at) =>
      JSON.stringify({
        resourceType: 'Observation',
        id: `o${at}`,
        status: 'final',
        code: { coding: [{ system: 'urn:large', code: `c${(at * 7919) % size}` }] },
      }),
    ),
  ];
  const started = performance.now();
  const { created, refused } = await sendLines(
    server.base,
    undefined,
    Readable.from(
      lines.map((line) => `${line}\n`),
      { objectMode: false },
    ),
  );
  if (refused > 0) throw new Error('something was refused');
  const loadSeconds = (performance.now() - started) / 1000;
  console.error(
    `  ${created} resources, ${refused} refused, in ${loadSeconds.toFixed(1)} s; server ${server.megabytes().toFixed(0)} MB`,
  );
  const origin = new URL(server.base).origin;
  const figures: Record<string, number> = { loadSeconds };
  for (const [name, code] of [
    ['root', 'c0'],
    ['40,000 below', 'c1'],
    ['400 below', 'c123'],
    ['leaf', 'c399999'],
  ] as const) {
    const path = `/fhir/Observation?code:below=urn:large%7C${code}&_count=20`;
    const { total } = (await (await fetch(`${origin}${path.replace('_count=20', '_summary=count')}`)).json()) as {
      total: number;
    };
    const perSecond = wrk(`${origin}${path}`, { connections: 4, seconds: 4 });
    figures[`below ${name}`] = perSecond;
    console.error(`  below ${name} (${total} matches): ${perSecond.toFixed(0)} pages/s`);
  }
  saveResult('code-system', { concepts: size, ...figures });
} finally {
  await server.stop();
  await remove(folder);
}
