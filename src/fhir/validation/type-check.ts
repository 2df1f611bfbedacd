/** The model of types in the form that checking reads fastest. https://hl7.org/fhir/R4B/structuredefinition.html */
import type { Definitions, ElementModel } from '../definitions/model.ts';
import { type PrimitiveCheck, primitiveChecks } from './primitive.ts';

export interface ElementCheck {
  name: string;
  isList: boolean;
  /** of primitive elements */
  primitive: PrimitiveCheck | undefined;
  /** of the others, by name: types refer to each other in rings */
  type: string;
  /** number of the choice it belongs to */
  choice: string | undefined;
  /** `system|code` and, for code elements, `code` alone, of a required binding */
  codes: ReadonlySet<string> | undefined;
}

export interface TypeCheck {
  name: string;
  elements: ReadonlyMap<string, ElementCheck>;
  /** elements that must be there; a choice is named by its base */
  required: readonly { names: readonly string[]; label: string }[];
  hasChoices: boolean;
}

export interface Checks {
  typeOf(name: string): TypeCheck;
  isResource(name: string): boolean;
}

const made = new WeakMap<Definitions, Checks>();

/** Made once for a set of definitions; each type when it is first met. */
export function checksOf(definitions: Definitions): Checks {
  let checks = made.get(definitions);
  if (checks === undefined) made.set(definitions, (checks = make(definitions)));
  return checks;
}

function make(definitions: Definitions): Checks {
  const primitives = primitiveChecks(definitions);
  const codes = new Map<string, ReadonlySet<string> | undefined>();
  const codesOf = (url: string | undefined): ReadonlySet<string> | undefined => {
    if (url === undefined) return undefined;
    if (!codes.has(url)) codes.set(url, codeSet(url, definitions));
    return codes.get(url);
  };
  const types = new Map<string, TypeCheck>();
  const resources = new Set(definitions.resourceTypes);
  return {
    isResource: (name) => resources.has(name),
    typeOf(name) {
      let type = types.get(name);
      if (type === undefined) {
        const model = Object.hasOwn(definitions.types, name) ? definitions.types[name] : undefined;
        if (model === undefined) throw new Error(`the definitions have no type ${name}`);
        const elements = Object.entries(model.elements);
        type = {
          name,
          elements: new Map(
            elements.map(([json, element]) => [json, elementCheck(json, element, primitives, codesOf)]),
          ),
          required: requiredOf(elements),
          hasChoices: elements.some(([, element]) => element.choice !== undefined),
        };
        types.set(name, type);
      }
      return type;
    },
  };
}

function elementCheck(
  name: string,
  element: ElementModel,
  primitives: ReadonlyMap<string, PrimitiveCheck>,
  codesOf: (url: string | undefined) => ReadonlySet<string> | undefined,
): ElementCheck {
  return {
    name,
    isList: element.max !== 1,
    primitive: primitives.get(element.type),
    type: element.type,
    choice: element.choice,
    codes: codesOf(element.binding),
  };
}

function requiredOf(elements: readonly (readonly [string, ElementModel])[]): { names: string[]; label: string }[] {
  const required = new Map<string, string[]>();
  for (const [name, { min, choice }] of elements) {
    if (min === 0) continue;
    const label = choice === undefined ? name : `${choice}[x]`;
    required.set(label, [...(required.get(label) ?? []), name]);
  }
  return [...required].map(([label, names]) => ({ names, label }));
}

function codeSet(url: string, definitions: Definitions): ReadonlySet<string> | undefined {
  const valueSet = definitions.valueSets[url];
  if (valueSet === undefined) return undefined;
  return new Set(
    Object.entries(valueSet.systems).flatMap(([system, codes]) => codes.flatMap((code) => [code, `${system}|${code}`])),
  );
}
