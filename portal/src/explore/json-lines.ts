/** JSON as lines that can be folded. https://www.rfc-editor.org/rfc/rfc8259 */
import { isList, isObject, literalOf, type Value } from './value.ts';

export interface JsonLine {
  /** JSON pointer of the value */
  path: string;
  depth: number;
  name?: string;
  /** of an object or list that begins here: how many members it has, and whether they are hidden */
  opens?: { bracket: '{' | '['; members: number; isFolded: boolean };
  closes?: '}' | ']';
  /** a primitive as JSON writes it */
  literal?: string;
  kind?: 'string' | 'number' | 'literal';
  hasComma: boolean;
}

/** The lines that are seen while the values at the paths of `folded` are closed. */
export function linesOf(value: Value, folded: ReadonlySet<string>): JsonLine[] {
  const lines: JsonLine[] = [];
  write(value, { path: '', depth: 0, hasComma: false }, folded, lines);
  return lines;
}

function write(
  value: Value,
  at: { path: string; depth: number; hasComma: boolean; name?: string },
  folded: ReadonlySet<string>,
  lines: JsonLine[],
): void {
  if (!isList(value) && !isObject(value)) {
    const kind =
      typeof value === 'string' ? 'string' : typeof value === 'object' && value !== null ? 'number' : 'literal';
    lines.push({ ...at, literal: literalOf(value), kind });
    return;
  }
  const members: (readonly [string | undefined, Value])[] = isList(value)
    ? value.map((one) => [undefined, one] as const)
    : Object.entries(value);
  const isFolded = folded.has(at.path) && members.length > 0;
  const bracket = isList(value) ? '[' : '{';
  const closes = isList(value) ? ']' : '}';
  const isWhole = isFolded || members.length === 0;
  lines.push({
    ...at,
    hasComma: isWhole && at.hasComma,
    opens: { bracket, members: members.length, isFolded },
    ...(isWhole ? { closes } : {}),
  });
  if (isWhole) return;
  members.forEach(([name, one], index) => {
    const path = `${at.path}/${(name ?? String(index)).replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const hasComma = index < members.length - 1;
    write(one, { path, depth: at.depth + 1, hasComma, ...(name === undefined ? {} : { name }) }, folded, lines);
  });
  lines.push({ path: at.path, depth: at.depth, hasComma: at.hasComma, closes });
}

/** The paths of everything that can be folded below a depth. */
export function pathsBelow(value: Value, depth: number, path = ''): string[] {
  if (!isList(value) && !isObject(value)) return [];
  const members: [string, Value][] = isList(value)
    ? value.map((one, at): [string, Value] => [String(at), one])
    : Object.entries(value);
  const inner = members.flatMap(([name, one]) =>
    pathsBelow(one, depth - 1, `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`),
  );
  return depth <= 0 ? [path, ...inner] : inner;
}
