/** Reckons and, or, not from counts of plain searches, each of which asks for all of its criteria: inclusion and exclusion. https://en.wikipedia.org/wiki/Inclusion%E2%80%93exclusion_principle */
import { type CodedCriterion, type Criterion, codeText, type WhereCriterion } from '../question/criterion.ts';
import type { Peer } from '../server/peer.ts';
import {
  type Carrier,
  demographicParameters,
  hasParameter,
  type Parameter,
  patientParameter,
  whereParameters,
} from './patient-search.ts';

/** One search to count by, and how often its count goes into the sum. */
export interface CountTerm {
  readonly parameters: readonly Parameter[];
  readonly factor: number;
}

export interface TermContext {
  peer: Peer;
  carriers: (criterion: CodedCriterion) => readonly Carrier[];
  asOf: string;
}

/** More searches than these are no fewer than reading would be. */
const mostTerms = 32;

/** What a search can say by itself, by its text. */
type Atom = readonly Parameter[];
interface Product {
  atoms: ReadonlyMap<string, Atom>;
  factor: number;
}
/** A sum of products of atoms, each of which is 1 for a patient who meets it and else 0. */
type Sum = ReadonlyMap<string, Product>;

/**
 * The counts whose sum is the number of patients who meet the criterion. Whether a patient meets `a and b` is a times b,
 * `not a` is 1 less a, and so on, with a times a being a. Undefined where searches cannot say it, or only by too many.
 */
export function countTerms(criterion: Criterion, context: TermContext): readonly CountTerm[] | undefined {
  const sum = sumOf(criterion, context);
  if (sum === undefined) return undefined;
  return [...sum.values()].map(({ atoms, factor }) => ({
    parameters: [...atoms.values()].flat().sort(ownFirst),
    factor,
  }));
}

/** What is asked of the patient stands before what is asked of records: a person reads it so. */
const ownFirst = ([one]: Parameter, [two]: Parameter): number =>
  Number(one.startsWith('_has')) - Number(two.startsWith('_has'));

function sumOf(criterion: Criterion, context: TermContext): Sum | undefined {
  switch (criterion.kind) {
    case 'all':
      return criterion.together ? undefined : product(criterion.of.map((one) => sumOf(one, context)));
    case 'any':
      return either(merged(criterion.of).map((one) => sumOf(one, context)));
    case 'not':
      return less(sumOf(criterion.of, context));
    case 'age':
    case 'sex':
      return atom(demographicParameters([criterion], context.asOf));
    case 'coded':
      return either(context.carriers(criterion).map((carrier) => ofCarrier(criterion, carrier, context)));
    case 'where':
      return ofWhere(criterion, context);
  }
}

function ofCarrier(criterion: CodedCriterion, carrier: Carrier, { peer }: TermContext): Sum | undefined {
  const reference = patientParameter(peer, carrier.type);
  const parameter = reference === undefined ? undefined : hasParameter(criterion, carrier, reference);
  return parameter === undefined ? undefined : atom([parameter]);
}

function ofWhere(criterion: WhereCriterion, { peer }: TermContext): Sum | undefined {
  const reference = criterion.type === 'Patient' ? '' : patientParameter(peer, criterion.type);
  const parameters = reference === undefined ? undefined : whereParameters(criterion, reference);
  return parameters === undefined ? undefined : atom(parameters);
}

/** Alternatives that differ in their codes only are one search. */
function merged(of: readonly Criterion[]): readonly Criterion[] {
  const plain = new Map<string, CodedCriterion>();
  const others: Criterion[] = [];
  for (const one of of) {
    if (one.kind !== 'coded' || one.values.length > 0 || one.valueCodes.length > 0 || one.during !== undefined)
      others.push(one);
    else {
      const key = `${one.of} ${one.below}`;
      const codes = [...(plain.get(key)?.codes ?? []), ...one.codes];
      plain.set(key, { ...one, codes: [...new Map(codes.map((code) => [codeText(code), code])).values()] });
    }
  }
  return [...plain.values(), ...others];
}

const one: Sum = new Map([['', { atoms: new Map<string, Atom>(), factor: 1 }]]);

function atom(parameters: Atom): Sum {
  const key = JSON.stringify(parameters);
  return new Map([[key, { atoms: new Map([[key, parameters]]), factor: 1 }]]);
}

/** 1 less the sum. */
function less(sum: Sum | undefined): Sum | undefined {
  if (sum === undefined) return undefined;
  return added([...one.values(), ...[...sum.values()].map((term) => ({ ...term, factor: -term.factor }))]);
}

/** Some of them hold: not that none does. */
function either(of: readonly (Sum | undefined)[]): Sum | undefined {
  return of.length === 1 ? of[0] : less(product(of.map(less)));
}

function product(of: readonly (Sum | undefined)[]): Sum | undefined {
  let all: Sum | undefined = one;
  for (const sum of of) {
    if (all === undefined || sum === undefined) return undefined;
    const left: Product[] = [...all.values()];
    const terms = left.flatMap((first) =>
      [...sum.values()].map((second) => ({
        atoms: new Map([...first.atoms, ...second.atoms]),
        factor: first.factor * second.factor,
      })),
    );
    all = added(terms);
  }
  return all;
}

/** Equal products are one; those that cancel out are gone. */
function added(terms: readonly Product[]): Sum | undefined {
  const sum = new Map<string, Product>();
  for (const { atoms, factor } of terms) {
    const key = [...atoms.keys()].sort().join('\n');
    const all = factor + (sum.get(key)?.factor ?? 0);
    if (all === 0) sum.delete(key);
    else sum.set(key, { atoms, factor: all });
  }
  return sum.size > mostTerms ? undefined : sum;
}
