/** How an answer came about: as FHIR for machines, as a text for people. https://hl7.org/fhir/R4B/provenance.html */
import { canonical } from '../../fhir/canonical.ts';
import type { JsonObject } from '../../fhir/json.ts';
import type { Answer, CountAnswer, Step, TraceStep } from './answer.ts';
import { groupOf } from './question/question-group.ts';
import { questionText } from './question/question-text.ts';

const participant = 'http://terminology.hl7.org/CodeSystem/provenance-participant-type';

/**
 * A Bundle (collection) with the question as a Group and a Provenance: its agent is the client, its entities are the
 * servers and records that were asked. `run` is an IRI for the answer, `version` that of the client.
 */
export function answerProvenance(
  answer: Answer,
  made: { run: string; version: string; fhirVersion?: string },
): JsonObject {
  const { fhirVersion = 'R4B' } = made;
  const group: JsonObject = { ...groupOf(answer.question, fhirVersion), id: 'question' };
  const period = { start: answer.askedAt, end: answer.endedAt };
  const records = answer.datasets.flatMap(({ metadata, alsoAt }) => [
    ...(metadata === undefined ? [] : [metadata]),
    ...alsoAt,
  ]);
  const entities: JsonObject[] = [
    { reference: 'Group/question' },
    ...[...new Set(records)].map((url) => ({ reference: url })),
    ...serversOf(answer.trace).map((base) => ({ identifier: { system: canonical.uri, value: base } })),
  ];
  const provenance: JsonObject = {
    resourceType: 'Provenance',
    id: 'answer',
    target: [{ identifier: { system: canonical.uri, value: made.run }, display: 'answer of a federated question' }],
    occurredPeriod: period,
    recorded: answer.endedAt,
    activity: { text: answer.complete ? 'federated query' : 'federated query, answered in part' },
    agent: [
      {
        type: { coding: [{ system: participant, code: 'assembler' }] },
        who: { display: `fairway ${made.version}` },
      },
    ],
    entity: entities.map((what) => ({ role: 'source', what })),
  };
  return {
    resourceType: 'Bundle',
    type: 'collection',
    timestamp: answer.endedAt,
    entry: [
      { fullUrl: `${made.run}#answer`, resource: provenance },
      { fullUrl: `${made.run}#question`, resource: group },
    ],
  };
}

const serversOf = (trace: readonly TraceStep[]): string[] => [...new Set(trace.map(({ server }) => server))];

const steps: readonly Step[] = ['discover', 'find', 'resolve', 'count', 'get'];
const verbs: Readonly<Record<Step, string>> = {
  discover: 'asked which servers there are',
  find: 'asked which data sets there are',
  resolve: 'asked what it can do',
  count: 'asked how many patients there are',
  get: 'asked for records',
};

/** The way from the question to the answer, line by line. */
export function traceText(answer: Answer): string {
  const { trace, datasets, problems, ruledOut = [], untold = 0, askedAt, endedAt } = answer;
  const asked = steps.flatMap((step) =>
    serversOf(trace.filter((one) => one.step === step)).map((server) => {
      const sent = trace.filter((one) => one.step === step && one.server === server);
      return [`${server} was ${verbs[step]}:`, ...sent.map((one) => `  ${requestText(one)}`)].join('\n');
    }),
  );
  const lines = [
    `Question: ${questionText(answer.question)}`,
    `Asked from ${askedAt} to ${endedAt}. ${answer.complete ? 'Everyone answered who might matter.' : 'Not everyone answered: the answer is partial.'}`,
    ...asked,
    ...(untold === 0 ? [] : [`${untold} more requests are not listed.`]),
    ...ruledOut.map(
      ({ server, datasets: number }) =>
        `${number} data sets were not asked, since the summaries at ${server} say that they hold too little.`,
    ),
    ...datasets.map(({ title, answer: one, metadata, alsoAt }) => {
      const sources = [metadata, ...alsoAt].filter((url) => url !== undefined).join(', ');
      return `${title}: ${answerText(one)}${sources === '' ? '' : ` (record: ${sources})`}`;
    }),
    ...problems.map(({ server, step, reason }) => `${server} was ${verbs[step]}, but ${reason}.`),
  ];
  return `${lines.join('\n')}\n`;
}

function requestText({ request, status, ms, found, reason }: TraceStep): string {
  const what = status === 0 ? 'no answer' : `${status}, ${found} found`;
  return `${request} -> ${what}, ${ms} ms${reason === undefined ? '' : `: ${reason}`}`;
}

function answerText({ state, patients, threshold, rounding, reason }: CountAnswer): string {
  const because = reason === undefined ? '' : `: ${reason}`;
  switch (state) {
    case 'counted':
      return `${rounding === undefined ? '' : 'about '}${patients} patients${because}`;
    case 'exists':
      return `some patients${because}`;
    case 'below-threshold':
      return `${threshold === undefined ? 'too few patients to be told of' : `fewer than ${threshold} patients`}${because}`;
    case 'not-permitted':
    case 'not-askable':
    case 'unavailable':
      return `${state.replace('-', ' ')}${because}`;
  }
}
