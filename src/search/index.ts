/** Search as others may import it. */
export {
  compile,
  compileCount,
  compileFew,
  compileIncludes,
  type PageKey,
  pageKeyOf,
  type Statement,
} from './compile/index.ts';
export type { SearchContext } from './context.ts';
export { createExtractor, uncompiledParameters } from './extract.ts';
export { parseSearch } from './parse.ts';
export { registryOf } from './registry.ts';
export { collectHierarchies, fillHierarchies } from './rewrite/hierarchy.ts';
