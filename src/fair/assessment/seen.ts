/** Says what was seen, and answers what measurements ask of it. See docs/reference/assessment.md */
import type { JsonObject } from '../../fhir/json.ts';
import { parseReference } from '../../fhir/reference.ts';
import { statedOf } from '../stated.ts';
import { codingsIn } from './element.ts';
import type { Asked, AssessmentFacts, DataFacts } from './facts.ts';
import { type Identifier, identifiersOf } from './identifier.ts';
import { type Measurement, notMeasured } from './measurement.ts';

export const isFound = ({ status }: Asked): boolean => status >= 200 && status < 300;
export const isRefused = ({ status }: Asked): boolean => status === 401 || status === 403;

/** `https://… answered 404: no such resource` */
export function seen({ address, status, contentType, reason }: Asked): string {
  if (status === 0) return `${address}: ${reason ?? 'no answer'}`;
  const said = isFound({ address, status }) ? contentType : reason;
  return `${address} answered ${status}${said === undefined ? '' : isFound({ address, status }) ? ` (${said})` : `: ${said}`}`;
}

export function listed(list: readonly string[], most = 3): string {
  const all = [...new Set(list)];
  return all.length <= most ? all.join(', ') : `${all.slice(0, most).join(', ')} and ${all.length - most} more`;
}

/** What could not be asked is not held against a data set. */
export const unasked = (asked: Asked, remedy: string): Measurement => notMeasured(seen(asked), remedy);

export const withToken = 'Assess again with a token of someone who may read it: --token BASE=TOKEN.';

/** What data are named by, wherever it stands: in the record or in what it refers to. */
export function dataIdentifiers({ data }: AssessmentFacts): Identifier[] {
  const all = data.flatMap(({ reference, resource }) => [
    ...(reference.identifier === undefined ? [] : [reference.identifier]),
    ...(resource === undefined ? [] : identifiersOf(resource)),
  ]);
  return [...new Map(all.map((one) => [one.token, one])).values()];
}

export const isReached = ({ access }: DataFacts): boolean => access === 'open' || access === 'restricted';

/**
 * What was reached of the data, and whether someone keeps the door. A list or a Group that everyone may read is not the
 * data: where no record is given, the data are restricted if any part is, or if the record states who may have them.
 */
export function reachedOf(facts: AssessmentFacts): { reached: DataFacts[]; isRestricted: boolean } {
  const reached = facts.data.filter(isReached);
  const closed = reached.filter(({ access }) => access === 'restricted');
  const given = reached.some((one) => one.access === 'open' && !isListing(one));
  if (facts.sample.resources.length > 0 || given) {
    return { reached: reached.filter(({ access }) => access === 'open'), isRestricted: false };
  }
  if (closed.length > 0) return { reached: closed, isRestricted: true };
  return { reached, isRestricted: reached.length > 0 && asksForMore(facts) };
}

const isListing = ({ resource }: DataFacts): boolean =>
  ['Group', 'List', 'DocumentManifest'].includes(String(resource?.['resourceType']));

/** Whether the record states that records are not for everyone. */
const asksForMore = ({ metadata: { record, address } }: AssessmentFacts): boolean => isConditional(record, address);

export function isConditional(record: JsonObject, address: string): boolean {
  const { offers, requirements, dataUse } = statedOf(record, address).statement;
  const isOffered =
    offers.length === 0 || offers.some(({ level, audience }) => level === 'record' && audience.length === 0);
  return !isOffered || requirements.length > 0 || dataUse.length > 0;
}

export const named = ({ reference }: DataFacts): string =>
  reference.literal ?? reference.identifier?.text ?? reference.element;

/** Data that the record refers to; others refer to it. */
export const statedData = ({ data }: AssessmentFacts): DataFacts[] =>
  data.filter(({ reference }) => reference.isReverse !== true);

/** What the record states of who may have the data and on which terms. */
export function conditionsOf({ metadata: { record, address } }: AssessmentFacts): ReturnType<typeof statedOf> {
  return statedOf(record, address);
}

/** Whether the record says how someone who is refused may ask. */
export function waysToAsk(facts: AssessmentFacts): string[] {
  const { record } = facts.metadata;
  const { statement } = conditionsOf(facts);
  const ways: string[] = [];
  if (Array.isArray(record['contact']) && record['contact'].length > 0) ways.push('a contact');
  for (const one of statement.requirements) {
    if (one.kind === 'committee') ways.push(`the committee ${one.display ?? one.committee}`);
    if (one.kind === 'terms') ways.push(`the terms ${one.url}`);
    if (one.kind === 'visa') ways.push(`the visa ${one.type}`);
  }
  if (statement.dataUse.length > 0) ways.push('coded terms of data use');
  return ways;
}

/** Systems of all codings, each with how many codings have it; '' for those without. */
export function systemsOf(values: Parameters<typeof codingsIn>[0]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { system = '' } of codingsIn(values)) counts.set(system, (counts.get(system) ?? 0) + 1);
  return counts;
}

/** The type that a search or a reference of the data is of. */
function typeOf({ reference: { literal = '' } }: DataFacts): string | undefined {
  return parseReference(literal)?.type ?? /(?:^|\/)([A-Z][A-Za-z]+)(?:\?|$)/.exec(literal)?.[1];
}

/** Resource types that the record says the data are of. */
export function statedTypes(facts: AssessmentFacts): string[] {
  const requirements = facts.metadata.record['dataRequirement'];
  const types = Array.isArray(requirements)
    ? requirements.map((one) => (one as { type?: unknown } | null)?.type).filter((one) => typeof one === 'string')
    : [];
  return types.length > 0 ? types : facts.data.map(typeOf).filter((one) => one !== undefined);
}

/** What is said of a record that refers to no data. */
export function noData({ data }: AssessmentFacts): string {
  const [first] = data;
  const other = first === undefined ? '' : `; ${first.reference.element} refers to the record`;
  return `the record refers to no data${other}`;
}

/** People say little of the data: what is not found in them alone may stand in the other records that there should be. */
export function unlessPatientsOnly(facts: AssessmentFacts, measurement: Measurement): Measurement {
  const others = statedTypes(facts).filter((type) => !['Patient', 'Group', 'List'].includes(type));
  const isSeen = facts.sample.resources.some(({ resourceType }) => resourceType !== 'Patient');
  if (measurement.state !== 'fail' || isSeen || others.length === 0) return measurement;
  return notMeasured(`only patients could be read, none of ${listed(others)}`, withToken);
}
