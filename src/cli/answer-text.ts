/** Shows an answer to people: the way it took, the data sets, the counts and the conditions. */
import {
  type Answer,
  type AnsweredDataset,
  type CountAnswer,
  patientRange,
  type Step,
  type TraceStep,
} from '../federation/client/index.ts';
import { askText, mayAsk } from './access-hint.ts';
import { tableOf } from './table.ts';

export interface Style {
  heading(text: string): string;
}

export function answerText(answer: Answer, style: Style): string {
  const isCounted = answer.question.patients.all.length > 0;
  return [
    `${style.heading('The way')}\n${hopsText(answer.trace)}`,
    `${style.heading('Data sets')}\n${datasetsText(answer.datasets)}`,
    missingText(answer),
    ruledOutText(answer),
    isCounted ? `${rangeText(answer)}\n` : '',
    conditionsText(answer, style),
    answer.problems.length === 0 ? '' : `${style.heading('Not answered')}\n${problemsText(answer)}`,
  ]
    .filter((part) => part !== '')
    .join('\n');
}

const steps: readonly Step[] = ['discover', 'find', 'resolve', 'count', 'get'];
const stepTexts: Record<Step, string> = {
  discover: 'servers named',
  find: 'data sets described',
  resolve: 'capabilities read',
  count: 'asked for counts',
  get: 'records fetched',
};

/** One line for each step and server. */
function hopsText(trace: readonly TraceStep[]): string {
  const rows = steps.flatMap((step) => {
    const ofStep = trace.filter((one) => one.step === step);
    return [...new Set(ofStep.map((one) => one.server))].map((server) => {
      const hops = ofStep.filter((one) => one.server === server);
      const found = hops.reduce((sum, hop) => sum + hop.found, 0);
      const failed = hops.filter((hop) => hop.status !== 200).length;
      const result = step === 'count' || step === 'resolve' ? stepTexts[step] : `${found} ${stepTexts[step]}`;
      const requests = `${hops.length} request${hops.length === 1 ? '' : 's'}${failed === 0 ? '' : `, ${failed} failed`}`;
      return [step, server, result, requests, `${Math.max(...hops.map((hop) => hop.ms))} ms`];
    });
  });
  return tableOf(
    [
      { title: 'STEP' },
      { title: 'SERVER' },
      { title: 'RESULT' },
      { title: 'REQUESTS' },
      { title: 'SLOWEST', right: true },
    ],
    rows,
  );
}

function datasetsText(datasets: readonly AnsweredDataset[]): string {
  if (datasets.length === 0) return '  none\n';
  const rows = datasets.map((dataset) => [
    dataset.title,
    dataset.publisher ?? '',
    dataset.fhirVersion ?? '',
    countText(dataset.answer),
    dataset.conditions
      .filter(({ code }) => inTable.has(code))
      .map(({ text }) => text)
      .join('; '),
  ]);
  const titles = ['DATA SET', 'PUBLISHER', 'FHIR', 'PATIENTS', 'CONDITIONS'];
  const reasons = datasets
    .filter(({ answer }) => answer.reason !== undefined)
    .map(({ title, answer }) => `  ${title}: ${answer.reason}\n`);
  return (
    tableOf(
      titles.map((title) => ({ title, right: title === 'PATIENTS' })),
      rows,
    ) + reasons.join('')
  );
}

/** What fits a table; all else is listed below it. */
const inTable = new Set(['licence', 'granularity']);

/** Data sets that state more than the table shows, with all of that. */
function conditionsText({ datasets, askedAt }: Answer, style: Style): string {
  const blocks = datasets.map((dataset) => {
    const lines = dataset.conditions.filter(({ code }) => !inTable.has(code)).map(({ text }) => text);
    if (mayAsk(dataset, Date.parse(askedAt))) lines.push(askText(dataset));
    return lines.length === 0 ? '' : `  ${dataset.title}\n${lines.map((line) => `    ${line}\n`).join('')}`;
  });
  const all = blocks.join('');
  return all === '' ? '' : `${style.heading('Conditions')}\n${all}`;
}

export function countText(answer: CountAnswer): string {
  switch (answer.state) {
    case 'counted':
      if (answer.rounding === undefined) return String(answer.patients);
      return `${answer.exactly === answer.patients ? 'at least' : 'about'} ${answer.patients}`;
    case 'exists':
      return 'some';
    case 'below-threshold':
      return `fewer than ${answer.threshold ?? '?'}`;
    default:
      return answer.state.replace('-', ' ');
  }
}

/** Data sets that the question names, and of which nobody told. */
const missingText = ({ missing = [] }: Answer): string =>
  missing
    .map((name) => `${name}: no server on the way tells of such a data set, or none that you may know of.\n`)
    .join('');

function rangeText({ datasets, complete, ruledOut = [] }: Answer): string {
  const { atLeast, atMost: most } = patientRange(datasets);
  // Those that were not asked may have a few.
  const atMost = ruledOut.length > 0 ? undefined : most;
  const counted = datasets.filter(({ answer }) => answer.state === 'counted');
  if (complete && datasets.length === 1 && counted.length === 1 && atLeast === atMost) return `${atLeast} patients.`;
  const upper = atMost === undefined ? 'and possibly more where no number was given' : `at most ${atMost}`;
  const partial = complete ? '' : ' Some servers did not answer.';
  return `At least ${atLeast} patients, ${upper}: the same person may be in several data sets.${partial}`;
}

function ruledOutText({ ruledOut = [], untold = 0 }: Answer): string {
  const lines = ruledOut.map(
    ({ server, datasets }) => `${datasets} more data sets were not asked: the summaries at ${server} rule them out.\n`,
  );
  if (untold > 0) lines.push(`${untold} more requests were sent than are listed above.\n`);
  return lines.join('');
}

function problemsText({ problems }: Answer): string {
  return tableOf(
    [{ title: 'STEP' }, { title: 'SERVER' }, { title: 'REASON' }],
    problems.map(({ step, server, reason }) => [step, server, reason]),
  );
}
