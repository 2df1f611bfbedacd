/** Spells out the codes below a code, for servers that know no `:below`. https://hl7.org/fhir/R4B/codesystem.html */
import { hierarchyOf } from '../../../fhir/hierarchy.ts';
import { type JsonObject, objectOf, objectsOf, type Resource } from '../../../fhir/json.ts';
import type { Code, CodedCriterion, Criterion } from '../question/criterion.ts';
import { questionLimits } from '../question/question.ts';
import { entriesOf, queryOf, textOf } from '../server/bundle.ts';
import { ServerError } from '../server/http.ts';
import type { Walk } from '../walk/walk.ts';

/** The criterion without `below`, its codes spelled out wherever they stand; undefined where none of `bases` knows a hierarchy. */
export async function spellOut<T extends Criterion>(
  walk: Walk,
  bases: readonly string[],
  criterion: T,
): Promise<T | undefined> {
  switch (criterion.kind) {
    case 'all':
    case 'any': {
      const of = await Promise.all(criterion.of.map((one) => spellOut(walk, bases, one)));
      return of.every((one) => one !== undefined) ? { ...criterion, of } : undefined;
    }
    case 'not': {
      const of = await spellOut(walk, bases, criterion.of);
      return of === undefined ? undefined : { ...criterion, of };
    }
    case 'coded': {
      if (!criterion.below) return criterion;
      const codes = await codesSpelledOut(walk, bases, criterion);
      return codes === undefined ? undefined : { ...criterion, codes, below: false };
    }
    default:
      return criterion;
  }
}

async function codesSpelledOut(
  walk: Walk,
  bases: readonly string[],
  { codes }: CodedCriterion,
): Promise<Code[] | undefined> {
  const all: Code[] = [];
  for (const { system, code } of codes) {
    const below = system === undefined ? undefined : await codesBelow(walk, bases, system, code);
    if (below === undefined) return undefined;
    all.push(...below.map((one) => ({ ...(system === undefined ? {} : { system }), code: one })));
  }
  return all.length > questionLimits.codes ? undefined : all;
}

/** By a CodeSystem that states the hierarchy, else by what a terminology service expands. */
async function codesBelow(walk: Walk, bases: readonly string[], system: string, code: string) {
  for (const way of [fromCodeSystem, fromExpansion]) {
    for (const base of bases) {
      try {
        const found = await way(walk, base, system, code);
        if (found !== undefined) return found;
      } catch (error) {
        // Another server may know it; if none does, the caller says so.
        if (!(error instanceof ServerError)) throw error;
      }
    }
  }
  return undefined;
}

async function fromCodeSystem(walk: Walk, base: string, system: string, code: string): Promise<string[] | undefined> {
  const body = await walk.http.get('resolve', base, `${base}/${queryOf('CodeSystem', [['url', system]])}`);
  for (const { resource } of entriesOf(body)) {
    if (resource['resourceType'] !== 'CodeSystem') continue;
    const found = descendants(resource as Resource, code); // it says its type
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The code and all below it; undefined where the CodeSystem does not have the code. */
function descendants(codeSystem: Resource, code: string): string[] | undefined {
  const parents = hierarchyOf(codeSystem)?.parents;
  if (!parents?.has(code)) return undefined;
  const children = new Map<string, string[]>();
  for (const [child, above] of parents) {
    for (const parent of above) children.set(parent, [...(children.get(parent) ?? []), child]);
  }
  const found = new Set([code]);
  for (const one of found) for (const child of children.get(one) ?? []) found.add(child);
  return [...found];
}

/** https://hl7.org/fhir/R4B/valueset-operation-expand.html */
async function fromExpansion(walk: Walk, base: string, system: string, code: string): Promise<string[] | undefined> {
  const { operations } = await walk.peer(base);
  if (!operations.has('ValueSet/$expand') && !operations.has('$expand')) return undefined;
  const filter = [{ property: 'concept', op: 'is-a', value: code }];
  const valueSet = { resourceType: 'ValueSet', status: 'active', compose: { include: [{ system, filter }] } };
  const sent = { resourceType: 'Parameters', parameter: [{ name: 'valueSet', resource: valueSet }] };
  const expanded = await walk.http.post('resolve', base, `${base}/ValueSet/$expand`, sent, (one) => listed(one).length);
  const codes = listed(expanded);
  // What is cut off would be missing in silence.
  const { total } = objectOf(expanded['expansion']) ?? {};
  if (codes.length === 0 || (typeof total === 'number' && total > codes.length)) return undefined;
  return [...new Set([code, ...codes])];
}

function listed(valueSet: JsonObject): string[] {
  const all = (of: readonly JsonObject[]): string[] =>
    of.flatMap((one) => [
      ...[textOf(one['code'])].filter((code) => code !== undefined),
      ...all(objectsOf(one['contains'])),
    ]);
  return all(objectsOf(objectOf(valueSet['expansion'])?.['contains']));
}
