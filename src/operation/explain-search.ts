/** `$explain-search`: how a search is understood, what the asker's conditions do to it, and what it costs. See docs/adr/0033-explaining-searches.md */

import type { Narrowing, StatementPlan } from '../door/index.ts';
import { FhirError } from '../fhir/outcome.ts';
import {
  compartmentPlace,
  type InteractionRequest,
  knownType,
  pageParameter,
  parametersOf,
  type Server,
} from '../interaction/index.ts';
import {
  explainSearch,
  type ParameterReading,
  type PartExplanation,
  type SearchExplanation,
  type SearchPlace,
  type ValueReading,
} from '../search/index.ts';
import type { Operation } from './operation.ts';
import { inputsOf } from './parameters.ts';

type Part = Record<string, unknown> & { name: string };

export const explainSearchOperation: Operation = {
  code: 'explain-search',
  levels: ['system'],
  affectsState: false,
  summary:
    'Say how a search is understood, what the conditions of the one who asks do to it, and what it costs by its form. Those who may read everything also get the plan with the rows that are expected.',
  parameters: [
    {
      name: 'url',
      min: 1,
      max: '1',
      type: 'uri',
      documentation:
        'A search on this server, such as `Observation?code=http://loinc.org|718-7&subject:Patient.birthdate=lt1950`. `Prefer: handling` holds as for the search itself.',
    },
    {
      name: 'measure',
      min: 0,
      max: '1',
      type: 'boolean',
      documentation: 'Run it and say how long each step took. Only for those who may read everything.',
    },
  ],
  async perform(request, server) {
    const inputs = inputsOf(request, explainSearchOperation.parameters, 'explain-search');
    const url = inputs.text('url');
    if (url === undefined) throw new FhirError('required', '$explain-search needs the input url');
    const isMeasured = truthOf(inputs.text('measure'));
    const explained = explainAt(url, request, server);
    const plans = await server.door.plans(explained.search, isMeasured);
    if (plans === undefined && isMeasured) {
      throw new FhirError(
        'forbidden',
        'what is measured tells how much there is: it is for those who may read everything',
      );
    }
    const { search, types } = explained;
    const narrowing = server.door.narrowing(types, search.countOnly);
    const parameter = partsOf(explained, request.prefer.handling, narrowing, plans);
    return { status: 200, body: JSON.stringify({ resourceType: 'Parameters', parameter }), disclosed: [] };
  },
};

function truthOf(text: string | undefined): boolean {
  if (text !== undefined && text !== 'true' && text !== 'false') {
    throw new FhirError('value', `measure must be true or false, not ${text.slice(0, 100)}`);
  }
  return text === 'true';
}

function explainAt(url: string, { prefer }: InteractionRequest, server: Server): SearchExplanation {
  const { base } = server;
  const relative = url === base ? '' : url.startsWith(`${base}/`) ? url.slice(base.length + 1) : url;
  const at = relative.indexOf('?');
  const [path, query] = at < 0 ? [relative, ''] : [relative.slice(0, at), relative.slice(at + 1)];
  const parameters = parametersOf(query).filter(([name]) => name !== pageParameter);
  return explainSearch(placeOf(path.replace(/\/(_search)?$/, ''), url, server), parameters, {
    ...server.searchContext,
    handling: prefer.handling,
  });
}

function placeOf(path: string, url: string, { definitions, searchContext }: Server): SearchPlace {
  const [type = '', id, target, ...more] = path.split('/');
  if (type === '') return { types: definitions.resourceTypes, path: '' };
  knownType(type, definitions);
  if (id === undefined) return { types: [type], path: type };
  if (target === undefined || more.length > 0) {
    throw new FhirError('value', `${url.slice(0, 200)} is no search: write Type?..., Patient/1/Type?... or ?_type=...`);
  }
  if (target !== '*') knownType(target, definitions);
  return compartmentPlace(type, id, target, definitions, searchContext);
}

function partsOf(
  { search, parts, cost, hints }: SearchExplanation,
  handling: string,
  narrowing: readonly Narrowing[],
  plans: readonly StatementPlan[] | undefined,
): Part[] {
  const query = new URLSearchParams(search.used.map(([name, value]): [string, string] => [name, value]));
  return [
    { name: 'search', valueString: `${search.path}?${query}` },
    { name: 'handling', valueCode: handling },
    ...parts.map(partOf),
    ...narrowing.map(({ code, type, text }) => ({
      name: 'condition',
      part: [
        { name: 'code', valueCode: code },
        ...optional('type', 'valueCode', type),
        { name: 'text', valueString: text },
      ],
    })),
    { name: 'cost', part: [{ name: 'band', valueCode: cost.band }, ...cost.reasons.map(reason)] },
    ...hints.map(({ code, about, text }) => ({
      name: 'hint',
      part: [
        { name: 'code', valueCode: code },
        ...optional('about', 'valueString', about),
        { name: 'text', valueString: text },
      ],
    })),
    ...(plans ?? []).map(planPart),
  ];
}

const reason = (code: string): Part => ({ name: 'reason', valueCode: code });

const optional = (name: string, member: string, value: string | undefined): Part[] =>
  value === undefined ? [] : [{ name, [member]: value }];

function partOf(one: PartExplanation): Part {
  const sent: Part[] = [
    { name: 'name', valueString: one.name },
    { name: 'value', valueString: one.value },
  ];
  switch (one.role) {
    case 'ignored':
      return { name: 'ignored', part: [...sent, { name: 'why', valueString: one.why }] };
    case 'include':
    case 'result':
      return { name: one.role, part: sent };
    case 'sort':
      return { name: 'sort', part: [...sent, ...one.parameters.map(parameterPart)] };
    case 'criterion':
      return {
        name: 'criterion',
        part: [
          ...sent,
          { name: 'text', valueString: one.text },
          ...one.steps.map(({ direction, type, parameter, to }) => ({
            name: 'step',
            part: [
              { name: 'direction', valueCode: direction },
              { name: 'type', valueCode: type },
              parameterPart(parameter),
              ...to.map((target) => ({ name: 'to', valueCode: target })),
            ],
          })),
          ...one.parameters.map(parameterPart),
          ...optional('modifier', 'valueCode', one.modifier),
          ...one.values.map(valuePart),
          { name: 'access', valueCode: one.access },
        ],
      };
  }
}

function parameterPart({ type, code, kind, definition, expression }: ParameterReading): Part {
  return {
    name: 'parameter',
    part: [
      { name: 'type', valueCode: type },
      { name: 'code', valueCode: code },
      { name: 'kind', valueCode: kind },
      ...optional('definition', 'valueCanonical', definition),
      ...optional('expression', 'valueString', expression),
    ],
  };
}

function valuePart({ text, comparator, system, code, from, until, parts }: ValueReading): Part {
  return {
    name: 'alternative',
    part: [
      { name: 'text', valueString: text },
      ...optional('comparator', 'valueCode', comparator),
      ...optional('system', 'valueUri', system),
      ...optional('code', 'valueString', code),
      ...optional('from', 'valueInstant', from),
      ...optional('until', 'valueInstant', until),
      ...(parts ?? []).map((valueString) => ({ name: 'part', valueString })),
    ].filter((part) => Object.values(part).every((value) => value !== '')),
  };
}

function planPart({ purpose, plan }: StatementPlan): Part {
  return {
    name: 'plan',
    part: [
      { name: 'purpose', valueCode: purpose },
      ...(plan.milliseconds === undefined ? [] : [{ name: 'milliseconds', valueDecimal: plan.milliseconds }]),
      stepPart(plan.root),
    ],
  };
}

function stepPart({ operation, on, rows, cost, measured, steps }: StatementPlan['plan']['root']): Part {
  return {
    name: 'step',
    part: [
      { name: 'operation', valueString: operation },
      ...optional('on', 'valueString', on),
      { name: 'rows', valueDecimal: rows },
      { name: 'cost', valueDecimal: cost },
      ...(measured === undefined
        ? []
        : [
            { name: 'measured-rows', valueDecimal: measured.rows },
            { name: 'measured-milliseconds', valueDecimal: measured.milliseconds },
          ]),
      ...steps.map(stepPart),
    ],
  };
}
