/** Reads what `$explain-search` answers. See docs/reference/rest/operation-explain-search.md */
import { objectsOf, textOf, type ValueObject } from './value.ts';

export interface ExplainedPart {
  role: 'criterion' | 'sort' | 'include' | 'result' | 'ignored';
  name: string;
  value: string;
  /** in the server's words */
  text?: string;
  why?: string;
  access?: string;
  /** parameters that are asked: as `Type.code` with what its definition says */
  parameters: readonly { name: string; kind: string; expression?: string; definition?: string }[];
  /** chains, as `Observation.subject` and where it leads */
  steps: readonly string[];
}

export interface PlanNode {
  operation: string;
  on?: string;
  rows: string;
  cost: string;
  measured?: string;
  steps: readonly PlanNode[];
}

export interface Plan {
  purpose: string;
  milliseconds?: string;
  root: PlanNode;
}

export interface Explanation {
  search: string;
  parts: readonly ExplainedPart[];
  conditions: readonly string[];
  band: string;
  reasons: readonly string[];
  hints: readonly { code: string; about?: string; text: string }[];
  plans: readonly Plan[];
}

const valueIn = (part: ValueObject): string | undefined => {
  const name = Object.keys(part).find((one) => one.startsWith('value'));
  return name === undefined ? undefined : textOf(part[name]);
};
const partsOf = (part: ValueObject, name: string): readonly ValueObject[] =>
  objectsOf(part['part']).filter((one) => one['name'] === name);
const textsIn = (part: ValueObject, name: string): string[] => partsOf(part, name).flatMap((one) => valueIn(one) ?? []);
const textIn = (part: ValueObject, name: string): string | undefined => textsIn(part, name)[0];
const given = <Name extends string>(name: Name, value: string | undefined): { [key in Name]?: string } =>
  (value === undefined ? {} : { [name]: value }) as { [key in Name]?: string };

const roles = new Set(['criterion', 'sort', 'include', 'result', 'ignored']);

export function readExplanation(parameters: ValueObject): Explanation {
  const all = objectsOf(parameters['parameter']);
  const named = (name: string): ValueObject[] => all.filter((one) => one['name'] === name);
  const [cost] = named('cost');
  return {
    search: named('search').flatMap((one) => valueIn(one) ?? [])[0] ?? '',
    parts: all.filter((one) => roles.has(textOf(one['name']) ?? '')).map(partOf),
    conditions: named('condition').flatMap((one) => textIn(one, 'text') ?? []),
    band: cost === undefined ? '' : (textIn(cost, 'band') ?? ''),
    reasons: cost === undefined ? [] : textsIn(cost, 'reason'),
    hints: named('hint').map((one) => ({
      code: textIn(one, 'code') ?? '',
      text: textIn(one, 'text') ?? '',
      ...given('about', textIn(one, 'about')),
    })),
    plans: named('plan').flatMap(planOf),
  };
}

function partOf(one: ValueObject): ExplainedPart {
  return {
    role: textOf(one['name']) as ExplainedPart['role'], // one of roles
    name: textIn(one, 'name') ?? '',
    value: textIn(one, 'value') ?? '',
    parameters: partsOf(one, 'parameter').map((part) => ({
      name: `${textIn(part, 'type')}.${textIn(part, 'code')}`,
      kind: textIn(part, 'kind') ?? '',
      ...given('expression', textIn(part, 'expression')),
      ...given('definition', textIn(part, 'definition')),
    })),
    steps: partsOf(one, 'step').map((step) => {
      const [parameter] = partsOf(step, 'parameter');
      const code = parameter === undefined ? '' : textIn(parameter, 'code');
      const to = textsIn(step, 'to').join(', ');
      return textIn(step, 'direction') === 'backward'
        ? `< ${textIn(step, 'type')}.${code}`
        : `${textIn(step, 'type')}.${code} > ${to}`;
    }),
    ...given('text', textIn(one, 'text')),
    ...given('why', textIn(one, 'why')),
    ...given('access', textIn(one, 'access')),
  };
}

function planOf(one: ValueObject): Plan[] {
  const [root] = partsOf(one, 'step');
  if (root === undefined) return [];
  return [
    {
      purpose: textIn(one, 'purpose') ?? '',
      root: nodeOf(root),
      ...given('milliseconds', textIn(one, 'milliseconds')),
    },
  ];
}

function nodeOf(step: ValueObject): PlanNode {
  return {
    operation: textIn(step, 'operation') ?? '',
    rows: textIn(step, 'rows') ?? '',
    cost: textIn(step, 'cost') ?? '',
    steps: partsOf(step, 'step').map(nodeOf),
    ...given('on', textIn(step, 'on')),
    ...given('measured', textIn(step, 'measured-rows')),
  };
}
