/** Shows what a registry says of harvests, as tables and reasons. See docs/reference/harvest.md */
import { type JsonObject, objectOf, objectsOf } from '../fhir/json.ts';
import { type Column, tableOf } from './table.ts';

const counts = ['taken', 'unchanged', 'retired', 'removed', 'refused', 'returned', 'known'];
const columns: readonly Column[] = [
  { title: 'MEMBER' },
  { title: 'READ' },
  ...counts.map((one) => ({ title: one.toUpperCase(), right: true })),
];

const reportsOf = (parameters: JsonObject): JsonObject[][] =>
  objectsOf(parameters['parameter'])
    .filter(({ name }) => name === 'report')
    .map(({ part }) => objectsOf(part));

function shownOf(parts: readonly JsonObject[], name: string): string {
  const part = parts.find((one) => one['name'] === name) ?? {};
  const key = Object.keys(part).find((one) => one.startsWith('value'));
  return key === undefined ? '' : String(part[key]);
}

function findingsOf(parts: readonly JsonObject[]): JsonObject[] {
  return objectsOf(objectOf(parts.find(({ name }) => name === 'outcome')?.['resource'])?.['issue']);
}

/** Reports as a person reads them. */
export function reportText(parameters: JsonObject): string {
  const reports = reportsOf(parameters);
  const [pinged] = objectsOf(parameters['parameter']).filter(({ name }) => name === 'member');
  if (pinged !== undefined) return `${String(pinged['valueUrl'])} is looked at soon\n`;
  if (reports.length === 0) return 'this registry has no members to harvest\n';
  const rows = reports.map((parts) => [
    shownOf(parts, 'member'),
    shownOf(parts, 'how') || 'never',
    ...counts.map((name) => shownOf(parts, name)),
  ]);
  const findings = reports
    .flatMap(findingsOf)
    .map(({ severity, diagnostics }) => `  ${String(severity)}: ${String(diagnostics)}\n`);
  return tableOf(columns, rows, '') + findings.join('');
}

/** Whether anything was refused or could not be read. */
export const isPartial = (parameters: JsonObject): boolean =>
  reportsOf(parameters)
    .flatMap(findingsOf)
    .some(({ severity }) => severity === 'error' || severity === 'fatal');
