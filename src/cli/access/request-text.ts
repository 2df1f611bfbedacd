/** Shows requests for access to people. */
import { type Json, type JsonObject, objectOf, objectsOf } from '../../fhir/json.ts';
import { tableOf } from '../table.ts';

/** One request with all that is known of it. */
export function requestText(task: JsonObject, { repository }: { repository: string }): string {
  const rows = [
    ['request', textOf(task['id'])],
    ['data set', textOf(objectOf(task['focus'])?.['reference'])],
    ['state', stateOf(task)],
    ['asked by', textOf(objectOf(objectOf(task['requester'])?.['identifier'])?.['value'])],
    ['asked on', textOf(task['authoredOn'])],
    ['from', textOf(periodOf(task)?.['start'])],
    ['until', textOf(periodOf(task)?.['end'])],
    ...inputsOf(task),
    ...outputsOf(task),
    ...objectsOf(task['note']).map((note) => ['note', `${textOf(note['authorString'])}: ${textOf(note['text'])}`]),
  ].filter(([, value]) => value !== '');
  return tableOf([{ title: 'ACCESS' }, { title: repository }], rows);
}

/** Many, a line each. */
export function requestsText(bundle: JsonObject): string {
  const tasks = objectsOf(bundle['entry']).map((entry) => objectOf(entry['resource']) ?? {});
  if (tasks.length === 0) return 'There are no requests.\n';
  return tableOf(
    ['REQUEST', 'STATE', 'DATA SET', 'LEVEL', 'ASKED BY', 'ON', 'RULES SAY'].map((title) => ({ title })),
    tasks.map((task) => [
      textOf(task['id']),
      stateOf(task),
      textOf(objectOf(task['focus'])?.['reference']),
      partOf(task['input'], 'level'),
      textOf(objectOf(objectOf(task['requester'])?.['identifier'])?.['value']),
      textOf(task['authoredOn']).slice(0, 10),
      partOf(task['output'], 'match'),
    ]),
  );
}

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
const codeOf = (value: Json | undefined): string => textOf(objectsOf(objectOf(value)?.['coding'])[0]?.['code']);
const periodOf = (task: JsonObject): JsonObject | undefined => objectOf(objectOf(task['restriction'])?.['period']);
const stateOf = (task: JsonObject): string => codeOf(task['businessStatus']);

function rowsOf(list: Json | undefined): [string, string][] {
  return objectsOf(list).map((one) => {
    const name = Object.keys(one).find((key) => key.startsWith('value'));
    return [codeOf(one['type']), name === undefined ? '' : shown(one[name]!)];
  });
}

function shown(value: Json): string {
  const object = objectOf(value);
  if (object === undefined) return String(value);
  const { start, end } = object;
  if (start !== undefined || end !== undefined) return `${textOf(start)} to ${textOf(end)}`.trim();
  return textOf(object['code']) || textOf(object['title']) || textOf(object['reference']);
}

const inputsOf = (task: JsonObject): [string, string][] => rowsOf(task['input']);
const outputsOf = (task: JsonObject): [string, string][] =>
  rowsOf(task['output']).map(([name, value]) => [
    name === 'match' ? 'rules say' : name === 'match-reason' ? '' : name,
    value,
  ]);

const partOf = (list: Json | undefined, code: string): string =>
  rowsOf(list).find(([name]) => name === code)?.[1] ?? '';
