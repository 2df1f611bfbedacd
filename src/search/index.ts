/** Search as others may import it. */

export { compartmentOf, compartmentTypes } from './compartment.ts';
export { compileFacets } from './compile/facet.ts';
export type { FacetView } from './compile/facet-question.ts';
export {
  compile,
  compileCount,
  compileEstimate,
  compileFew,
  compileIncludes,
  type PageKey,
  pageKeyOf,
  type Statement,
} from './compile/index.ts';
export { compilePersonSets, type PersonLeads, type World } from './compile/person-set.ts';
export { containedKey, matchingContained } from './contained.ts';
export type { SearchContext } from './context.ts';
export { parseCriterion } from './criterion.ts';
export { customParameter } from './custom-parameter.ts';
export {
  explainSearch,
  type ParameterReading,
  type PartExplanation,
  type SearchExplanation,
  type ValueReading,
} from './explain/index.ts';
export { createExtractor, type Extractor, extractOne, uncompiledParameters } from './extract.ts';
export { facetDefinitions } from './facet/definition.ts';
export { type Facet, type FacetSearch, parseFacets } from './facet/facet.ts';
export { tokenName, valuesOf } from './facet/value.ts';
export { membership } from './membership.ts';
export { pairUp } from './pair.ts';
export { dateTests, intervalOf } from './parameter/date.ts';
export { parameterRows } from './parameter/parameter.ts';
export { ucumSystem } from './parameter/quantity.ts';
export { parseSearch, type SearchPlace } from './parse.ts';
export { registryOf } from './registry.ts';
export { type LookUp, lookUp } from './rewrite/look-up.ts';
export { rarestFirst } from './rewrite/rarest-first.ts';
export {
  classesOfViews,
  foundByPseudonym,
  isByPseudonym,
  type RowsOf,
  restrict,
  type Veil,
  type View,
} from './rewrite/restrict.ts';
