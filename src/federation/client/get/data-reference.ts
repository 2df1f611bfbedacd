/** Reads how metadata name data: References, Attachments, RelatedArtifacts, canonicals. https://hl7.org/fhir/uv/fhir-for-fair/STU1/metadata.html */
import { canonical } from '../../../fhir/canonical.ts';
import { type Json, type JsonObject, objectOf, objectsOf } from '../../../fhir/json.ts';
import { parseReference } from '../../../fhir/reference.ts';
import { textOf } from '../server/text.ts';

/** One way to get at what is meant. */
export type Way =
  /** a resource by type and id, perhaps of a version; relative or absolute */
  | { readonly kind: 'literal'; readonly reference: string }
  /** a search; relative where `base` is absent */
  | { readonly kind: 'search'; readonly base?: string; readonly type: string; readonly query: string }
  | { readonly kind: 'identifier'; readonly system?: string; readonly value: string }
  | { readonly kind: 'canonical'; readonly url: string; readonly version?: string }
  /** an address that says nothing of FHIR */
  | { readonly kind: 'address'; readonly url: string }
  | { readonly kind: 'contained'; readonly resource: JsonObject }
  | { readonly kind: 'data'; readonly data: string }
  /** nothing that can be followed */
  | { readonly kind: 'nothing'; readonly reason: string };

/** What an Attachment says of its file. */
export interface FileNote {
  readonly contentType?: string;
  /** bytes */
  readonly size?: number;
  /** SHA-1, base64. https://hl7.org/fhir/R4B/datatypes.html#Attachment */
  readonly hash?: string;
  readonly title?: string;
}

/** One thing that metadata name. Its ways all mean the same; the first that leads anywhere is taken. */
export interface DataReference {
  /** where it stands, such as `Library.content[0]` */
  readonly at: string;
  readonly ways: readonly Way[];
  /** the resource type, where the reference says it */
  readonly type?: string;
  /** set where it may be a file */
  readonly file?: FileNote;
}

/** What a person is shown of a way. */
export function wayText(way: Way): string {
  switch (way.kind) {
    case 'literal':
      return way.reference;
    case 'search':
      return `${way.base === undefined ? '' : `${way.base}/`}${way.type}?${way.query}`;
    case 'identifier':
      return `${way.system ?? ''}|${way.value}`;
    case 'canonical':
      return way.version === undefined ? way.url : `${way.url}|${way.version}`;
    case 'address':
      return way.url;
    case 'contained':
      return `#${textOf(way.resource['id']) ?? ''}`;
    case 'data':
      return 'data within the record';
    case 'nothing':
      return way.reason;
  }
}

const searchUrl = /^(?:(https?:\/\/[^?#]+)\/)?([A-Z][A-Za-z]{1,63})\?([^#]*)$/;

/** A text that stands where a url or a literal reference may. What looks like Type/id may as well be a file of that name. */
function waysOfText(text: string, contained: readonly JsonObject[], isFile = false): Way[] {
  if (text.startsWith('#')) {
    const resource = contained.find((one) => one['id'] === text.slice(1));
    return [resource === undefined ? nothing(`${text} is not contained`) : { kind: 'contained', resource }];
  }
  const search = searchUrl.exec(text);
  if (search !== null) {
    const [, base, type, query] = search;
    return [{ kind: 'search', ...(base === undefined ? {} : { base }), type: type!, query: query! }];
  }
  if (text.startsWith('urn:')) return [{ kind: 'identifier', system: canonical.uri, value: text }];
  const isAddress = /^https?:\/\//.test(text) && URL.canParse(text);
  const literal: Way[] = parseReference(text) === undefined ? [] : [{ kind: 'literal', reference: text }];
  if (isAddress && (isFile || literal.length === 0)) return [...literal, { kind: 'address', url: text }];
  return literal.length > 0 ? literal : [nothing(`${text.slice(0, 200)} is no reference`)];
}

const nothing = (reason: string): Way => ({ kind: 'nothing', reason });

function canonicalWay(text: string, contained: readonly JsonObject[]): Way {
  if (text.startsWith('#')) return waysOfText(text, contained)[0]!;
  const [url = '', version] = text.replace(/#.*$/, '').split('|');
  return { kind: 'canonical', url, ...(version === undefined || version === '' ? {} : { version }) };
}

const orNothing = (ways: readonly Way[], reason: string): readonly Way[] =>
  ways.length === 0 ? [nothing(reason)] : ways;

function waysOfReference(reference: JsonObject, contained: readonly JsonObject[]): Way[] {
  const literal = textOf(reference['reference']);
  const identifier = objectOf(reference['identifier']);
  const [system, value] = [textOf(identifier?.['system']), textOf(identifier?.['value'])];
  return [
    ...(literal === undefined ? [] : waysOfText(literal, contained)),
    ...(value === undefined
      ? []
      : [{ kind: 'identifier' as const, ...(system === undefined ? {} : { system }), value }]),
  ];
}

const inWords = 'it is named in words only';

function ofReference(reference: JsonObject, at: string, contained: readonly JsonObject[]): DataReference {
  const type = textOf(reference['type']);
  const ways = orNothing(waysOfReference(reference, contained), inWords);
  return { at, ways, ...(type === undefined ? {} : { type }) };
}

function fileNote(attachment: JsonObject): FileNote {
  const [contentType, hash, title] = ['contentType', 'hash', 'title'].map((name) => textOf(attachment[name]));
  // R5 writes 64-bit integers as text.
  const size = Number(attachment['size'] ?? Number.NaN);
  return {
    ...(contentType === undefined ? {} : { contentType }),
    ...(Number.isSafeInteger(size) && size >= 0 ? { size } : {}),
    ...(hash === undefined ? {} : { hash }),
    ...(title === undefined ? {} : { title }),
  };
}

const isPerhapsFhir = ({ contentType }: FileNote): boolean =>
  contentType === undefined || /^(application|text)\/(fhir\+)?(json|xml)\b/.test(contentType);

function ofAttachment(attachment: JsonObject, at: string, contained: readonly JsonObject[]): DataReference {
  const [url, data] = [textOf(attachment['url']), textOf(attachment['data'])];
  const file = fileNote(attachment);
  const ways: Way[] = [
    ...(data === undefined ? [] : [{ kind: 'data' as const, data }]),
    ...(url === undefined ? [] : waysOfFile(url, file, contained)),
  ];
  return { at, ways: orNothing(ways, 'it has neither url nor data'), file };
}

/** Where the type of the content says that it is no resource, no address is taken for one. */
function waysOfFile(url: string, file: FileNote, contained: readonly JsonObject[]): Way[] {
  const ways = waysOfText(url, contained, true).filter(
    (way) => way.kind !== 'literal' || isPerhapsFhir(file) || way.reference.startsWith('Binary/'),
  );
  const isRelative = !/^[a-z][a-z0-9+.-]*:/i.test(url) && !url.startsWith('#');
  return isRelative && !ways.some((way) => way.kind === 'literal' || way.kind === 'search')
    ? [{ kind: 'address', url }]
    : ways;
}

/** The target of a RelatedArtifact, however it is named: all that stands in one artifact means one thing. */
function ofArtifact(artifact: JsonObject, at: string, contained: readonly JsonObject[]): DataReference {
  const stated = objectsOf(artifact['extension']).find(
    (one) => one['url'] === canonical.relatedArtifactResourceReference,
  );
  const references = [objectOf(stated?.['valueReference']), objectOf(artifact['resourceReference'])];
  const resource = textOf(artifact['resource']);
  const document = objectOf(artifact['document']);
  const inDocument = document === undefined ? undefined : ofAttachment(document, at, contained);
  const url = textOf(artifact['url']);
  const ways: Way[] = [
    ...references.flatMap((one) => (one === undefined ? [] : waysOfReference(one, contained))),
    ...(resource === undefined ? [] : [canonicalWay(resource, contained)]),
    ...(inDocument?.ways ?? []),
    ...(url === undefined ? [] : waysOfText(url, contained, true)),
  ];
  const type = references.map((one) => textOf(one?.['type'])).find((one) => one !== undefined);
  return {
    at,
    ways: orNothing(ways, inWords),
    ...(type === undefined ? {} : { type }),
    ...(inDocument === undefined && url === undefined ? {} : { file: inDocument?.file ?? {} }),
  };
}

/** Relations of which the target is a part of the data, not something to read about them. */
const parts = new Set(['composed-of', 'contains']);

function isPart(artifact: JsonObject): boolean {
  const stated = objectsOf(artifact['extension'])
    .filter((one) => one['url'] === canonical.relatedArtifactType)
    .flatMap((one) => objectsOf(objectOf(one['valueCodeableConcept'])?.['coding']))
    .map((one) => one['code']);
  return [artifact['type'], ...stated].some((code) => typeof code === 'string' && parts.has(code));
}

function artifactParts(resource: JsonObject, contained: readonly JsonObject[]): DataReference[] {
  return objectsOf(resource['relatedArtifact']).flatMap((one, at) =>
    isPart(one) ? [ofArtifact(one, `${textOf(resource['resourceType'])}.relatedArtifact[${at}]`, contained)] : [],
  );
}

function ofLibrary(library: JsonObject, contained: readonly JsonObject[]): DataReference[] {
  const related = objectsOf(library['extension']).filter((one) => one['url'] === canonical.relatedContent);
  return [
    ...related.map((one, at) =>
      ofArtifact(objectOf(one['valueRelatedArtifact']) ?? {}, `Library.relatedContent[${at}]`, contained),
    ),
    ...objectsOf(library['content']).map((one, at) => ofAttachment(one, `Library.content[${at}]`, contained)),
    ...artifactParts(library, contained),
  ];
}

function ofSections(
  sections: Json | undefined,
  entry: string,
  at: string,
  contained: readonly JsonObject[],
): DataReference[] {
  return objectsOf(sections).flatMap((section, index) => [
    ...objectsOf(section[entry]).map((one) => ofReference(one, `${at}.section[${index}].${entry}`, contained)),
    ...ofSections(section['section'], entry, `${at}.section[${index}]`, contained),
  ]);
}

const listed = (
  list: Json | undefined,
  at: string,
  item: string | undefined,
  gone: string,
  contained: readonly JsonObject[],
): DataReference[] =>
  objectsOf(list).flatMap((one, index) => {
    const reference = item === undefined ? one : objectOf(one[item]);
    if (one[gone] === true || reference === undefined) return [];
    return [ofReference(reference, `${at}[${index}]${item === undefined ? '' : `.${item}`}`, contained)];
  });

/** Types whose resources name data, and how; all others are data themselves. */
const readers: Readonly<Record<string, (resource: JsonObject, contained: readonly JsonObject[]) => DataReference[]>> = {
  Library: ofLibrary,
  ResearchStudy: artifactParts,
  DocumentManifest: (one, contained) => listed(one['content'], 'DocumentManifest.content', undefined, '', contained),
  List: (one, contained) => listed(one['entry'], 'List.entry', 'item', 'deleted', contained),
  Group: (one, contained) => listed(one['member'], 'Group.member', 'entity', 'inactive', contained),
  Composition: (one, contained) => ofSections(one['section'], 'entry', 'Composition', contained),
  EvidenceReport: (one, contained) => ofSections(one['section'], 'entryReference', 'EvidenceReport', contained),
};

/** The types that name data, those that a search by identifier is tried on first. Bundles hold theirs. */
export const namingTypes: readonly string[] = [...Object.keys(readers), 'Bundle'];
export const namesData = (type: string): boolean => namingTypes.includes(type);

/** What a resource names as data. */
export function dataReferencesOf(resource: JsonObject): DataReference[] {
  const reader = readers[textOf(resource['resourceType']) ?? ''];
  return reader === undefined ? [] : reader(resource, objectsOf(resource['contained']));
}
