/** Puts a tag into the text of a resource, so that it belongs to a data set; every digit stays as it was. https://hl7.org/fhir/R4B/resource.html#Meta */
import { scanResource } from '../../../../src/fhir/format/scan.ts';

export interface ResourceTag {
  system: string;
  code: string;
}

/** The text as it is where it cannot be read, or has the tag: the server says what is wrong with it. */
export function tagged(text: string, { system, code }: ResourceTag): string {
  let parsed: { meta?: { tag?: { system?: string; code?: string }[] } };
  try {
    parsed = JSON.parse(text) as typeof parsed; // looked at with care below
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return text;
    const tags = parsed.meta?.tag;
    if (Array.isArray(tags) && tags.some((one) => one?.system === system && one.code === code)) return text;
    return withTag(text, JSON.stringify({ system, code }));
  } catch {
    return text;
  }
}

function withTag(text: string, tag: string): string {
  const { members, metaMembers } = scanResource(text);
  const meta = members.find(({ key }) => key === 'meta');
  const insert = (at: number, what: string, end: string): string => {
    const isEmpty = text.slice(at).trimStart().startsWith(end);
    return `${text.slice(0, at)}${what}${isEmpty ? '' : ','}${text.slice(at)}`;
  };
  if (meta === undefined) return insert(text.indexOf('{') + 1, `"meta":{"tag":[${tag}]}`, '}');
  const begin = pastSpace(text, meta.valueStart);
  if (text.charAt(begin) !== '{') return text;
  const known = metaMembers.find(({ key }) => key === 'tag');
  if (known === undefined) return insert(begin + 1, `"tag":[${tag}]`, '}');
  const list = pastSpace(text, known.valueStart);
  return text.charAt(list) === '[' ? insert(list + 1, tag, ']') : text;
}

function pastSpace(text: string, from: number): number {
  let at = from;
  while (/\s/.test(text.charAt(at))) at++;
  return at;
}
