/** Says a question's criteria as the tree of a search for patients, so that whatever holds of searches holds of them. See docs/adr/0019-feasibility.md */
import { FhirError } from '../../fhir/outcome.ts';
import { intervalOf, parseCriterion, parseSearch, registryOf, type SearchContext } from '../../search/index.ts';
import { openHigh, openLow, parameterKey } from '../../search/index-rows.ts';
import type { Expression, TimedSource } from '../../search/tree.ts';
import { carriersOf, periodOf } from './carrier.ts';
import type { Code, Criterion, RecordCriterion, ValueBound } from './criterion.ts';

export interface ExpressContext {
  search: SearchContext;
  /** YYYY-MM-DD, the day at which ages are reckoned */
  asOf: string;
}

/** True of patients who meet the criterion. Throws FhirError that names the place of what cannot be asked. */
export function express(criterion: Criterion, context: ExpressContext): Expression {
  switch (criterion.kind) {
    case 'all':
      return expressAll(criterion, context);
    case 'any':
      return { kind: 'or', of: criterion.of.map((one) => express(one, context)) };
    case 'not':
      return { kind: 'not', of: express(criterion.of, context) };
    case 'age':
      return at(criterion, () => expressAge(criterion, context));
    case 'sex':
      return at(criterion, () => patient('gender', criterion.sexes.map(tokenText).join(','), context));
    case 'record':
    case 'where':
      return at(criterion, () => expressRecords(criterion, context));
  }
}

/** A message about a criterion says which one it is. */
function at<T>(criterion: Criterion, of: () => T): T {
  try {
    return of();
  } catch (error) {
    if (!(error instanceof FhirError)) throw error;
    throw new FhirError(error.code, `${criterion.at}: ${error.message}`, { expression: criterion.at, cause: error });
  }
}

type All = Extract<Criterion, { kind: 'all' }>;

/** With `together`, the records that stand in the list itself, or as alternatives in it, share a moment; what has no time only has to hold. */
function expressAll(criterion: All, context: ExpressContext): Expression {
  const { of, together } = criterion;
  if (!together) return { kind: 'and', of: of.map((one) => express(one, context)) };
  const branches: (readonly TimedSource[])[] = [];
  const others: Expression[] = [];
  for (const one of of) {
    const sources = timedSources(one, context);
    if (sources === undefined) others.push(express(one, context));
    else branches.push(sources);
  }
  if (branches.length < 2) {
    throw new FhirError('value', `${criterion.at}: two records at least are needed that can be about the same moment`, {
      expression: criterion.at,
    });
  }
  return { kind: 'and', of: [...others, { kind: 'overlap', branches }] };
}

/** The records that meet a criterion, with their times; undefined where it is not about records. */
function timedSources(criterion: Criterion, context: ExpressContext): readonly TimedSource[] | undefined {
  switch (criterion.kind) {
    case 'record':
      return at(criterion, () => sourcesOf(criterion, context).map(timed(criterion)));
    case 'where': {
      const source = at(criterion, () => sourceOfQuery(criterion.query, context));
      return 'patients' in source ? undefined : at(criterion, () => [timed(criterion)(source)]);
    }
    case 'any': {
      const all = criterion.of.map((one) => timedSources(one, context));
      const known = all.filter((one) => one !== undefined);
      if (known.length === 0) return undefined;
      if (known.length === all.length) return known.flat();
      throw new FhirError('value', `${criterion.at}: alternatives of records that overlap must all be records`, {
        expression: criterion.at,
      });
    }
    default:
      return undefined;
  }
}

/** Throws where the type does not tell its time. */
const timed =
  (criterion: Criterion) =>
  (source: TimedSource): TimedSource => {
    if (source.period.length > 0) return source;
    throw new FhirError('not-supported', `the time that a ${source.type} is about is not known here`, {
      expression: criterion.at,
    });
  };

type OfRecords = Extract<Criterion, { kind: 'record' | 'where' }>;

function expressRecords(criterion: OfRecords, context: ExpressContext): Expression {
  if (criterion.kind === 'where') {
    const source = sourceOfQuery(criterion.query, context);
    return 'patients' in source ? source.patients : referred([source]);
  }
  const sources = sourcesOf(criterion, context);
  if (criterion.during === undefined) return referred(sources);
  return { kind: 'overlap', branches: [sources.map(timed(criterion))] };
}

/** What patients are referred to by. Types are united before persons are counted. */
function referred(sources: readonly TimedSource[]): Expression {
  const of = sources.map(({ type, parameter, of }): Expression => ({ kind: 'reverse', type, parameter, of }));
  return of.length === 1 ? of[0]! : { kind: 'or', of };
}

/** The resources that meet a criterion: one source for each type and each way to its code, so that each is found by its own index. */
function sourcesOf(criterion: RecordCriterion, context: ExpressContext): TimedSource[] {
  const { definitions, hash } = context.search;
  const during = duringOf(criterion);
  const sources = carriersOf(criterion.of, definitions).flatMap(({ type, codes, concepts }) => {
    const period = periodOf(type, definitions, hash);
    return codes.map((code): TimedSource => {
      const of = [ofCode(type, code, criterion, context), ...ofValue(type, concepts, criterion, context)];
      const parameter = parameterKey(hash, type, patientParameter(type, context));
      return { type, parameter, of: allOf(of), period, ...(during === undefined ? {} : { during }) };
    });
  });
  if (sources.length > 0) return sources;
  throw new FhirError('not-supported', `FHIR ${definitions.fhirVersion} has no type that carries a ${criterion.of}`);
}

const allOf = (of: readonly Expression[]): Expression => (of.length === 1 ? of[0]! : { kind: 'and', of });

function ofCode(type: string, code: string, { codes, below }: RecordCriterion, { search }: ExpressContext): Expression {
  return parseCriterion(type, below ? `${code}:below` : code, codes.map(tokenText).join(','), search);
}

/** The value stands in the same record as the code. */
function ofValue(
  type: string,
  concepts: string | undefined,
  criterion: RecordCriterion,
  { search }: ExpressContext,
): Expression[] {
  const of = criterion.values.map((one) => parseCriterion(type, 'value-quantity', boundText(one), search));
  if (criterion.concepts.length === 0) return of;
  return [...of, parseCriterion(type, concepts ?? 'value-concept', criterion.concepts.map(tokenText).join(','), search)];
}

const escaped = (text: string): string => text.replace(/[\\,$|]/g, '\\$&');

const tokenText = ({ system, code }: Code): string =>
  system === undefined ? escaped(code) : `${escaped(system)}|${escaped(code)}`;

function boundText({ comparator, number, system, unit }: ValueBound): string {
  const prefix = comparator === 'eq' ? '' : comparator;
  return `${prefix}${number}${unit === undefined ? '' : `|${escaped(system ?? '')}|${escaped(unit)}`}`;
}

/** Milliseconds, as the rows of dates have them. */
function duringOf({ during }: RecordCriterion): TimedSource['during'] {
  if (during === undefined) return undefined;
  const { from, to } = during;
  const low = from === undefined ? openLow : intervalOf(from)?.low;
  const high = to === undefined ? openHigh : intervalOf(to)?.high;
  if (low !== undefined && high !== undefined && low < high) return { low, high };
  throw new FhirError('value', `from ${from ?? 'ever'} to ${to ?? 'ever'} is no time: write dates, the earlier first`);
}

function patientParameter(type: string, { search }: ExpressContext): string {
  const registry = registryOf(search.definitions);
  const found = ['patient', 'subject'].find((code) => {
    const parameter = registry.find(type, code);
    return parameter?.type === 'reference' && parameter.targets?.includes('Patient');
  });
  if (found !== undefined) return found;
  throw new FhirError('not-supported', `${type} does not refer to patients`);
}

const patient = (name: string, value: string, { search }: ExpressContext): Expression =>
  parseCriterion('Patient', name, value, search);

function expressAge({ from, to }: { from?: number; to?: number }, context: ExpressContext): Expression {
  const of: Expression[] = [];
  if (from !== undefined) of.push(patient('birthdate', `le${yearsBefore(context.asOf, from)}`, context));
  if (to !== undefined) of.push(patient('birthdate', `gt${yearsBefore(context.asOf, to + 1)}`, context));
  return allOf(of);
}

/** The same day so many years before; the 29th of February becomes the 28th where the year has none. */
function yearsBefore(day: string, years: number): string {
  const year = String(Math.max(1, Number(day.slice(0, 4)) - years)).padStart(4, '0');
  const isLeap = new Date(Date.UTC(Number(year), 1, 29)).getUTCMonth() === 1;
  return day.endsWith('-02-29') && !isLeap ? `${year}-02-28` : `${year}${day.slice(4)}`;
}

/** Parameters that shape a result and ask nothing of a resource. */
const shaping = /^_(?:sort|count|include|revinclude|summary|elements|total|maxresults|contained|containedType|type|format|pretty|score)(?::|$)/;

/** `Patient?...` is about patients; `Condition?...` about those who have one record for which all of it holds. */
function sourceOfQuery(query: string, context: ExpressContext): TimedSource | { patients: Expression } {
  const { search } = context;
  const [, type = '', parameters = ''] = /^([A-Za-z]+)\?(.+)$/s.exec(query) ?? [];
  if (!search.definitions.resourceTypes.includes(type)) {
    throw new FhirError('value', `"${query.slice(0, 100)}" is no search such as Patient?gender=female or Condition?code=x`);
  }
  const pairs = [...new URLSearchParams(parameters)];
  const shapes = pairs.find(([name]) => shaping.test(name));
  if (shapes !== undefined) throw new FhirError('value', `${shapes[0]} asks nothing of a ${type}; leave it out`);
  const of = allOf(parseSearch(type, pairs, { ...search, handling: 'strict' }).where);
  if (type === 'Patient') return { patients: of };
  const parameter = parameterKey(search.hash, type, patientParameter(type, context));
  return { type, parameter, of, period: periodOf(type, search.definitions, search.hash) };
}
