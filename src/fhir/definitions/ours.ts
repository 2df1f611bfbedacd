/** Adds our own search parameters to the definitions of a FHIR version. See docs/specification. */
import { ourSearchParameters, searchParameterUrl } from '../specification/search-parameter.ts';
import type { Definitions, SearchParameterModel } from './model.ts';

/** The definitions with what every fairway server has beside FHIR's own. A code that the version has already stays the version's. */
export function withOurs(definitions: Definitions): Definitions {
  const taken = new Set(definitions.searchParameters.flatMap(({ base, code }) => base.map((one) => `${one}.${code}`)));
  const ours = ourSearchParameters.flatMap((one): SearchParameterModel[] => {
    const base = one.base.filter(
      (type) => definitions.resourceTypes.includes(type) && !taken.has(`${type}.${one.code}`),
    );
    if (base.length === 0) return [];
    return [
      {
        url: searchParameterUrl(one.code),
        code: one.code,
        type: one.type,
        base,
        expression: one.expression.includes('%base')
          ? base.map((type) => one.expression.replaceAll('%base', type)).join(' | ')
          : one.expression,
        ...(one.targets === undefined ? {} : { targets: [...one.targets] }),
      },
    ];
  });
  return { ...definitions, searchParameters: [...definitions.searchParameters, ...ours] };
}
