/** Writes docs/specification, our implementation guide, from the records that the server uses: `npm run docs`. */
import { specificationOf } from '../src/app/specification.ts';
import { loadDefinitions } from '../src/fhir/definitions/load.ts';
import type { Resource } from '../src/fhir/json.ts';
import { objectsOf } from '../src/fhir/json.ts';
import { exampleResources } from './specification-examples.ts';

const note = '<!-- Made by `npm run docs` from the records of the server; change those. -->\n\n';
const textOf = (one: Resource): string => `${JSON.stringify(one, null, 2)}\n`;
const fileOf = (one: Resource): string => `${one.resourceType}-${String(one['id'])}.json`;

const kinds: readonly { type: string; title: string; is(one: Resource): boolean }[] = [
  { type: 'Profiles', title: 'Profiles', is: (one) => isStructure(one) && one['type'] !== 'Extension' },
  { type: 'Extensions', title: 'Extensions', is: (one) => isStructure(one) && one['type'] === 'Extension' },
  { type: 'SearchParameter', title: 'Search parameters', is: (one) => one.resourceType === 'SearchParameter' },
  { type: 'OperationDefinition', title: 'Operations', is: (one) => one.resourceType === 'OperationDefinition' },
  { type: 'CodeSystem', title: 'Code systems', is: (one) => one.resourceType === 'CodeSystem' },
  { type: 'CapabilityStatement', title: 'Roles', is: (one) => one.resourceType === 'CapabilityStatement' },
  {
    type: 'Others',
    title: 'Others',
    is: (one) => one.resourceType === 'Measure' || one.resourceType === 'ImplementationGuide',
  },
];
const isStructure = (one: Resource): boolean => one.resourceType === 'StructureDefinition';

/** File name -> text, for FHIR R4B. */
export async function specificationFiles(): Promise<Map<string, string>> {
  const artefacts = specificationOf(await loadDefinitions('R4B'));
  const files = new Map<string, string>();
  for (const one of artefacts) files.set(fileOf(one), textOf(one));
  for (const one of exampleResources()) files.set(`example-${fileOf(one)}`, textOf(one));
  files.set('README.md', readme(artefacts));
  return files;
}

function readme(artefacts: readonly Resource[]): string {
  const sections = kinds.map(({ title, is }) => {
    const rows = artefacts
      .filter(is)
      .map((one) => `| [${labelOf(one)}](${fileOf(one)}) | ${onOf(one)} | ${saidOf(one)} |`);
    return `## ${title}\n\n| name | on | what it is |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
  });
  const examples = exampleResources().map(
    (one) => `- [${one.resourceType}/${String(one['id'])}](example-${fileOf(one)})`,
  );
  return `${note}# Implementation guide

How servers of a community say what they hold, are found, asked and read. It builds on [FHIR for FAIR 1.0.0](https://hl7.org/fhir/uv/fhir-for-fair/). Every fairway server serves these artefacts as resources (\`GET [base]/SearchParameter?url=...\`), in its own FHIR version; the files here are for R4B. Other servers and clients may use all of it: the licence is CC0-1.0.

How the parts work together: [discovery](../reference/discovery.md), [content summaries](../reference/content-summary.md), [publishing and harvesting](../reference/harvest.md), [feasibility](../reference/feasibility.md), [assessment](../reference/assessment.md).

${sections.join('\n')}
## Examples

${examples.join('\n')}
`;
}

const labelOf = (one: Resource): string => String(one['code'] ?? one['title'] ?? one['name']);
const saidOf = (one: Resource): string => String(one['description'] ?? '').replaceAll('|', '\\|');

function onOf(one: Resource): string {
  const stated = one['base'] ?? one['resource'] ?? objectsOf(one['context']).map((context) => context['expression']);
  if (one.resourceType === 'StructureDefinition' && one['type'] !== 'Extension') return String(one['type']);
  if (!Array.isArray(stated)) return '';
  return stated.map((item) => String(item).replace(/^.*\//, '')).join(', ');
}
