/** A request for access to a data set: its value, and the Task that it is kept as. https://hl7.org/fhir/R4B/task.html */
import { isAccessRequest } from '../../conditions/access-request.ts';
import type { CodeText } from '../../conditions/model.ts';
import { canonical, type Granularity, granularities } from '../../fhir/canonical.ts';
import { codingOf } from '../../fhir/coding.ts';
import { type Json, type JsonObject, objectOf, objectsOf, type Resource } from '../../fhir/json.ts';

/** Where a request stands. */
type RequestState = 'requested' | 'asked-back' | 'granted' | 'refused' | 'withdrawn' | 'revoked';

/** Who asks, as grants name them: see granteeKeys in conditions/grant.ts. */
interface Requester {
  key: string;
  display?: string;
}

/** What was done at a step of a request. */
export type Step = Exclude<RequestState, 'requested'> | 'answered';

interface Note {
  by: string;
  /** milliseconds since 1970 */
  at: number;
  /** absent where something was merely said */
  step?: Step;
  text: string;
}

export interface AccessRequest {
  id: string;
  state: RequestState;
  /** `Library/id` */
  dataSet: string;
  committee?: string;
  requester: Requester;
  /** milliseconds since 1970 */
  authored: number;
  level: Granularity;
  purposes: readonly CodeText[];
  project?: string;
  title?: string;
  research: { kinds: readonly string[]; diseases: readonly CodeText[]; commercial?: boolean };
  /** FHIR dateTimes */
  from?: string;
  until?: string;
  /** Attachments */
  documents: readonly JsonObject[];
  /** what the rules say: permit, deny or needs-person, each with why */
  match: { outcome: string; reasons: readonly string[] };
  notes: readonly Note[];
  /** `Consent/id` */
  grant?: string;
}

const subjectSystem = `${canonical.ours}/NamingSystem/subject`;
const concept = (code: string): JsonObject => ({ coding: [{ system: canonical.accessCode, code }] });

const statusOf: Record<RequestState, string> = {
  requested: 'requested',
  'asked-back': 'on-hold',
  granted: 'completed',
  refused: 'rejected',
  withdrawn: 'cancelled',
  revoked: 'completed',
};

export function taskOf(request: AccessRequest, lastModified: number): Resource {
  const { research } = request;
  const input = [
    typed('level', { valueCode: request.level }),
    ...request.purposes.map((one) => typed('purpose', { valueCoding: codingOf(one) })),
    ...(request.project === undefined ? [] : [typed('project', { valueString: request.project })]),
    ...(request.title === undefined ? [] : [typed('title', { valueString: request.title })]),
    ...research.kinds.map((one) => typed('research-kind', { valueCode: one })),
    ...research.diseases.map((one) => typed('disease', { valueCoding: codingOf(one) })),
    ...(research.commercial === undefined ? [] : [typed('commercial', { valueBoolean: research.commercial })]),
    ...request.documents.map((one) => typed('document', { valueAttachment: one })),
  ];
  const output = [
    typed('match', { valueCode: request.match.outcome }),
    ...request.match.reasons.map((one) => typed('match-reason', { valueString: one })),
    ...(request.grant === undefined ? [] : [typed('grant', { valueReference: { reference: request.grant } })]),
  ];
  const period = {
    ...(request.from === undefined ? {} : { start: request.from }),
    ...(request.until === undefined ? {} : { end: request.until }),
  };
  return {
    resourceType: 'Task',
    id: request.id,
    status: statusOf[request.state],
    businessStatus: concept(request.state),
    intent: 'order',
    code: concept('access-request'),
    focus: { reference: request.dataSet },
    authoredOn: instant(request.authored),
    lastModified: instant(lastModified),
    requester: {
      identifier: { system: subjectSystem, value: request.requester.key },
      ...(request.requester.display === undefined ? {} : { display: request.requester.display }),
    },
    ...(request.committee === undefined ? {} : { owner: committeeReference(request.committee) }),
    ...(Object.keys(period).length === 0 ? {} : { restriction: { period } }),
    input,
    output,
    ...(request.notes.length === 0 ? {} : { note: request.notes.map(annotationOf) }),
  };
}

const instant = (at: number): string => new Date(at).toISOString();
export const typed = (code: string, value: JsonObject): JsonObject => ({ type: concept(code), ...value });
const annotationOf = ({ by, at, step, text }: Note): JsonObject => ({
  ...(step === undefined ? {} : { extension: [{ url: canonical.accessStep, valueCode: step }] }),
  authorString: by,
  time: instant(at),
  text,
});

function committeeReference(committee: string): JsonObject {
  if (/^Organization\//.test(committee)) return { reference: committee };
  return { identifier: { system: canonical.uri, value: committee } };
}

/** The request that a Task holds; undefined when it is none. */
export function requestOf(task: Resource): AccessRequest | undefined {
  if (!isAccessRequest(task)) return undefined;
  const state = codeOf(task['businessStatus']) as RequestState | undefined; // written by taskOf
  const dataSet = textOf(objectOf(task['focus'])?.['reference']);
  const requester = objectOf(task['requester']);
  const key = textOf(objectOf(requester?.['identifier'])?.['value']);
  if (state === undefined || !(state in statusOf) || dataSet === undefined || key === undefined) return undefined;
  const inputs = valuesByCode(task['input']);
  const outputs = valuesByCode(task['output']);
  const texts = (from: ReadonlyMap<string, Json[]>, code: string): string[] =>
    (from.get(code) ?? []).filter((one) => typeof one === 'string');
  const codes = (code: string): CodeText[] => (inputs.get(code) ?? []).map(codeTextOf);
  const objects = (from: ReadonlyMap<string, Json[]>, code: string): JsonObject[] => objectsOf(from.get(code) ?? []);
  const commercial = inputs.get('commercial')?.[0];
  const period = objectOf(objectOf(task['restriction'])?.['period']);
  return {
    id: String(task['id']),
    state,
    dataSet,
    requester: { key, ...optional('display', textOf(requester?.['display'])) },
    ...optional('committee', committeeOf(task['owner'])),
    authored: Date.parse(textOf(task['authoredOn']) ?? ''),
    level: granularities.find((one) => one === texts(inputs, 'level')[0]) ?? 'none',
    purposes: codes('purpose'),
    ...optional('project', texts(inputs, 'project')[0]),
    ...optional('title', texts(inputs, 'title')[0]),
    research: {
      kinds: texts(inputs, 'research-kind'),
      diseases: codes('disease'),
      ...(typeof commercial === 'boolean' ? { commercial } : {}),
    },
    ...optional('from', textOf(period?.['start'])),
    ...optional('until', textOf(period?.['end'])),
    documents: objects(inputs, 'document'),
    match: { outcome: texts(outputs, 'match')[0] ?? 'needs-person', reasons: texts(outputs, 'match-reason') },
    notes: objectsOf(task['note']).map((one) => ({
      by: textOf(one['authorString']) ?? '',
      at: Date.parse(textOf(one['time']) ?? ''),
      ...optional('step', stepOf(one)),
      text: textOf(one['text']) ?? '',
    })),
    ...optional('grant', textOf(objects(outputs, 'grant')[0]?.['reference'])),
  };
}

function stepOf(note: JsonObject): Step | undefined {
  const stated = objectsOf(note['extension']).find(({ url }) => url === canonical.accessStep)?.['valueCode'];
  return (['asked-back', 'answered', 'granted', 'refused', 'withdrawn', 'revoked'] as const).find(
    (one) => one === stated,
  );
}

function valuesByCode(list: Json | undefined): ReadonlyMap<string, Json[]> {
  const values = new Map<string, Json[]>();
  for (const one of objectsOf(list)) {
    const code = codeOf(one['type']);
    const name = Object.keys(one).find((each) => each.startsWith('value'));
    if (code !== undefined && name !== undefined) values.set(code, [...(values.get(code) ?? []), one[name]!]);
  }
  return values;
}

function committeeOf(owner: Json | undefined): string | undefined {
  const reference = objectOf(owner);
  return textOf(reference?.['reference']) ?? textOf(objectOf(reference?.['identifier'])?.['value']);
}

const textOf = (value: Json | undefined): string | undefined => (typeof value === 'string' ? value : undefined);
const codeOf = (value: Json | undefined): string | undefined =>
  textOf(objectsOf(objectOf(value)?.['coding']).find((one) => one['system'] === canonical.accessCode)?.['code']);
const codeTextOf = (coding: Json): CodeText => {
  const { system, code } = objectOf(coding) ?? {};
  return `${textOf(system) ?? ''}|${textOf(code) ?? ''}`;
};
function optional<Name extends string, T extends string>(name: Name, value: T | undefined): { [K in Name]?: T } {
  return (value === undefined ? {} : { [name]: value }) as { [K in Name]?: T }; // just built so
}
