/** `$audit-log`: what was asked of this server, by whom, and what came of it; for stewards. See docs/adr/0015 */
import { type Action, interactionsOf } from '../audit/action.ts';
import type { AuditQuestion } from '../door/index.ts';
import { FhirError } from '../fhir/outcome.ts';
import { idPattern } from '../fhir/reference.ts';
import { auditReply, pageOf, periodOf } from './audit-page.ts';
import type { Operation } from './operation.ts';
import { type Inputs, inputsOf } from './parameters.ts';

const actions: readonly string[] = ['C', 'R', 'U', 'D', 'E'];
/** https://hl7.org/fhir/R4B/valueset-audit-event-outcome.html */
const outcomes: Readonly<Record<string, { low: number; high: number }>> = {
  '0': { low: 100, high: 399 },
  '4': { low: 400, high: 499 },
  '8': { low: 500, high: 599 },
};

export const auditLog: Operation = {
  code: 'audit-log',
  levels: ['system'],
  affectsState: false,
  summary:
    'The audit log as AuditEvents, newest first, for stewards: who asked for what, when and for what purpose, and what came of it. A look into the log is recorded in it.',
  parameters: [
    { name: 'date', min: 0, max: '2', type: 'string', documentation: 'When, with ge, gt, le, lt or eq before it.' },
    { name: 'agent', min: 0, max: '1', type: 'string', documentation: 'Who: subject, name or client, in full.' },
    { name: 'patient', min: 0, max: '1', type: 'string', documentation: 'Whose resources were disclosed or changed.' },
    {
      name: 'entity',
      min: 0,
      max: '1',
      type: 'string',
      documentation: 'A resource that was disclosed, changed or asked for: Type/id.',
    },
    { name: 'action', min: 0, max: '1', type: 'code', documentation: 'C, R, U, D or E.' },
    {
      name: 'interaction',
      min: 0,
      max: '1',
      type: 'code',
      documentation: 'An interaction of FHIR, such as search-type, or an operation with its $.',
    },
    {
      name: 'outcome',
      min: 0,
      max: '1',
      type: 'string',
      documentation: '0 (success), 4 (refused), 8 (failed), or a status of HTTP.',
    },
    { name: 'purpose', min: 0, max: '1', type: 'string', documentation: 'Purpose of use: code, or system|code.' },
    { name: '_count', min: 0, max: '1', type: 'integer', documentation: 'Entries on a page.' },
  ],
  async perform(request, server) {
    const inputs = inputsOf(request, auditLog.parameters, 'audit-log');
    const place = { path: '$audit-log', inputs };
    const page = pageOf(place, server);
    const question: AuditQuestion = { ...questionOf(inputs), ...page };
    return auditReply(place, page, await server.door.audit.find(question), server);
  },
};

function questionOf(inputs: Inputs): Omit<AuditQuestion, 'limit'> {
  const question: Omit<AuditQuestion, 'limit'> = { ...periodOf(inputs.texts('date')) };
  const text = (name: string): string | undefined => inputs.text(name);
  if (text('agent') !== undefined) question.agent = text('agent')!;
  if (text('purpose') !== undefined) question.purpose = text('purpose')!;
  const action = text('action');
  if (action !== undefined) Object.assign(question, interactionsOf(actionOf(action)));
  const interaction = text('interaction');
  if (interaction !== undefined) {
    // Both must hold.
    const others = question.interactions;
    question.interactions = others === undefined || others.includes(interaction) ? [interaction] : [];
  }
  const patient = text('patient');
  if (patient !== undefined) question.patient = idOf('patient', patient.replace(/^Patient\//, ''));
  const entity = text('entity');
  if (entity !== undefined) question.entity = entityOf(entity);
  const outcome = text('outcome');
  if (outcome !== undefined) question.status = statusOf(outcome);
  return question;
}

function actionOf(text: string): Action {
  if (actions.includes(text)) return text as Action; // one of the list
  throw new FhirError('value', `action must be C, R, U, D or E, not ${text}`);
}

function statusOf(text: string): { low: number; high: number } {
  if (/^[1-5]\d\d$/.test(text)) return { low: Number(text), high: Number(text) };
  const range = Object.hasOwn(outcomes, text) ? outcomes[text] : undefined;
  if (range === undefined) throw new FhirError('value', `outcome must be 0, 4, 8 or a status of HTTP, not ${text}`);
  return range;
}

function idOf(name: string, id: string): string {
  if (idPattern.test(id)) return id;
  throw new FhirError('value', `${name}=${id} is no id`);
}

function entityOf(text: string): string {
  const [type = '', id = '', ...rest] = text.split('/');
  if (/^[A-Z][A-Za-z]+$/.test(type) && idPattern.test(id) && rest.length === 0) return text;
  throw new FhirError('value', `entity=${text} must be Type/id`);
}
