/** Lets the content summaries that a registry or discovery server holds say which data sets may have an answer. See docs/adr/0020-the-walk.md */
import { canonical } from '../../../fhir/canonical.ts';
import type { JsonObject } from '../../../fhir/json.ts';
import type { CountAnswer, Dataset } from '../answer.ts';
import type { Parameter } from '../count/patient-search.ts';
import { parseCode } from '../question/criterion.ts';
import type { Question } from '../question/question.ts';
import { reasonText } from '../reason/reason.ts';
import { escapeValue, pagesOf, queryOf, textOf } from '../server/bundle.ts';
import { problemOf, ServerError } from '../server/fault.ts';
import type { Peer } from '../server/peer.ts';
import { totalOf } from '../server/total.ts';
import { duoNumber, type Found, recordParameters } from './find.ts';
import { type Clause, mostUnnamed, summarySearches } from './prune.ts';
import { datasetOf } from './record.ts';
import { endpointParameters, knowsServers } from './server-criteria.ts';
import { readSummary, type Summary } from './summary.ts';
import type { Walk } from './walk.ts';

export interface Survey {
  walk: Walk;
  base: string;
  peer: Peer;
  question: Question;
  clauses: readonly Clause[];
  /** of a discovery server only summaries of members that are active count */
  ofMembers: boolean;
  add(found: Omit<Found, 'rank'>): void;
}

export const knowsSummaries = ({ types }: Peer): boolean => {
  const names = types.get('MeasureReport');
  return ['content-code', 'content-threshold', 'content-partial', 'date'].every((name) => names?.has(name));
};
/** The day from which on summaries are young enough. */
export const freshFrom = (walk: Walk): string =>
  new Date(walk.now() - walk.limits.summaryMs).toISOString().slice(0, 10);

/** What every summary must be that is looked at. */
function scopeOf({ walk, question, ofMembers, peer }: Survey): Parameter[] {
  const { licence, dataUse } = question.datasets ?? {};
  const servers = knowsServers(peer) ? endpointParameters(question, walk.now()) : [];
  return [
    ['_profile', canonical.contentSummary],
    ...(licence === undefined ? [] : [['licence', licence.map(escapeValue).join(',')] as const]),
    ...(dataUse === undefined
      ? []
      : [
          ['data-use', dataUse.flatMap((one) => [`DUO_${duoNumber(one)}`, `DUO:${duoNumber(one)}`]).join(',')] as const,
        ]),
    ...(ofMembers ? [['endpoint.status', 'active'] as const] : []),
    ...servers.map(([name, value]): Parameter => [`endpoint.${name}`, value]),
  ];
}

/** How many summaries there are; 0 where the server has none, or cannot say. */
export async function summaryCount(survey: Survey): Promise<number> {
  const { walk, base } = survey;
  const query = queryOf('MeasureReport', [...scopeOf(survey), ['_summary', 'count']]);
  try {
    const count = (body: JsonObject): number => totalOf(body).total ?? 0;
    return count(await walk.http.get('find', base, `${base}/${query}`, count));
  } catch (error) {
    // Without summaries everything is asked, so nothing is lost.
    if (error instanceof ServerError) return 0;
    throw error;
  }
}

/** Finds the data sets that may have an answer, and says of the `total` others that they were ruled out. */
export async function surveyData(survey: Survey, total: number): Promise<void> {
  const { walk, base, clauses } = survey;
  const scope = scopeOf(survey);
  const seen = new Set<string>();
  const queries: Parameter[][] = [
    ...summarySearches(clauses).map((one) => [...scope, ...one]),
    [...scope, ['date', `lt${freshFrom(walk)}`]],
    // Whoever has a token may be told more than the summary tells.
    ...(walk.tokenBases.length === 0
      ? []
      : [
          [...scope, ['endpoint.address', walk.tokenBases.flatMap((one) => [one, `${one}/`]).join(',')]] as Parameter[],
        ]),
  ];
  await Promise.all(queries.map((query) => search(survey, query, seen, undefined)));
  if (total <= seen.size) return;
  if (total <= walk.limits.listed)
    await search(survey, scope, seen, (summary, dataset) => unnamed(survey, summary, dataset));
  else walk.ruleOut({ server: base, datasets: total - seen.size });
}

/** What is known of a data set that was not asked, since its summary does not name what is needed. */
function unnamed({ clauses }: Survey, { threshold }: Summary, dataset: Dataset): CountAnswer {
  const reason = reasonText('by-summary');
  if (threshold === undefined) return { state: 'below-threshold', reason };
  const most = mostUnnamed(clauses, threshold, dataset.types);
  if (most === 0) return { state: 'counted', patients: 0, reason };
  return { state: 'below-threshold', threshold: most + 1, granularity: 'count', reason };
}

type Known = ((summary: Summary, dataset: Dataset) => CountAnswer) | undefined;

async function search(
  survey: Survey,
  parameters: readonly Parameter[],
  seen: Set<string>,
  known: Known,
): Promise<void> {
  const { walk, base } = survey;
  const all: Parameter[] = [
    ...parameters,
    // The strata would be most of a page. Records are read by themselves, for here they would come without theirs, too.
    ['_elements', 'identifier,date,extension'],
    ['_count', '500'],
  ];
  const pending: Promise<void>[] = [];
  try {
    for await (const page of pagesOf(walk.http, 'find', base, queryOf('MeasureReport', all), walk.limits.pages)) {
      const summaries = new Map<string, Summary>();
      for (const { resource } of page) {
        if (resource['resourceType'] !== 'MeasureReport') continue;
        const summary = readSummary(resource, base);
        const key = summary.identifier ?? summary.record;
        if (key === undefined || seen.has(key)) continue;
        seen.add(key);
        if (isLargeEnough(summary, survey.question)) summaries.set(key, summary);
      }
      pending.push(describe(survey, [...summaries.values()], known));
    }
  } catch (error) {
    // A server that knows no such hierarchy still has the codes above those of each data set listed.
    const plain = parameters.map(([name, value]): Parameter => [name.replace(/:below$/, ''), value]);
    const isRefused = error instanceof ServerError && [400, 404, 422, 501].includes(error.status);
    if (isRefused && plain.some(([name], at) => name !== parameters[at]![0])) {
      pending.push(search(survey, plain, seen, known));
    } else walk.problem(problemOf(base, 'find', error));
  }
  await Promise.all(pending);
}

/** Who is told no number is not left out for it. */
const isLargeEnough = ({ patients }: Summary, { datasets }: Question): boolean =>
  patients === undefined || patients >= (datasets?.minimumPatients ?? 0);

const idsAtOnce = 50;

/** Finds the records of data sets: here by identifier, else where the summary says. */
async function describe(survey: Survey, summaries: readonly Summary[], known: Known): Promise<void> {
  const { base, peer } = survey;
  const left = new Set(summaries);
  const found = (summary: Summary, library: JsonObject, held: string): void => {
    left.delete(summary);
    const dataset = datasetOf(library, held);
    const alsoAt = summary.record === undefined || summary.record === dataset.metadata ? [] : [summary.record];
    survey.add({
      dataset: { ...dataset, alsoAt },
      date: textOf(library['date']) ?? '',
      ...(known === undefined ? {} : { known: known(summary, dataset) }),
    });
  };
  if (peer.types.get('Library')?.has('identifier')) {
    const named = [...left].filter(({ identifier }) => identifier !== undefined);
    const byIdentifier = new Map(named.map((one) => [one.identifier!, one]));
    for (const some of chunks([...byIdentifier.keys()])) {
      for (const library of await libraries(survey, base, [['identifier', some.map(identifierToken).join(',')]])) {
        const summary = byIdentifier.get(datasetOf(library, base).identifier);
        if (summary !== undefined) found(summary, library, base);
      }
    }
  }
  await Promise.all([...atServers(left)].map((one) => describeAt(survey, one, found, known)));
}

const identifierToken = (identifier: string): string => {
  const { system, code } = parseCode(identifier);
  return system === undefined ? escapeValue(code) : `${escapeValue(system)}|${escapeValue(code)}`;
};

function* chunks<T>(items: readonly T[]): Generator<T[]> {
  for (let at = 0; at < items.length; at += idsAtOnce) yield items.slice(at, at + idsAtOnce);
}

type AtServer = [base: string, byId: Map<string, Summary>];

function atServers(summaries: Iterable<Summary>): AtServer[] {
  const servers = new Map<string, Map<string, Summary>>();
  for (const summary of summaries) {
    const at = summary.record?.lastIndexOf('/Library/') ?? -1;
    const base = at < 0 ? '' : summary.record!.slice(0, at);
    const byId = servers.get(base) ?? new Map<string, Summary>();
    servers.set(base, byId.set(at < 0 ? summary.identifier! : summary.record!.slice(at + '/Library/'.length), summary));
  }
  return [...servers];
}

async function describeAt(
  survey: Survey,
  [base, byId]: AtServer,
  found: (summary: Summary, library: JsonObject, held: string) => void,
  known: Known,
): Promise<void> {
  let reason = reasonText('no-record');
  const left = new Map(byId);
  try {
    for (const ids of base === '' ? [] : chunks([...byId.keys()])) {
      for (const library of await libraries(survey, base, [['_id', ids.join(',')]])) {
        const summary = left.get(textOf(library['id']) ?? '');
        left.delete(textOf(library['id']) ?? '');
        if (summary !== undefined) found(summary, library, base);
      }
    }
  } catch (error) {
    const problem = problemOf(base, 'find', error);
    // What is ruled out need not be described.
    if (known === undefined) survey.walk.problem(problem);
    reason = problem.reason;
  }
  for (const summary of left.values()) survey.add(undescribed(summary, base, reason, known));
}

function undescribed(summary: Summary, base: string, reason: string, known: Known): Omit<Found, 'rank'> {
  const { identifier, record } = summary;
  const dataset: Dataset = {
    identifier: identifier ?? record!,
    title: identifier ?? record!,
    ...(record === undefined ? {} : { metadata: record }),
    ...(base === '' ? {} : { registry: base, repository: base }),
    alsoAt: [],
    conditions: [],
    types: [],
    extents: [],
    files: [],
  };
  return { dataset, date: '', known: known?.(summary, dataset) ?? { state: 'unavailable', reason } };
}

async function libraries({ walk }: Survey, base: string, parameters: Parameter[]): Promise<JsonObject[]> {
  const found: JsonObject[] = [];
  const query = queryOf('Library', [...parameters, ['_count', '100']]);
  for await (const page of pagesOf(walk.http, 'find', base, query, walk.limits.pages)) {
    found.push(...page.map(({ resource }) => resource).filter((one) => one['resourceType'] === 'Library'));
  }
  return found;
}

/** The data sets that a registry describes and of which it has no summary that is young enough; they must be asked. */
export async function addUnsummarised(survey: Survey): Promise<void> {
  const { walk, base } = survey;
  const listed = async (type: string, parameters: Parameter[], each: (resource: JsonObject) => void): Promise<void> => {
    const query = queryOf(type, [...parameters, ['_count', '500']]);
    for await (const page of pagesOf(walk.http, 'find', base, query, walk.limits.pages)) {
      for (const { resource } of page) if (resource['resourceType'] === type) each(resource);
    }
  };
  const summarised = new Set<string>();
  const records = new Map<string, string>();
  const young: Parameter[] = [
    ['_profile', canonical.contentSummary],
    ['date', `ge${freshFrom(walk)}`],
    ['_elements', 'identifier,extension'],
  ];
  const elements: Parameter = ['_elements', 'identifier,url'];
  try {
    await Promise.all([
      listed('MeasureReport', young, (report) => {
        const { identifier, record } = readSummary(report, base);
        for (const key of [identifier, record]) if (key !== undefined) summarised.add(key);
      }),
      listed('Library', [...recordParameters, elements], (library) => {
        records.set(textOf(library['id']) ?? '', datasetOf(library, base).identifier);
      }),
    ]);
    const left = [...records].filter(
      ([id, identifier]) => !summarised.has(identifier) && !summarised.has(`${base}/Library/${id}`),
    );
    for (const ids of chunks(left.map(([id]) => id))) {
      for (const library of await libraries(survey, base, [...recordParameters, ['_id', ids.join(',')]])) {
        survey.add({ dataset: datasetOf(library, base), date: textOf(library['date']) ?? '' });
      }
    }
  } catch (error) {
    walk.problem(problemOf(base, 'find', error));
  }
}
