/** Spells out the codes below a code, for servers that know no `:below`. https://hl7.org/fhir/R4B/codesystem.html */
import { type JsonObject, objectsOf } from '../../fhir/json.ts';
import { entriesOf, queryOf, textOf } from './bundle.ts';
import type { Code, CodedCriterion } from './criterion.ts';
import { ServerError } from './http.ts';
import type { Walk } from './walk.ts';

/** The criterion without `below`, its codes spelled out; undefined where none of `bases` knows the hierarchy. */
export async function spellOut(
  walk: Walk,
  bases: readonly string[],
  criterion: CodedCriterion,
): Promise<CodedCriterion | undefined> {
  const codes: Code[] = [];
  for (const code of criterion.codes) {
    const below = code.system === undefined ? undefined : await codesBelow(walk, bases, code.system, code.code);
    if (below === undefined) return undefined;
    codes.push(...below.map((one) => ({ ...code, code: one })));
  }
  return { ...criterion, codes, below: false };
}

async function codesBelow(walk: Walk, bases: readonly string[], system: string, code: string) {
  for (const base of bases) {
    try {
      const body = await walk.http.get('resolve', base, `${base}/${queryOf('CodeSystem', [['url', system]])}`);
      for (const { resource } of entriesOf(body)) {
        const found = descendants(resource, code);
        if (found !== undefined) return found;
      }
    } catch (error) {
      // Another server may know it; if none does, the caller says so.
      if (!(error instanceof ServerError)) throw error;
    }
  }
  return undefined;
}

/** The code and all that are nested below it. */
function descendants(codeSystem: JsonObject, code: string): string[] | undefined {
  const all = (concept: JsonObject): string[] => [
    textOf(concept['code']) ?? '',
    ...objectsOf(concept['concept']).flatMap(all),
  ];
  const search = (concepts: readonly JsonObject[]): JsonObject | undefined => {
    for (const concept of concepts) {
      const found = concept['code'] === code ? concept : search(objectsOf(concept['concept']));
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const top = search(objectsOf(codeSystem['concept']));
  return top === undefined ? undefined : all(top).filter((one) => one !== '');
}
