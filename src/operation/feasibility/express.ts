/** Says a question's criteria as the tree of a search for patients, so that whatever holds of searches holds of them. See docs/adr/0019-feasibility.md */
import { FhirError, type Issue } from '../../fhir/outcome.ts';
import {
  intervalOf,
  parseCriterion,
  parseSearch,
  registryOf,
  type SearchContext,
  ucumSystem,
} from '../../search/index.ts';
import { openHigh, openLow, parameterKey } from '../../search/index-rows.ts';
import type { Expression, TimedSource } from '../../search/tree.ts';
import { carriersOf, periodOf } from './carrier.ts';
import type { Code, Criterion, RecordCriterion, ValueBound } from './criterion.ts';

export interface ExpressContext {
  search: SearchContext;
  /** YYYY-MM-DD, the day at which ages are reckoned */
  asOf: string;
  /** takes down what is right but cannot be asked here; then the expression means nothing */
  unasked: Issue[];
}

/** True of patients who meet the criterion. Throws FhirError that names the place of what is wrong. */
export function express(criterion: Criterion, context: ExpressContext): Expression {
  switch (criterion.kind) {
    case 'all':
      return expressAll(criterion, context);
    case 'any':
      return { kind: 'or', of: criterion.of.map((one) => express(one, context)) };
    case 'not':
      return { kind: 'not', of: express(criterion.of, context) };
    case 'age':
      return at(criterion, context, () => expressAge(criterion, context)) ?? none;
    case 'sex':
      return at(criterion, context, () => patient('gender', criterion.sexes.map(tokenText).join(','), context)) ?? none;
    case 'record':
    case 'where':
      return at(criterion, context, () => expressRecords(criterion, context)) ?? none;
    case 'unasked':
      takeDown(criterion.at, criterion.reason, context);
      return none;
  }
}

const none: Expression = { kind: 'none' };

/** A message about a criterion says which one it is. Undefined for what cannot be asked here. */
function at<T>(criterion: Criterion, context: ExpressContext, of: () => T): T | undefined {
  try {
    return of();
  } catch (error) {
    if (!(error instanceof FhirError)) throw error;
    if (error.code === 'not-supported') takeDown(criterion.at, error.message, context);
    else
      throw new FhirError(error.code, `${criterion.at}: ${error.message}`, { expression: criterion.at, cause: error });
    return undefined;
  }
}

function takeDown(expression: string, reason: string, { unasked }: ExpressContext): void {
  unasked.push({ severity: 'error', code: 'not-supported', diagnostics: `${expression}: ${reason}`, expression });
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
      return at(criterion, context, () => sourcesOf(criterion, context).map(timed)) ?? [];
    case 'where': {
      const source = at(criterion, context, () => sourceOfQuery(criterion.query, context));
      if (source === undefined) return [];
      return 'patients' in source ? undefined : (at(criterion, context, () => [timed(source)]) ?? []);
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
function timed(source: TimedSource): TimedSource {
  if (source.period.length > 0) return source;
  throw new FhirError('not-supported', `the time that a ${source.type} is about is not known here`);
}

type OfRecords = Extract<Criterion, { kind: 'record' | 'where' }>;

function expressRecords(criterion: OfRecords, context: ExpressContext): Expression {
  if (criterion.kind === 'where') {
    const source = sourceOfQuery(criterion.query, context);
    return 'patients' in source ? source.patients : referred([source]);
  }
  const sources = sourcesOf(criterion, context);
  if (criterion.during === undefined) return referred(sources);
  return { kind: 'overlap', branches: [sources.map(timed)] };
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
      const of = recordWith(type, code, concepts, criterion, context);
      const parameter = parameterKey(hash, type, patientParameter(type, context));
      return { type, parameter, of: allOf(of), period, ...(during === undefined ? {} : { during }) };
    });
  });
  if (sources.length > 0) return sources;
  throw new FhirError('not-supported', `FHIR ${definitions.fhirVersion} has no type that carries a ${criterion.of}`);
}

const allOf = (of: readonly Expression[]): Expression => (of.length === 1 ? of[0]! : { kind: 'and', of });

/** What must hold of the record itself: its code, and its values with it. */
function recordWith(
  type: string,
  code: string,
  concepts: string | undefined,
  criterion: RecordCriterion,
  { search }: ExpressContext,
): Expression[] {
  const { below, values } = criterion;
  const tokens = criterion.codes.map(tokenText);
  const parse = (name: string, value: string): Expression => parseCriterion(type, name, value, search);
  const of =
    criterion.concepts.length === 0
      ? []
      : [parse(concepts ?? 'value-concept', criterion.concepts.map(tokenText).join(','))];
  // A code with its value is one range of an index; a hierarchy has no such index.
  if (values.length > 0 && !below) {
    return [
      ...values.map((one) =>
        parse(
          'code-value-quantity',
          tokens.flatMap((token) => boundTexts(one).map((bound) => `${token}$${bound}`)).join(','),
        ),
      ),
      ...of,
    ];
  }
  return [
    parse(below ? `${code}:below` : code, tokens.join(',')),
    ...values.map((one) => parse('value-quantity', boundTexts(one).join(','))),
    ...of,
  ];
}

const escaped = (text: string): string => text.replace(/[\\,$|]/g, '\\$&');

const tokenText = ({ system, code }: Code): string =>
  system === undefined ? escaped(code) : `${escaped(system)}|${escaped(code)}`;

/** A unit without a system is as written, or one of UCUM (which are ASCII without spaces), which others can be turned into. */
function boundTexts({ comparator, number, system, unit }: ValueBound): string[] {
  const amount = comparator === 'eq' ? number : `${comparator}${number}`;
  if (unit === undefined) return [amount];
  const systems = system !== undefined ? [system] : /^[!-~]+$/.test(unit) ? ['', ucumSystem] : [''];
  return systems.map((one) => `${amount}|${escaped(one)}|${escaped(unit)}`);
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
const shaping =
  /^_(?:sort|count|include|revinclude|summary|elements|total|maxresults|contained|containedType|type|format|pretty|score)(?::|$)/;

/** `Patient?...` is about patients; `Condition?...` about those who have one record for which all of it holds. */
function sourceOfQuery(query: string, context: ExpressContext): TimedSource | { patients: Expression } {
  const { search } = context;
  const [, type = '', parameters = ''] = /^([A-Za-z]+)\?(.+)$/s.exec(query) ?? [];
  if (!search.definitions.resourceTypes.includes(type)) {
    throw new FhirError(
      'value',
      `"${query.slice(0, 100)}" is no search such as Patient?gender=female or Condition?code=x`,
    );
  }
  const pairs = [...new URLSearchParams(parameters)];
  const shapes = pairs.find(([name]) => shaping.test(name));
  if (shapes !== undefined) throw new FhirError('value', `${shapes[0]} asks nothing of a ${type}; leave it out`);
  const of = allOf(parseSearch(type, pairs, { ...search, handling: 'strict' }).where);
  if (type === 'Patient') return { patients: of };
  const parameter = parameterKey(search.hash, type, patientParameter(type, context));
  return { type, parameter, of, period: periodOf(type, search.definitions, search.hash) };
}
