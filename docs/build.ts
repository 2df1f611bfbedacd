/** Writes docs/reference/rest from the registries that make the server, with examples that the tests run: `npm run docs`. */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SearchParameterType } from '../src/fhir/definitions/model.ts';
import { type Interaction, interactionsWith } from '../src/interaction/index.ts';
import { interactionOf, operations } from '../src/operation/index.ts';
import { modifiers } from '../src/search/modifier/index.ts';
import { kinds } from '../src/search/parameter/index.ts';
import { restCases } from '../test/conformance/rest.cases.ts';
import { searchRules } from '../test/conformance/search.cases.ts';
import { assessmentPage } from './assessment.ts';
import { deidentificationPage } from './de-identification.ts';
import { specificationFiles } from './specification.ts';

const note = '<!-- Made by `npm run docs` from the registries of the server; change those. -->\n\n';
const code = (text: string): string => `\`${text}\``;

/** Page name -> Markdown. */
export function pages(): Map<string, string> {
  const all = new Map<string, string>();
  const interactions = interactionsWith([]);
  for (const one of interactions) all.set(`interaction-${one.code}`, interactionPage(one));
  for (const operation of operations) {
    const asInteraction = interactionOf(operation);
    const rows = operation.parameters.map(
      ({ name, min, max, type, documentation }) => `| ${code(name)} | ${min}..${max} | ${type} | ${documentation} |`,
    );
    const table =
      rows.length === 0
        ? 'It has no parameters.\n'
        : `| parameter | times | type | meaning |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
    const types = operation.types === undefined ? 'all resource types' : operation.types.join(', ');
    all.set(
      `operation-${operation.code}`,
      `${note}# $${operation.code}\n\n${operation.summary}\n\nFor ${types}. ${operation.affectsState ? 'It changes data and must be posted.' : 'It changes nothing.'}\n\n${addresses(asInteraction)}\n## Parameters\n\n${table}${examples((path) => path.includes(`$${operation.code}`))}`,
    );
  }
  for (const type of Object.keys(kinds) as SearchParameterType[]) all.set(`search-${type}`, typePage(type));
  all.set('search-rules', rulesPage());
  all.set('README', index(all));
  return all;
}

function addresses({ routes }: Interaction): string {
  const lines = routes.map(
    ({ method, path }) => `- ${code(`${method} [base]${path === '/' ? '' : path.replace(/:(\w+)/g, '[$1]')}`)}`,
  );
  return `## Addresses\n\n${lines.join('\n')}\n`;
}

function interactionPage(one: Interaction): string {
  const belongs = (path: string, method: string): boolean =>
    one.routes.some(({ method: own, path: pattern }) => own === method && matches(pattern, path));
  const rules = restCases.filter(({ steps }) => steps.some(({ ask: [method, path] }) => belongs(path, method)));
  const list = rules.map(({ rule, source }) => `- ${rule} ([specification](${source}))`);
  return `${note}# ${one.code}\n\n${one.summary}\n\n${addresses(one)}\n## Rules that the tests hold\n\n${list.length === 0 ? 'See test/conformance/http.cases.ts.' : list.join('\n')}\n`;
}

function matches(pattern: string, address: string): boolean {
  const parts = pattern.slice(1).split('/');
  const segments = address.split('?')[0]!.split('/');
  if (parts.length !== segments.length) return false;
  return parts.every((part, at) => {
    const segment = segments[at]!;
    if (part === ':type') return /^[A-Z]/.test(segment);
    if (part === ':id') return !/^[_$]/.test(segment) && segment !== '';
    if (part === ':target') return /^[A-Z*]/.test(segment);
    return part.startsWith(':') || part === segment;
  });
}

function examples(belongs: (path: string) => boolean): string {
  const steps = restCases.flatMap(({ steps }) => steps).filter(({ ask: [, path] }) => belongs(path));
  const lines = [
    ...new Set(
      steps.map(({ ask: [method, path], status }) => `${method} ${path.replaceAll('@', 'example')}  ->  ${status}`),
    ),
  ];
  return lines.length === 0 ? '' : `\n## Examples that the tests run\n\n\`\`\`\n${lines.join('\n')}\n\`\`\`\n`;
}

function typePage(type: SearchParameterType): string {
  const own = [...modifiers].filter(([, { on }]) => on.includes(type)).map(([name]) => code(`:${name}`));
  const also = type === 'reference' ? [code(':[type]')] : [];
  const rules = searchRules.filter(({ source, rule }) => source.endsWith(`#${type}`) || rule.includes(` ${type} `));
  return `${note}# Search parameters of type ${type}\n\nModifiers: ${[...own, ...also].join(', ')}.\n\n${rules.map(ruleText).join('\n')}`;
}

const ruleText = ({ rule, source, cases }: (typeof searchRules)[number]): string =>
  `## ${rule[0]!.toUpperCase()}${rule.slice(1)}\n\n[Specification](${source}). The tests run:\n\n\`\`\`\n${cases.map(([query]) => query).join('\n')}\n\`\`\`\n`;

function rulesPage(): string {
  return `${note}# Searching, rule by rule\n\nEvery search below is run by the tests in R4, R4B and R5 (test/conformance/search.cases.ts).\n\n${searchRules.map(ruleText).join('\n')}`;
}

function index(all: ReadonlyMap<string, string>): string {
  const lines = [...all.keys()].sort().map((name) => `- [${name.replace(/-/, ': ')}](${name}.md)`);
  return `${note}# REST reference\n\n${lines.join('\n')}\n`;
}

const folder = join(import.meta.dirname, 'reference', 'rest');

if (process.argv[1] === import.meta.filename) {
  await mkdir(folder, { recursive: true });
  for (const old of await readdir(folder)) await rm(join(folder, old));
  for (const [name, text] of pages()) await writeFile(join(folder, `${name}.md`), text);
  await writeFile(join(folder, '..', 'de-identification.md'), deidentificationPage());
  await writeFile(join(folder, '..', 'assessment.md'), assessmentPage());
  const guide = join(import.meta.dirname, 'specification');
  await mkdir(guide, { recursive: true });
  for (const old of await readdir(guide)) await rm(join(guide, old));
  for (const [name, text] of await specificationFiles()) await writeFile(join(guide, name), text);
}
