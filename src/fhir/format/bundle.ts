/** Takes the entries of a Bundle apart by their text, so that what is stored of them keeps its digits. https://hl7.org/fhir/R4B/bundle.html */
import { endOfString } from './scan.ts';

interface Frame {
  kind: 'object' | 'array';
  key: string;
}

/**
 * The source text of `entry[i].resource` for each entry, undefined where there is none.
 * `text` must be JSON with unique keys.
 */
export function entryResourceTexts(text: string): (string | undefined)[] {
  const texts: (string | undefined)[] = [];
  const frames: Frame[] = [];
  let key = '';
  let start = -1;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === 34) {
      const end = endOfString(text, at);
      let after = end + 1;
      while (/\s/.test(text.charAt(after))) after++;
      if (text.charAt(after) === ':') {
        key = text.slice(at + 1, end);
        at = after;
      } else at = end;
    } else if (char === 123 || char === 91) {
      const isEntry = char === 123 && frames.length === 2 && frames[1]!.kind === 'array' && frames[1]!.key === 'entry';
      if (isEntry) texts.push(undefined);
      const isResource = char === 123 && frames.length === 3 && frames[1]!.key === 'entry' && key === 'resource';
      if (isResource) start = at;
      frames.push({ kind: char === 123 ? 'object' : 'array', key });
      key = '';
    } else if (char === 125 || char === 93) {
      const closed = frames.pop();
      if (frames.length === 3 && closed?.key === 'resource' && frames[1]!.key === 'entry' && start >= 0) {
        texts[texts.length - 1] = text.slice(start, at + 1);
        start = -1;
      }
      key = '';
    } else if (char === 44 && frames.at(-1)?.kind === 'object') key = '';
  }
  return texts;
}

/**
 * Replaces whole string values. `replace` gets the value and the key it stands under (for items of an array, the
 * array's) and gives the new value, or undefined to leave it. `text` must be JSON.
 */
export function mapStrings(text: string, replace: (value: string, key: string) => string | undefined): string {
  let result = '';
  let from = 0;
  let key = '';
  const keys: string[] = [];
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === 34) {
      const end = endOfString(text, at);
      let after = end + 1;
      while (/\s/.test(text.charAt(after))) after++;
      if (text.charAt(after) === ':') {
        key = text.slice(at + 1, end);
        at = after;
        continue;
      }
      const raw = text.slice(at + 1, end);
      const value = replace(raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw, key);
      if (value !== undefined) {
        result += text.slice(from, at) + JSON.stringify(value);
        from = end + 1;
      }
      at = end;
    } else if (char === 123 || char === 91) keys.push(key);
    else if (char === 125 || char === 93) key = keys.pop() ?? '';
  }
  return result + text.slice(from);
}
