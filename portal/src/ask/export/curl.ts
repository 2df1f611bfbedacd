/** Exports an answer as requests of curl: what comes is the JSON of the servers. https://curl.se/docs/manpage.html */
import { type Exported, headLines, type ScriptDataset, scriptDatasets } from './requests.ts';
import { shellWord } from './shell.ts';

export function curlScript(exported: Exported): string {
  const head = [
    ...headLines(exported),
    'Titles go to the error output, so that what the servers answer can be piped, for example to jq.',
    'Bundle.total is the number of patients; of a MeasureReport it is group[0].population[0].count.',
  ];
  const blocks = scriptDatasets(exported).map((one) => block(one, exported.stated));
  return `#!/bin/sh\n${head.map((line) => `# ${line}\n`).join('')}set -u\n\n${blocks.join('\n')}`;
}

function block(dataset: ScriptDataset, stated: Exported['stated']): string {
  const { title, requests, skipped, none } = dataset;
  const said = (text: string): string => `printf '%s\\n' ${shellWord(text)} >&2\n`;
  if (skipped !== undefined) return said(`# ${title}: not asked, ${skipped}`);
  const factors = requests.map(({ factor }) => (factor > 0 ? `+${factor}` : String(factor)));
  const sum =
    requests.length === 1 ? '' : ` (the sum of ${requests.length} counts, each times its factor: ${factors.join(' ')})`;
  const isNothing = none === '0' ? '' : ' (0 means: not permitted)';
  return `${said(`# ${title}${sum}${isNothing}`)}${requests.map((one) => curl(one, dataset, stated)).join('')}`;
}

function curl(
  { url, body }: ScriptDataset['requests'][number],
  { token }: ScriptDataset,
  stated: Exported['stated'],
): string {
  const words = [
    'curl -sS',
    `-H 'Accept: application/fhir+json'`,
    `-H 'Prefer: handling=strict'`,
    ...(token === undefined ? [] : [`$\{${token}:+-H "Authorization: Bearer $${token}"}`]),
    ...(token === undefined
      ? []
      : Object.entries(stated).map(([name, value]) => `$\{${token}:+-H ${singleQuoted(`${name}: ${value}`)}}`)),
    ...(body === undefined ? [] : [`-H 'Content-Type: application/fhir+json'`, '--data-binary @-']),
    shellWord(url),
  ];
  if (body === undefined) return `${words.join(' \\\n  ')}\necho\n`;
  return `${words.join(' \\\n  ')} <<'END_OF_BODY'\n${JSON.stringify(body, null, 1)}\nEND_OF_BODY\necho\n`;
}

/** Always in quotes: inside of an expansion a brace would end it. */
const singleQuoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
