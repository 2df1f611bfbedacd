/** FHIRPath as others may import it. */
export { compileExpression, compileRelative, type Node } from './compile.ts';
export { interpretNodes } from './interpret.ts';
