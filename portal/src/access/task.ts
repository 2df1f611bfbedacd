/** Reads the Task that a request for access is kept as. See docs/adr/0014-access-requests.md */
import type { Json } from '../server/fhir.ts';

const accessCode = 'https://fairway.health/fhir/CodeSystem/access';
const accessStep = 'https://fairway.health/fhir/StructureDefinition/access-step';

export type RequestState = 'requested' | 'asked-back' | 'granted' | 'refused' | 'withdrawn' | 'revoked' | 'unknown';

export interface Reason {
  readonly outcome: 'permit' | 'deny' | 'needs-person' | 'other';
  readonly text: string;
}

/** What the rules alone make of a request. */
export interface Match {
  readonly outcome: Reason['outcome'];
  readonly reasons: readonly Reason[];
}

/** What was granted, as the server says that it stands now. */
export interface GrantNow {
  readonly state: 'active' | 'not-yet' | 'ended' | 'inactive';
  readonly level?: string;
  readonly profile?: string;
  /** instants */
  readonly from?: string;
  readonly until?: string;
  /** `system|code` or `system|code;parameter` */
  readonly obligations: readonly string[];
}

export interface Note {
  readonly by: string;
  readonly at: string;
  readonly text: string;
  /** what was done, such as granted; absent where something was merely said */
  readonly step?: string;
}

export interface AccessTask {
  /** base of the server that keeps it */
  readonly base: string;
  readonly id: string;
  readonly state: RequestState;
  /** `Library/id` there */
  readonly dataSet: string;
  readonly requester: string;
  /** ISO 8601 */
  readonly authored: string;
  readonly level: string;
  /** `system|code` */
  readonly purposes: readonly string[];
  readonly project?: string;
  readonly title?: string;
  readonly kinds: readonly string[];
  readonly diseases: readonly string[];
  readonly commercial?: boolean;
  readonly from?: string;
  readonly until?: string;
  readonly documents: readonly Json[];
  readonly match: Match;
  readonly notes: readonly Note[];
  readonly grant?: GrantNow;
  /** of the Task that was read, so that nothing is decided on what has changed since */
  readonly version?: string;
}

const states: readonly RequestState[] = ['requested', 'asked-back', 'granted', 'refused', 'withdrawn', 'revoked'];

export function taskOf(task: Json, base: string): AccessTask {
  const inputs = valuesByCode(task['input']);
  const outputs = valuesByCode(task['output']);
  const texts = (from: ReadonlyMap<string, unknown[]>, code: string): string[] =>
    (from.get(code) ?? []).filter((one) => typeof one === 'string');
  const codes = (code: string): string[] => (inputs.get(code) ?? []).map((one) => codeText(objectOf(one)));
  const period = objectOf(objectOf(task['restriction'])['period']);
  const requester = objectOf(task['requester']);
  const state = codeOf(task['businessStatus']);
  const commercial = inputs.get('commercial')?.[0];
  return {
    base,
    id: textOf(task['id']) ?? '',
    state: states.find((one) => one === state) ?? 'unknown',
    dataSet: textOf(objectOf(task['focus'])['reference']) ?? '',
    requester: textOf(requester['display']) ?? textOf(objectOf(requester['identifier'])['value']) ?? '',
    authored: textOf(task['authoredOn']) ?? '',
    level: texts(inputs, 'level')[0] ?? '',
    purposes: codes('purpose'),
    ...optional('project', texts(inputs, 'project')[0]),
    ...optional('title', texts(inputs, 'title')[0]),
    kinds: texts(inputs, 'research-kind'),
    diseases: codes('disease'),
    ...(typeof commercial === 'boolean' ? { commercial } : {}),
    ...optional('from', textOf(period['start'])),
    ...optional('until', textOf(period['end'])),
    documents: (inputs.get('document') ?? []).map(objectOf),
    match: {
      outcome: outcomeOf(texts(outputs, 'match')[0]),
      reasons: texts(outputs, 'match-reason').map(reasonOf),
    },
    notes: listOf(task['note']).map(noteOf),
    ...grantIn(outputs),
    ...optional('version', textOf(objectOf(task['meta'])['versionId'])),
  };
}

function noteOf(note: Json): Note {
  const step = listOf(note['extension']).find(({ url }) => url === accessStep)?.['valueCode'];
  return {
    by: textOf(note['authorString']) ?? '',
    at: textOf(note['time']) ?? '',
    text: textOf(note['text']) ?? '',
    ...optional('step', textOf(step)),
  };
}

function grantIn(outputs: ReadonlyMap<string, unknown[]>): { grant?: GrantNow } {
  const one = (code: string): unknown => outputs.get(code)?.[0];
  const state = (['active', 'not-yet', 'ended', 'inactive'] as const).find((known) => known === one('grant-state'));
  if (state === undefined) return {};
  const period = objectOf(one('grant-period'));
  return {
    grant: {
      state,
      ...optional('level', textOf(one('grant-level'))),
      ...optional('profile', textOf(one('grant-profile'))),
      ...optional('from', textOf(period['start'])),
      ...optional('until', textOf(period['end'])),
      obligations: (outputs.get('grant-obligation') ?? []).filter((each) => typeof each === 'string'),
    },
  };
}

/** The requests in a searchset. */
export const tasksIn = (bundle: Json, base: string): AccessTask[] =>
  listOf(bundle['entry']).map((entry) => taskOf(objectOf(entry['resource']), base));

function outcomeOf(text: string | undefined): Reason['outcome'] {
  return text === 'permit' || text === 'deny' || text === 'needs-person' ? text : 'other';
}

/** `permit: data use: NPU` */
function reasonOf(text: string): Reason {
  const [, outcome, rest] = /^(permit|deny|needs-person): (.*)$/s.exec(text) ?? [];
  return outcome === undefined ? { outcome: 'other', text } : { outcome: outcomeOf(outcome), text: rest! };
}

function valuesByCode(list: unknown): ReadonlyMap<string, unknown[]> {
  const values = new Map<string, unknown[]>();
  for (const one of listOf(list)) {
    const code = codeOf(one['type']);
    const name = Object.keys(one).find((each) => each.startsWith('value'));
    if (code !== undefined && name !== undefined) values.set(code, [...(values.get(code) ?? []), one[name]]);
  }
  return values;
}

const codeOf = (concept: unknown): string | undefined =>
  textOf(listOf(objectOf(concept)['coding']).find((one) => one['system'] === accessCode)?.['code']);
const codeText = ({ system, code }: Json): string => `${textOf(system) ?? ''}|${textOf(code) ?? ''}`;
const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const objectOf = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});
const listOf = (value: unknown): Json[] => (Array.isArray(value) ? value.map(objectOf) : []);
function optional<Name extends string>(name: Name, value: string | undefined): { [K in Name]?: string } {
  return (value === undefined ? {} : { [name]: value }) as { [K in Name]?: string }; // just built so
}
