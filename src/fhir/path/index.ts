/** FHIRPath as others may import it. */
export { compileExpression, compileRelative, type Node } from './compile.ts';
export { interpretNodes, locate } from './interpret.ts';
export { type Ast, parsePath } from './parse.ts';
