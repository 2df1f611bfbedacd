/** Writes docs/reference/de-identification.md from the methods and the profiles that come with fairway: `npm run docs`. */
import { methods } from '../src/conditions/deidentify/method/index.ts';
import type { Method } from '../src/conditions/deidentify/method/method.ts';
import { limitedData, safeHarborLike } from '../src/conditions/deidentify/profile/index.ts';
import type { ShippedProfile } from '../src/conditions/deidentify/profile/library.ts';
import { deidentificationType } from '../src/fhir/canonical.ts';

const code = (text: string): string => `\`${text}\``;
const cell = (text: string): string => text.replaceAll('|', '\\|');

/** The whole page. */
export function deidentificationPage(): string {
  const sections = [...methods.values()].map(methodSection);
  return `${introduction}${sections.join('\n')}\n${afterMethods}${[safeHarborLike, limitedData].map(profileSection).join('\n')}`;
}

function methodSection({ name, summary, label, types, settings, examples }: Method): string {
  const rows = Object.entries(settings).map(([setting, of]) => `| ${code(setting)} | ${cell(of.summary)} |`);
  const table = rows.length === 0 ? '' : `\n| setting | value |\n| --- | --- |\n${rows.join('\n')}\n`;
  const shown = examples.map(
    (one) =>
      `| ${code(cell(JSON.stringify(one.settings)))} | ${one.type} | ${code(cell(JSON.stringify(one.value)))} | ${one.becomes === undefined ? 'nothing' : code(cell(JSON.stringify(one.becomes)))} |`,
  );
  const labelled = label === undefined ? '' : ` Its label is ${code(label)}.`;
  return `### ${code(name)}

${summary}${labelled}

For ${types === 'any' ? 'elements of any type' : types.map(code).join(', ')}.
${table}
| settings | type | value | leaves as |
| --- | --- | --- | --- |
${shown.join('\n')}
`;
}

function profileSection({ url, title, description, content }: ShippedProfile): string {
  const rules = content.rules.map((rule) => JSON.stringify(rule));
  return `### ${title}

${code(url)}

${description}

\`\`\`json
{ "default": "${content.default}", "ids": "${content.ids}", "rules": [
  ${rules.join(',\n  ')}
] }
\`\`\`
`;
}

const introduction = `<!-- Made by \`npm run docs\` from src/conditions/deidentify; change that. -->

# De-identification profiles

A data set that offers the level \`record-deidentified\` names a profile. What a project gets of it is changed by the rules of the profile on the way out; what is stored stays as it is. No profile makes data anonymous by itself: what is left may still fit one person.

A profile is a Library with one content of the type \`${deidentificationType}\` and inline data, the JSON

\`\`\`json
{ "default": "redact", "ids": "pseudonymise", "rules": [{ "path": "Patient.birthDate", "method": "generalise", "to": "year" }] }
\`\`\`

| member | meaning |
| --- | --- |
| \`default\` | \`redact\` or \`keep\`: what happens to elements that no rule selects |
| \`ids\` | \`pseudonymise\` (when not stated) or \`keep\` |
| \`rules\` | \`path\`, \`method\`, its settings; \`optional: true\` where a FHIR version may not have the path; \`comment\` |

What is not understood (a path that the FHIR version does not have, an unknown method or setting, a method that cannot change the type) is reported with its reason, and the data set is closed until it is mended.

## Paths

A path begins with a resource type (\`Patient.name\`), with \`Resource\` or \`DomainResource\` (all of them), or with a data type (\`HumanName.family\`, \`Address\`, \`dateTime\`): then it holds wherever such a value stands, in contained resources, in Bundles and in extensions too. \`where(...)\`, \`ofType(...)\`, \`extension('url')\` and choices with and without their type are followed as fast as names. Everything else in FHIRPath is evaluated by the complete engine for every resource, which is slow, and hides all search parameters of the type; it must begin with a resource type.

- The first rule that selects an element decides for it.
- A kept element is looked into: rules for what stands in it hold. Any other method ends there.
- A path through an element that contains itself (\`QuestionnaireResponse.item\`) holds at every depth.

## What always holds

- Narratives leave only by a rule that names them (\`DomainResource.text\`, \`Narrative\`). Then ids in their links are yours to mind.
- With \`default: redact\`, extensions and ids of elements need a rule of their own, also within kept elements. An extension within a kept extension is a part of it. Extensions of a primitive go with its value when that is changed or redacted.
- A modifier extension that does not leave is replaced by one that nobody knows, so that "not" is not lost.
- Elements that the FHIR version does not have never leave.
- \`meta.tag\`, \`meta.source\` and \`meta.lastUpdated\` leave only by rules that name them. Without one, \`lastUpdated\` is the beginning of its year: resources are written at the time of what they are about, or of many persons at once, and would give a shift away. Where dates are shifted, no rule may let more of it leave.
- \`meta.security\` keeps confidentiality, obligations and refrains, and gets the labels of what the profile does to the type. They are the same for all resources of the type and so tell nothing of one.
- A resource that cannot be evaluated leaves as its type, id and labels.

## Ids and references

With \`ids: pseudonymise\` every id leaves as \`p-\` and 32 hexadecimal digits: one block of AES-256, under a key derived (HKDF-SHA256) from the key of the site and the project, over the number by which the store knows the resource and a check of its type. So the server can read its own pseudonyms, nobody else can make or read one, and two projects have none in common. References to resources of this server, relative or absolute, lead to the pseudonym. Other references become \`urn:uuid:\` of a keyed hash, contained resources are numbered, addresses of searches are left out.

Within one project the same resource has the same pseudonym in all data sets and profiles, and a person the same shift: that is what a project is. Dates that many persons are known to share (of an import, of an event) give shifts away against each other; \`generalise\` does not have this weakness.

## Searching

A search parameter whose value could depend on what the profile redacts or changes is hidden for those who get the data by this profile: found by following its expression through the rules, and hidden where that cannot be done. Modifiers are hidden by themselves: with \`Coding.display\` redacted, \`code\` is searched and \`code:text\` is not. \`_content\` is always hidden.

## Methods

`;

const afterMethods = `## Profiles to begin with

They are starting points in data: copy, adapt, have them looked at. Neither is a promise in law.

`;
