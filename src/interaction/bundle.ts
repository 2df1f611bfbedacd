/** Builds Bundle texts from stored texts without parsing them. https://hl7.org/fhir/R4B/bundle.html */
import { type StoredResource, type Terms, textOf } from '../door/index.ts';
import { codingOf } from '../fhir/coding.ts';
import type { Part } from '../fhir/format/part.ts';
import type { OperationOutcome } from '../fhir/outcome.ts';
import type { Server } from './interaction.ts';
import { shaped } from './shape.ts';

export interface BundleLink {
  relation: string;
  url: string;
}

const quoted = (text: string): string => JSON.stringify(text);

/** `{"resourceType":"Bundle",...}` with the given members already as JSON text. */
export function bundleText(members: {
  type: string;
  id: string;
  now: number;
  total?: number;
  /** extensions of `total` */
  totalExtension?: unknown;
  links: readonly BundleLink[];
  entries: readonly string[];
  /** what the recipient has to keep to, and where this server is, for links to the data sets that say so */
  terms?: Terms;
  base?: string;
}): string {
  const { type, id, now, total, totalExtension, entries, terms } = members;
  const security =
    terms === undefined || terms.obligations.length === 0
      ? ''
      : `,"security":${JSON.stringify(terms.obligations.map(({ code, display }) => codingOf(code, display)))}`;
  let text = `{"resourceType":"Bundle","id":${quoted(id)},"meta":{"lastUpdated":"${new Date(now).toISOString()}"${security}},"type":${quoted(type)}`;
  if (total !== undefined) text += `,"total":${total}`;
  if (totalExtension !== undefined) text += `,"_total":${JSON.stringify({ extension: [totalExtension] })}`;
  const licences = (terms?.dataSets ?? []).map((dataSet) => ({
    relation: 'license',
    url: `${members.base ?? ''}/${dataSet}`,
  }));
  const links = [...members.links, ...licences];
  if (links.length > 0) text += `,"link":${JSON.stringify(links)}`;
  if (entries.length > 0) text += `,"entry":[${entries.join(',')}]`;
  return `${text}}`;
}

/** An entry of a searchset. */
export function searchEntry(
  stored: StoredResource,
  base: string,
  search: { mode: 'match' | 'include'; score?: number },
  part: Part | undefined,
  server: Pick<Server, 'definitions'>,
): string {
  const score = search.score === undefined ? '' : `,"score":${search.score.toFixed(4)}`;
  return `{"fullUrl":${quoted(`${base}/${stored.type}/${stored.id}`)},"resource":${shaped(textOf(stored), part, server)},"search":{"mode":"${search.mode}"${score}}}`;
}

/** Warnings travel in a searchset as an entry of their own. */
export function outcomeEntry(outcome: OperationOutcome): string {
  return `{"resource":${JSON.stringify(outcome)},"search":{"mode":"outcome"}}`;
}

/** An entry of a history: a version, or a tombstone without resource. */
export function historyEntry(stored: StoredResource, base: string, shape: (text: string) => string): string {
  const url = `${stored.type}/${stored.id}`;
  const method = stored.tail === null ? 'DELETE' : 'PUT';
  const status = stored.tail === null ? '204' : stored.version === 1 ? '201' : '200';
  const response = {
    status,
    etag: `W/"${stored.version}"`,
    lastModified: new Date(stored.updated).toISOString(),
  };
  const resource = stored.tail === null ? '' : `"resource":${shape(textOf(stored))},`;
  return `{"fullUrl":${quoted(`${base}/${url}`)},${resource}"request":${JSON.stringify({ method, url })},"response":${JSON.stringify(response)}}`;
}
