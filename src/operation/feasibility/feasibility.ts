/** `$feasibility`: how many patients meet a question, as far as that may be told. See docs/reference/feasibility.md */

import { type JsonObject, objectOf } from '../../fhir/json.ts';
import { FhirError, type Issue } from '../../fhir/outcome.ts';
import type { InteractionRequest, Server } from '../../interaction/index.ts';
import { intervalOf, parseSearch, type SearchContext } from '../../search/index.ts';
import type { Expression, Search } from '../../search/tree.ts';
import type { Operation } from '../operation.ts';
import { type Inputs, inputsOf } from '../parameters.ts';
import type { Criterion } from './criterion.ts';
import { type AskedDataSet, dataSetOf } from './data-set.ts';
import { express } from './express.ts';
import { readCcdl } from './read-ccdl.ts';
import { readGroup } from './read-group.ts';
import { type Answered, type ReportParts, reportOf, unaskedReport } from './report.ts';

/** Data sets that one question may name. */
const mostDataSets = 50;

export const feasibility: Operation = {
  code: 'feasibility',
  levels: ['system', 'type'],
  types: ['Patient'],
  affectsState: false,
  summary:
    'How many patients meet a question: criteria with and, or, not and overlapping times, counted as the conditions of the data allow.',
  parameters: [
    { name: 'question', min: 0, max: '1', type: 'Group', documentation: 'The question as a definitional Group.' },
    {
      name: 'ccdl',
      min: 0,
      max: '1',
      type: 'string',
      documentation: 'The question in the Clinical Cohort Definition Language, as JSON; in place of `question`.',
    },
    {
      name: 'data-set',
      min: 0,
      max: '*',
      type: 'uri',
      documentation:
        'Only patients of these data sets: `Library/id`, canonical URL or identifier; also as Reference. All patients unless stated.',
    },
    {
      name: 'stratify',
      min: 0,
      max: '1',
      type: 'code',
      documentation: '`data-set`: a count for each of the data sets, too.',
    },
    {
      name: 'as-of',
      min: 0,
      max: '1',
      type: 'date',
      documentation: 'The day at which ages are reckoned; today unless stated.',
    },
  ],
  async perform(request, server) {
    const { criterion, asOf, dataSets, isStratified } = askedOf(request, server);
    const parts: ReportParts = { id: server.newId(), now: server.now(), asOf };
    const unasked: Issue[] = [];
    const search: SearchContext = { ...server.searchContext, handling: 'strict' };
    const question = express(criterion, { search, asOf, unasked });
    const named = await namedDataSets(dataSets, unasked, server);
    if (unasked.length > 0) return replyOf(unaskedReport(parts, unasked), 0);
    const whole = { count: await count([question, ...anyOf(named)], search, server) };
    const answers: Answered[] = [whole];
    // One after the other: each answer is held against those before it.
    for (const { reference, members } of isStratified ? named : []) {
      answers.push({ dataSet: reference, count: await count([question, members], search, server) });
    }
    return replyOf(reportOf(parts, answers), whole.count.total);
  },
};

const replyOf = (report: JsonObject, counted: number) => ({
  status: 200,
  body: JSON.stringify(report),
  disclosed: [],
  counted,
});

interface Asked {
  criterion: Criterion;
  asOf: string;
  dataSets: readonly string[];
  isStratified: boolean;
}

function askedOf(request: InteractionRequest, server: Server): Asked {
  const inputs = inputsOf(request, feasibility.parameters, 'feasibility');
  const { criterion, asOf: stated } = questionOf(inputs);
  const asOf = inputs.text('as-of') ?? stated ?? new Date(server.now()).toISOString().slice(0, 10);
  if (!/^\d{4}-\d\d-\d\d$/.test(asOf) || intervalOf(asOf) === undefined) {
    throw new FhirError('value', `as-of must be a day such as 2026-11-25, not ${asOf.slice(0, 40)}`, {
      expression: 'as-of',
    });
  }
  const stratify = inputs.text('stratify');
  if (stratify !== undefined && stratify !== 'data-set') {
    throw new FhirError('value', `stratify must be data-set, not ${stratify.slice(0, 40)}`, { expression: 'stratify' });
  }
  const dataSets = dataSetNames(inputs);
  if (stratify !== undefined && dataSets.length === 0) {
    throw new FhirError('required', 'stratify=data-set needs the data sets: state data-set', {
      expression: 'data-set',
    });
  }
  return { criterion, asOf, dataSets, isStratified: stratify !== undefined };
}

function questionOf(inputs: Inputs): { criterion: Criterion; asOf?: string } {
  const groups = inputs.values('question');
  const ccdl = inputs.texts('ccdl');
  if (groups.length + ccdl.length !== 1) {
    throw new FhirError(
      'required',
      '$feasibility needs one question: a Group as the parameter question, or the parameter ccdl',
      { expression: 'question' },
    );
  }
  return groups[0] === undefined ? { criterion: readCcdl(ccdl[0]!) } : readGroup(groups[0]);
}

function dataSetNames(inputs: Inputs): string[] {
  const references = inputs.values('data-set').map((value, index) => {
    const { reference } = value;
    const identifier = objectOf(value['identifier'])?.['value'];
    const name = typeof reference === 'string' ? reference : identifier;
    if (typeof name === 'string') return name;
    throw new FhirError('value', `data-set[${index}] needs a reference or an identifier`, { expression: 'data-set' });
  });
  const names = [...new Set([...inputs.texts('data-set'), ...references])];
  if (names.length <= mostDataSets) return names;
  throw new FhirError('too-costly', `one question may name ${mostDataSets} data sets, not ${names.length}`);
}

/** Those whose patients are known; why others are not is taken down. */
async function namedDataSets(names: readonly string[], unasked: Issue[], server: Server): Promise<AskedDataSet[]> {
  const found: AskedDataSet[] = [];
  for (const [index, name] of names.entries()) {
    try {
      found.push(await dataSetOf(name, `data-set[${index}]`, server));
    } catch (error) {
      if (!(error instanceof FhirError) || error.code !== 'not-supported') throw error;
      unasked.push(...error.issues);
    }
  }
  return found;
}

function anyOf(dataSets: readonly AskedDataSet[]): Expression[] {
  if (dataSets.length === 0) return [];
  const of = dataSets.map(({ members }) => members);
  return [of.length === 1 ? of[0]! : { kind: 'or', of: of.flatMap((one) => (one.kind === 'or' ? one.of : [one])) }];
}

/** Counted like `Patient?...&_summary=count`: by the same door, from the same budget, held against the same answers. */
function count(where: readonly Expression[], context: SearchContext, { door }: Server) {
  const search: Search = parseSearch('Patient', [['_summary', 'count']], context);
  return door.count({ ...search, where: conjunctsOf(where) });
}

/** What must hold, one by one, so that the compiler may begin with whichever is found fastest. */
const conjunctsOf = (of: readonly Expression[]): Expression[] =>
  of.flatMap((one) => (one.kind === 'and' ? conjunctsOf(one.of) : [one]));
