/** What one can do in the demo, as commands to copy. See README.md */
import { type Addresses, accountNames } from '../demo/index.ts';
import type { Style } from './answer-text.ts';
import { type DemoPasswords, type DemoTokens, passwordsPath, tokensPath } from './demo-secrets.ts';
import type { Environment } from './environment.ts';
import { tableOf } from './table.ts';

/** The demo's question as flags of `find`. */
const question = `--age 65.. --medication 'http://www.whocc.no/atc|C07' --medication 'http://www.whocc.no/atc|C08DA01'`;

/** The way from a refusal to the data: five commands, each with what it is for. */
export function accessSteps(fairway: string): [command: string, why: string][] {
  const find = `${fairway} find --discovery $DISCOVERY`;
  const asked = '--repository $COHORT --token $RESEARCHER --purpose HRESCH';
  return [
    [`${find} ${question}`, 'ask as nobody in particular: of the pilot phase only that there are some'],
    [
      `${fairway} access request lowlands-pilot ${asked} --research disease --disease 'http://snomed.info/sct|38341003' --no-commercial --until 2039-12-31`,
      'ask for access: the rules say what they make of it',
    ],
    [
      `${fairway} access grant lowlands-pilot --repository $COHORT --token $COMMITTEE --reason 'Good luck.'`,
      'the committee grants it',
    ],
    [`${find} --token $RESEARCHER --purpose HRESCH ${question}`, 'ask again as the researcher: now there is a number'],
    [`${fairway} get lowlands-pilot ${asked} --out lowlands-pilot`, 'get the records, with the terms of their use'],
  ];
}

/** The variables that the steps name. */
export function accessVariables(
  { discovery, registry, cohort }: Addresses,
  { researcher, committee, steward }: DemoTokens,
): string[] {
  return [
    `export DISCOVERY=${discovery} REGISTRY=${registry} COHORT=${cohort}`,
    `export RESEARCHER=${cohort}=${researcher}`,
    `export COMMITTEE=${cohort}=${committee} STEWARD=${cohort}=${steward}`,
    `export OPERATOR=${steward}`,
  ];
}

/** What to open in a browser, and as whom one can log in there. */
export function portalText(
  { discovery }: Addresses,
  passwords: DemoPasswords,
  { folder, style }: { folder: string; style: Style },
): string {
  const columns = ['ACCOUNT', 'PASSWORD', 'AT'].map((title) => ({ title }));
  const rows = accountNames.map((name) => [
    name,
    passwords[name],
    name === 'patient' ? 'the hospital' : 'each of the servers',
  ]);
  return (
    `${style.heading(`Open ${new URL('/', discovery).href} in a browser: the portal`)}\n` +
    `Everyone may ask. To be someone, log in at a server (also in ${passwordsPath(folder)}):\n\n${tableOf(columns, rows)}\n`
  );
}

export function guideText(
  at: Addresses,
  tokens: DemoTokens,
  { folder, style, environment }: { folder: string; style: Style; environment: Environment },
): string {
  const fairway = environment.variables['npm_lifecycle_event'] === 'start' ? 'npm run -s fairway --' : 'fairway';
  const indented = (lines: readonly string[]): string => lines.map((line) => `  ${line}\n`).join('');
  const steps = accessSteps(fairway).flatMap(([command, why], number) => [`# ${number + 1}. ${why}`, command]);
  return (
    `${style.heading('From refusal to data')}\n` +
    `  The tokens below are also in ${tokensPath(folder)}.\n\n` +
    `${indented(accessVariables(at, tokens))}\n${indented(steps)}\n` +
    `${style.heading('To try next')}\n${indented(commandsToTry(fairway, at))}`
  );
}

function commandsToTry(fairway: string, { hospital, cancer }: Addresses): string[] {
  const conditions = [
    'http://hl7.org/fhir/sid/icd-10|E11*,http://snomed.info/sct|44054006*',
    'http://hl7.org/fhir/sid/icd-10|C61,http://snomed.info/sct|399068003',
  ];
  return [
    `${fairway} find --discovery $DISCOVERY --condition '${conditions[0]}' --condition '${conditions[1]}'`,
    `${fairway} find --discovery $DISCOVERY ${question} --together overlapping`,
    `${fairway} find --discovery $DISCOVERY --medication 'http://www.whocc.no/atc|C08DB01' --sex other`,
    `${fairway} members --at $DISCOVERY --token $OPERATOR`,
    `${fairway} harvest --registry $REGISTRY --token $OPERATOR`,
    `${fairway} assess northshore-routine-care --repository ${hospital}`,
    `${fairway} get northshore-routine-care --registry ${hospital} --out northshore-routine-care`,
    `${fairway} access explain --repository $COHORT --token $STEWARD --url 'Patient?_tag=https://fairway.health/fhir/CodeSystem/data-set|lowlands-pilot&_count=1'`,
    `curl '${cancer}/Patient?birthdate=le1960&_summary=count'`,
  ];
}
