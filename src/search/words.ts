/** The words by which a resource is found: of its narrative, and of all its texts. https://hl7.org/fhir/R4B/search.html#content */
import { type Json, type JsonObject, objectOf, type Resource } from '../fhir/json.ts';
import { foldText } from './index-rows.ts';

/** More text than this says nothing new of a resource, and PostgreSQL takes no more than 1 MB. */
const longest = 200_000;

/** Marks that PostgreSQL would take for parts of addresses, paths and versions; here they part words. */
const joints = /[/._:@\\]+/g;

/** Words as they are compared: without case and accents. Also of a query, whose quotes and minus signs stay. */
export function foldWords(text: string): string {
  return foldText(text.replace(joints, ' '));
}

/** The text of a resource's narrative, '' when it has none. */
export function narrativeOf(resource: Resource): string {
  const div = objectOf(resource['text'])?.['div'];
  return typeof div === 'string' ? foldWords(withoutTags(div).slice(0, longest)) : '';
}

/** All texts of a resource, narrative included; addresses and encoded data are no words. */
export function contentOf(resource: Resource): string {
  const texts: string[] = [];
  collect(resource, texts);
  return foldWords(texts.join(' ').slice(0, longest));
}

function collect(value: Json, texts: string[]): void {
  if (typeof value === 'string') {
    if (value.startsWith('<div')) texts.push(withoutTags(value));
    else if (isWords(value)) texts.push(value);
  } else if (Array.isArray(value)) for (const one of value) collect(one, texts);
  else if (typeof value === 'object' && value !== null) {
    for (const key of Object.keys(value)) if (!noWords.has(key)) collect((value as JsonObject)[key]!, texts);
  }
}

/** Elements whose texts name things to machines: they have parameters of their own, and would only swell the index. */
const noWords = new Set([
  'resourceType',
  'id',
  'versionId',
  'lastUpdated',
  'reference',
  'system',
  'url',
  'fullUrl',
  'profile',
  'data',
]);
const date = /^\d{4}-\d\d/;

/** Encoded data are long and have no spaces. */
function isWords(text: string): boolean {
  if (text.startsWith('http') || text.startsWith('urn:') || date.test(text)) return false;
  return text.length < 200 || text.slice(0, 200).includes(' ');
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

function withoutTags(markup: string): string {
  return markup
    .replace(/<[^>]*>/g, ' ')
    .replace(/&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|([a-z]+));/g, (whole, decimal, hex, name) => {
      if (name !== undefined) return entities[name as string] ?? whole;
      const code = decimal === undefined ? Number.parseInt(hex as string, 16) : Number(decimal);
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : ' ';
    });
}
