/** Tells which references hold canonicals, and where their targets state theirs. https://hl7.org/fhir/R4B/references.html#canonical */
import type { Definitions, SearchParameterModel } from '../fhir/definitions/model.ts';
import type { SearchContext } from './context.ts';
import { type Int64, parameterKey } from './index-rows.ts';
import { registryOf } from './registry.ts';

/** The `url` parameters of the types that a reference may name by canonical; none where it holds no canonicals. */
export function canonicalKeys(
  type: string,
  parameter: SearchParameterModel,
  { definitions, hash }: SearchContext,
): Int64[] {
  if (!holdsCanonicals(type, parameter, definitions)) return [];
  const registry = registryOf(definitions);
  return (parameter.targets ?? definitions.resourceTypes)
    .filter((target) => registry.find(target, 'url')?.type === 'uri')
    .map((target) => parameterKey(hash, target, 'url'));
}

/** Follows the paths of the expression; what is no plain path is taken for one of references. */
function holdsCanonicals(type: string, parameter: SearchParameterModel, definitions: Definitions): boolean {
  const paths = (parameter.expression ?? '').match(/[A-Z][A-Za-z]+(?:\.[a-z][A-Za-z]*)+/g) ?? [];
  return paths.some((path) => {
    const [start, ...names] = path.split('.');
    if (start !== type) return false;
    let at = type;
    for (const name of names) {
      const elements = definitions.types[at]?.elements ?? {};
      const element =
        elements[name] ?? Object.values(elements).find((one) => one.choice === name && one.type === 'canonical');
      if (element === undefined) return false;
      at = element.type;
    }
    return at === 'canonical' || at === 'RelatedArtifact';
  });
}
