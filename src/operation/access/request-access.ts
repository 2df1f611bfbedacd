/** `$request-access`: asks for a data set, with purpose, project, documents and period; the rules say at once what they make of it. See docs/adr/0014-access-requests.md */
import type { AccessContext } from '../../conditions/access-context.ts';
import type { Assessment } from '../../door/index.ts';
import { type Granularity, granularities } from '../../fhir/canonical.ts';
import { FhirError } from '../../fhir/outcome.ts';
import type { Server } from '../../interaction/index.ts';
import { intervalOf } from '../../search/index.ts';
import type { Operation } from '../operation.ts';
import { type Inputs, inputsOf } from '../parameters.ts';
import { type AccessRequest, taskOf } from './access-request.ts';
import { noted, refuseByScope, requesterKey, serviceName, writeInside } from './desk.ts';
import { taskReply } from './task-reply.ts';

const researchKinds = ['general', 'health', 'disease', 'ancestry', 'methods', 'clinical-care', 'genetic'];

export const requestAccess: Operation = {
  code: 'request-access',
  levels: ['instance'],
  types: ['Library'],
  affectsState: true,
  summary:
    'Ask for access to a data set. What the conditions alone make of the request is answered at once; the committee decides.',
  parameters: [
    {
      name: 'purpose',
      min: 1,
      max: '*',
      type: 'Coding',
      documentation: 'Purpose of use: `system|code` of v3-ActReason.',
    },
    {
      name: 'project',
      min: 0,
      max: '1',
      type: 'string',
      documentation: 'Identifier of the project that the data are for.',
    },
    { name: 'title', min: 0, max: '1', type: 'string', documentation: 'What the project is called.' },
    {
      name: 'level',
      min: 0,
      max: '1',
      type: 'code',
      documentation: `How closely to look: ${granularities.join(', ')}; record unless stated.`,
    },
    {
      name: 'research',
      min: 0,
      max: '*',
      type: 'code',
      documentation: `Kind of research: ${researchKinds.join(', ')}.`,
    },
    { name: 'disease', min: 0, max: '*', type: 'Coding', documentation: 'Disease that is researched, `system|code`.' },
    { name: 'commercial', min: 0, max: '1', type: 'boolean', documentation: 'Whether the use is commercial.' },
    { name: 'from', min: 0, max: '1', type: 'date', documentation: 'From when on.' },
    { name: 'until', min: 0, max: '1', type: 'date', documentation: 'Until when.' },
    { name: 'message', min: 0, max: '1', type: 'string', documentation: 'Words to the committee.' },
    {
      name: 'document',
      min: 0,
      max: '*',
      type: 'Attachment',
      documentation: 'A document for the committee, such as an ethics vote.',
    },
    {
      name: 'dry-run',
      min: 0,
      max: '1',
      type: 'boolean',
      documentation: 'Only say what the rules make of it; nothing is kept.',
    },
  ],
  async perform(request, server) {
    const { context } = server.door;
    const inputs = inputsOf(request, requestAccess.parameters, 'request-access');
    const key = requesterKey(context);
    refuseByScope(context, 'c');
    const asked = askedOf(inputs, `Library/${request.id}`, key, server);
    // A data set that the asker may not see is none.
    await server.door.read('Library', request.id);
    const assessment = await server.door.assess(asResearch(context, asked), asked.dataSet);
    if (assessment === undefined) throw new FhirError('not-found', `there is no data set ${asked.dataSet} here`);
    const { statement } = assessment;
    const committee = statement.requirements.find((one) => one.kind === 'committee')?.committee;
    const matched: AccessRequest = {
      ...asked,
      ...(committee === undefined ? {} : { committee }),
      match: matchOf(assessment, asked.level),
    };
    const message = inputs.text('message');
    const whole = message === undefined ? matched : noted(matched, context, server.now(), message);
    const task = taskOf(whole, server.now());
    if (inputs.text('dry-run') === 'true') return { status: 200, body: JSON.stringify(task) };
    const done = await server.service(serviceName).transaction([], (inside) => writeInside(inside, task, server));
    return taskReply({ request: whole, done }, server);
  },
};

function askedOf(inputs: Inputs, dataSet: string, key: string, server: Server): AccessRequest {
  const { subject } = server.door.context;
  const level = inputs.text('level') ?? 'record';
  if (!granularities.includes(level as Granularity) || level === 'none')
    throw new FhirError('value', `level must be one of ${granularities.slice(1).join(', ')}, not ${level}`);
  const purposes = codesOf(inputs, 'purpose');
  if (purposes.length === 0) throw new FhirError('required', '$request-access needs a purpose: system|code');
  const kinds = inputs.texts('research');
  const unknown = kinds.find((one) => !researchKinds.includes(one));
  if (unknown !== undefined)
    throw new FhirError('value', `research must be one of ${researchKinds.join(', ')}, not ${unknown}`);
  const commercial = inputs.text('commercial');
  const period = Object.fromEntries((['from', 'until'] as const).flatMap((name) => dateOf(inputs, name)));
  return {
    id: server.newId(),
    state: 'requested',
    dataSet,
    requester: { key, ...(subject.kind === 'person' && subject.name !== undefined ? { display: subject.name } : {}) },
    authored: server.now(),
    level: level as Granularity, // checked above
    purposes,
    ...(inputs.text('project') === undefined ? {} : { project: inputs.text('project')! }),
    ...(inputs.text('title') === undefined ? {} : { title: inputs.text('title')! }),
    research: {
      kinds,
      diseases: codesOf(inputs, 'disease'),
      ...(commercial === undefined ? {} : { commercial: commercial === 'true' }),
    },
    ...period,
    documents: inputs.values('document'),
    match: { outcome: 'needs-person', reasons: [] },
    notes: [],
  };
}

function dateOf(inputs: Inputs, name: string): [string, string][] {
  const value = inputs.text(name);
  if (value === undefined) return [];
  if (intervalOf(value) === undefined) throw new FhirError('value', `${name} must be a date, not ${value}`);
  return [[name, value]];
}

/** Codes as `system|code` or as Codings. */
function codesOf(inputs: Inputs, name: string): string[] {
  const codings = inputs.values(name).map(({ system, code }) => `${String(system ?? '')}|${String(code ?? '')}`);
  const all = [...inputs.texts(name), ...codings];
  const malformed = all.find((one) => !/^[^|]+\|[^|]+$/.test(one));
  if (malformed !== undefined) throw new FhirError('value', `${name} must be system|code, not ${malformed}`);
  return all;
}

/** The asker as it would be if the request were granted its words. */
function asResearch(context: AccessContext, { purposes, project, research }: AccessRequest): AccessContext {
  return { ...context, purposes, research, ...(project === undefined ? {} : { project }) };
}

/** What the data set's conditions alone make of the request. */
function matchOf({ granted, reasons }: Assessment, level: Granularity): AccessRequest['match'] {
  const isEnough = granularities.indexOf(granted) >= granularities.indexOf(level);
  const outcome = isEnough ? 'permit' : reasons.some((one) => one.outcome === 'deny') ? 'deny' : 'needs-person';
  return { outcome, reasons: reasons.map((one) => `${one.outcome}: ${one.text}`) };
}
