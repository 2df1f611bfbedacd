/** Search as others may import it. */
export { compile, compileCount, compileIncludes, type PageKey, pageKeyOf, type Statement } from './compile/index.ts';
export { limits, type SearchContext, type SearchParameterPair } from './context.ts';
export { createExtractor, type Extractor, uncompiledParameters } from './extract.ts';
export { parseSearch } from './parse.ts';
export { registryOf } from './registry.ts';
export { collectHierarchies, fillHierarchies } from './rewrite/hierarchy.ts';
