/** `Library/$preview-conditions`: what each kind of asker would see of a data set that is not stored yet, and why. See docs/adr/0034-previewing-conditions.md */
import { contextFromJson } from '../conditions/context-json.ts';
import { type AskerKind, askerKinds, type Missing, type Preview } from '../conditions/preview.ts';
import type { Previewed } from '../door/index.ts';
import { partsOf } from '../fair/code.ts';
import { requirementText } from '../fair/condition.ts';
import { english } from '../fair/words/index.ts';
import { type JsonObject, parseJson, type Resource } from '../fhir/json.ts';
import { FhirError } from '../fhir/outcome.ts';
import type { Server } from '../interaction/index.ts';
import type { Operation } from './operation.ts';
import { type Inputs, inputsOf } from './parameters.ts';

/** Askers of one request. */
const most = 50;

export const previewConditions: Operation = {
  code: 'preview-conditions',
  levels: ['type'],
  types: ['Library'],
  affectsState: false,
  summary:
    'Say what kinds of askers would see of a data set if it were stored as it is sent, why, and what is missing for more. Decided by the code that enforces conditions, on the draft alone: policies, consents, labels and grants that are stored come on top. For those who may write and for stewards; anyone may ask for themselves.',
  parameters: [
    {
      name: 'resource',
      min: 1,
      max: '1',
      type: 'Library',
      documentation: 'The data set with its conditions. One that is not active is closed, and said to be so.',
    },
    {
      name: 'kind',
      min: 0,
      max: '*',
      type: 'code',
      documentation: `Who would ask: ${askerKinds.join(', ')}, or self, whoever sends this. All of them unless some or \`as\` are stated.`,
    },
    {
      name: 'as',
      min: 0,
      max: '*',
      type: 'string',
      documentation:
        'Someone described, as JSON: subject, purposes, research, visas, country and so on, as in $explain.',
    },
  ],
  async perform(request, server) {
    const inputs = inputsOf(request, previewConditions.parameters, 'preview-conditions');
    const [draft] = inputs.values('resource');
    if (draft?.['resourceType'] !== 'Library')
      throw new FhirError('required', '$preview-conditions needs the input resource: a Library');
    const askers = askersOf(inputs, server);
    const { statement, previews } = await server.door.preview(draft as Resource, askers); // it is a Library
    const parameter = [
      ...statement.closed.map((because) => ({ name: 'closed', valueString: because })),
      ...previews.map((preview, at) => askerParameter(askers[at]!.kind, preview)),
    ];
    return { status: 200, body: JSON.stringify({ resourceType: 'Parameters', parameter }), disclosed: [] };
  },
};

function askersOf(inputs: Inputs, { door }: Server): Previewed[] {
  const stated = inputs.texts('kind');
  const described = inputs.texts('as').map((text): Previewed => {
    const json = parseJson(text);
    if (json === undefined) throw new FhirError('value', 'the input as must be JSON');
    return { kind: 'described', asker: contextFromJson(json) };
  });
  if (stated.length + described.length > most)
    throw new FhirError('too-costly', `$preview-conditions takes ${most} askers at most`);
  const kinds = stated.length + described.length === 0 ? [...askerKinds, 'self'] : stated;
  const named = kinds.map((kind): Previewed => {
    if (kind === 'self') return { kind, asker: door.context };
    if (!isKind(kind))
      throw new FhirError('value', `kind must be ${askerKinds.join(', ')} or self, not ${kind.slice(0, 100)}`);
    return { kind };
  });
  return [...named, ...described];
}

const isKind = (text: string): text is AskerKind => (askerKinds as readonly string[]).includes(text);

function askerParameter(kind: string, preview: Preview): JsonObject {
  const { level, disclosure, profile, consentRequired, obligations, reasons, beyond } = preview;
  return {
    name: 'asker',
    part: [
      { name: 'kind', valueCode: kind },
      { name: 'level', valueCode: level },
      ...(disclosure === undefined
        ? []
        : [
            { name: 'threshold', valueInteger: disclosure.threshold },
            { name: 'rounding', valueInteger: disclosure.rounding },
          ]),
      ...(profile === undefined ? [] : [{ name: 'profile', valueCanonical: profile }]),
      { name: 'consent-required', valueBoolean: consentRequired },
      ...obligations.map(({ code, display, parameter }) => ({
        name: 'obligation',
        part: [
          { name: 'code', valueCoding: { ...partsOf(code), ...(display === undefined ? {} : { display }) } },
          ...(parameter === undefined ? [] : [{ name: 'parameter', valueString: parameter }]),
        ],
      })),
      ...reasons.map(({ source, outcome, text }) => ({
        name: 'reason',
        part: [
          { name: 'source', valueString: source },
          { name: 'outcome', valueCode: outcome },
          { name: 'text', valueString: text },
        ],
      })),
      ...beyond.map((one) => ({
        name: 'beyond',
        part: [{ name: 'level', valueCode: one.level }, ...one.missing.map(missingParameter)],
      })),
    ],
  };
}

/** `kind` and `value` for programs that have words of their own, `text` for people. */
function missingParameter(missing: Missing): JsonObject {
  const { kind, values, text } = saidOf(missing);
  return {
    name: 'missing',
    part: [
      { name: 'kind', valueCode: kind },
      { name: 'outcome', valueCode: missing.outcome },
      ...values.map((value) => ({ name: 'value', valueString: value })),
      { name: 'text', valueString: text },
    ],
  };
}

function saidOf(missing: Missing): { kind: string; values: readonly string[]; text: string } {
  switch (missing.kind) {
    case 'closed':
      return { kind: 'closed', values: [], text: missing.because };
    case 'data-use':
      return { kind: 'data-use', values: missing.term.split(' '), text: `data use: ${missing.term}` };
    case 'requirement': {
      const { requirement } = missing;
      return { kind: requirement.kind, values: valuesOf(requirement), text: requirementText(requirement, english) };
    }
  }
}

function valuesOf(requirement: (Missing & { kind: 'requirement' })['requirement']): readonly string[] {
  switch (requirement.kind) {
    case 'visa':
      return [requirement.type, requirement.value, requirement.source, requirement.by].filter(
        (one) => one !== undefined,
      );
    case 'terms':
      return [requirement.url];
    case 'country':
    case 'purpose':
      return requirement.codes;
    case 'recipient':
      return requirement.identifiers;
    case 'not-before':
    case 'not-after':
      return [new Date(requirement.at).toISOString()];
    case 'committee':
      return [requirement.committee];
  }
}
