/** One pass over the text of a resource: how many keys, how deep, where its id and meta stand. https://www.rfc-editor.org/rfc/rfc8259 */
import { FhirError } from '../outcome.ts';

/** A member of an object in the text: from the quote of its key to the end of its value. */
interface MemberRange {
  key: string;
  start: number;
  valueStart: number;
  end: number;
}

export interface ScannedResource {
  /** keys of all objects in the text, repeated ones counted each time */
  keys: number;
  hasWhiteSpace: boolean;
  /** top-level members in their order */
  members: MemberRange[];
  /** members of the top-level `meta`, when that is an object */
  metaMembers: MemberRange[];
}

const maxDepth = 100;

const quote = 34;
const backslash = 92;
const colon = 58;
const comma = 44;

/** Index of the quote that ends the string which begins at `start`; the text's length when none does. */
export function endOfString(text: string, start: number): number {
  let at = text.indexOf('"', start + 1);
  while (at >= 0) {
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === backslash) slashes++;
    if (slashes % 2 === 0) return at;
    at = text.indexOf('"', at + 1);
  }
  return text.length;
}

/** A key may be written with escapes; what it says counts. */
function keyText(text: string, start: number, end: number): string {
  const raw = text.slice(start + 1, end);
  if (!raw.includes('\\')) return raw;
  try {
    return JSON.parse(text.slice(start, end + 1)) as string;
  } catch {
    return raw; // no JSON: the parser will say so
  }
}

const isSpace = (code: number): boolean => code === 32 || code === 10 || code === 13 || code === 9;

/**
 * Scans `text` without judging it: whoever calls this lets JSON.parse decide whether it is JSON.
 * Throws `structure` only when it nests deeper than `maxDepth`, which later steps could not walk safely.
 */
export function scanResource(text: string): ScannedResource {
  const scan: ScannedResource = { keys: 0, hasWhiteSpace: false, members: [], metaMembers: [] };
  let depth = 0;
  let open: MemberRange | undefined;
  let openMeta: MemberRange | undefined;
  const close = (at: number): void => {
    if (depth === 1 && open !== undefined) {
      open.end = at;
      open = undefined;
    } else if (depth === 2 && openMeta !== undefined) {
      openMeta.end = at;
      openMeta = undefined;
    }
  };
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      const end = endOfString(text, at);
      let after = end + 1;
      while (isSpace(text.charCodeAt(after))) after++;
      if (text.charCodeAt(after) === colon) {
        scan.keys++;
        if (after > end + 1) scan.hasWhiteSpace = true;
        if (depth === 1) {
          open = { key: keyText(text, at, end), start: at, valueStart: after + 1, end: after + 1 };
          scan.members.push(open);
        } else if (depth === 2 && open?.key === 'meta') {
          openMeta = { key: keyText(text, at, end), start: at, valueStart: after + 1, end: after + 1 };
          scan.metaMembers.push(openMeta);
        }
        at = after;
      } else at = end;
    } else if (code === comma) close(at);
    else if (code === 123 || code === 91) {
      if (++depth > maxDepth) throw new FhirError('structure', `the JSON nests deeper than ${maxDepth} levels`);
    } else if (code === 125 || code === 93) {
      close(at);
      depth--;
    } else if (isSpace(code)) scan.hasWhiteSpace = true;
  }
  return scan;
}

/** `text` without white space between its tokens. `text` must be JSON. */
export function minify(text: string): string {
  let result = '';
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) at = endOfString(text, at);
    else if (isSpace(code)) {
      result += text.slice(from, at);
      while (isSpace(text.charCodeAt(at + 1))) at++;
      from = at + 1;
    }
  }
  return result + text.slice(from);
}
