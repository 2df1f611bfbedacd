/** What may be typed next in a search, from what the server says and from what was found. https://hl7.org/fhir/R4B/search.html */
import { type Capability, parametersFor, type SearchParameter } from './capability.ts';
import { codesOf } from './known-codes.ts';
import { elementName } from './shape.ts';
import { isObject, listOf, objectsOf, textOf, type Value, type ValueObject } from './value.ts';

export interface Choice {
  value: string;
  /** what it means */
  text?: string;
}

const describe = ({ name, type, documentation, definition }: SearchParameter): Choice => ({
  value: name,
  text: [type, documentation ?? definition].filter((one) => one !== undefined && one !== '').join(' · '),
});

/** Names that fit what was typed: parameters, types of a chain, parameters at its end, what refers to the type. */
export function nameChoices(capability: Capability | undefined, type: string, typed: string): Choice[] {
  const end = endOf(typed, type);
  if (end !== undefined && end.type !== type) {
    return parametersFor(capability, end.type).map((one) => ({ ...describe(one), value: `${end.before}${one.name}` }));
  }
  if (typed.startsWith('_has:')) {
    const referring = capability?.types.find((one) => one.type === type)?.revincludes ?? [];
    return referring.map((one) => ({ value: `_has:${one}:` }));
  }
  const own = parametersFor(capability, type);
  const chained = /^([\w-]+):$/.exec(typed)?.[1];
  const reference = own.find(({ name, type: kind }) => name === chained && kind === 'reference');
  if (reference !== undefined) {
    return (capability?.types ?? []).map((one) => ({ value: `${reference.name}:${one.type}.` }));
  }
  return own.map(describe);
}

interface End {
  /** everything before the last name */
  before: string;
  type: string;
  name: string;
}

/** The last name of a chain, and the type that has it; undefined where the chain does not state its type. */
function endOf(name: string, type: string): End | undefined {
  const has = /^(_has:([A-Z]\w+):[\w-]+:)(.*)$/.exec(name);
  if (has !== null) return { before: has[1]!, type: has[2]!, name: has[3]! };
  const chain = /^(.*:([A-Z]\w+)\.)([^.]*)$/.exec(name);
  if (chain !== null) return { before: chain[1]!, type: chain[2]!, name: chain[3]! };
  return name.includes('.') ? undefined : { before: '', type, name };
}

/** The search parameter at the end of a name, as the server describes it. */
export function parameterAt(
  capability: Capability | undefined,
  type: string,
  name: string,
): SearchParameter | undefined {
  const end = endOf(name, type);
  return end === undefined ? undefined : parametersFor(capability, end.type).find((one) => one.name === end.name);
}

/** https://hl7.org/fhir/R5/search.html#modifiers */
const modifiers: Readonly<Record<string, readonly string[]>> = {
  string: ['exact', 'contains', 'missing', 'text'],
  token: ['not', 'text', 'in', 'not-in', 'below', 'above', 'of-type', 'code-text', 'missing'],
  reference: ['identifier', 'missing', 'text', 'not', 'above', 'below'],
  uri: ['below', 'above', 'contains', 'missing', 'not'],
  date: ['missing', 'not'],
  number: ['missing', 'not'],
  quantity: ['missing', 'not'],
};

export const modifiersFor = (kind: string | undefined): readonly string[] => modifiers[kind ?? ''] ?? [];

export const takesComparator = (kind: string | undefined): boolean =>
  kind === 'date' || kind === 'number' || kind === 'quantity';

/** Values that are known for the parameter, and those that were found on the page. */
export function valueChoices(
  capability: Capability | undefined,
  type: string,
  { name, modifier }: { name: string; modifier: string },
  found: readonly ValueObject[],
): Choice[] {
  if (modifier === 'missing') return [{ value: 'true' }, { value: 'false' }];
  const end = endOf(name, type);
  if (end === undefined) return [];
  const known = codesOf(end.type, end.name).map((value) => ({ value }));
  const seen =
    end.type === type && parameterAt(capability, type, name) !== undefined ? seenValues(end.name, found) : [];
  const all = new Map([...known, ...seen].map((one) => [one.value, one]));
  return [...all.values()];
}

/** `clinical-status` is asked of `clinicalStatus`; `patient` mostly of `subject`. */
function seenValues(name: string, found: readonly ValueObject[]): Choice[] {
  const plain = name.replaceAll('-', '').toLowerCase();
  const wanted = plain === 'patient' ? ['patient', 'subject'] : [plain];
  const values = found.flatMap((one) =>
    Object.entries(one)
      .filter(([key]) => wanted.includes(elementName(key).toLowerCase()))
      .flatMap(([, value]) => listOf(value).flatMap(choicesIn)),
  );
  return values.slice(0, 200);
}

function choicesIn(value: Value): Choice[] {
  if (typeof value === 'string' || typeof value === 'boolean') return [{ value: String(value).slice(0, 200) }];
  if (!isObject(value)) return [];
  const reference = textOf(value['reference']);
  if (reference !== undefined) return [withText(reference, textOf(value['display']))];
  const codings = value['coding'] === undefined ? [value] : objectsOf(value['coding']);
  return codings.flatMap((one) => {
    const [system, code, own] = ['system', 'code', 'value'].map((key) => textOf(one[key]));
    const text = code ?? own;
    return text === undefined
      ? []
      : [withText(system === undefined ? text : `${system}|${text}`, textOf(one['display']))];
  });
}

const withText = (value: string, text: string | undefined): Choice =>
  text === undefined ? { value } : { value, text };
