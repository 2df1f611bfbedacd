/** Describes a data set for its landing page, from which its HTML, JSON-LD, links and citations are made. See docs/adr/0030-landing-pages.md and https://hl7.org/fhir/uv/fhir-for-fair/STU1/StructureDefinition-Library-uv-f4f.html */
import { canonical } from '../../fhir/canonical.ts';
import { type Json, type JsonObject, objectOf, objectsOf } from '../../fhir/json.ts';
import { textIn } from '../assessment/element.ts';
import { type Identifier, identifiersOf } from '../assessment/identifier.ts';
import { addressOf, dataReferencesOf } from '../assessment/record.ts';
import { plain } from '../plain.ts';
import { type Stated, statedOf } from '../stated.ts';
import { contentOf, type DataSetContent } from './content.ts';
import { webAddress } from './web-address.ts';

/** A person or an organisation, as the record names it. */
export interface Party {
  name: string;
  /** its page, ORCID or ROR */
  url?: string;
  /** stated by the record's words; nothing where they leave it open */
  kind?: 'person' | 'organisation';
}

/** One thing that the data are, or a part of them. */
export interface DataPlace {
  /** as the record has it */
  name: string;
  /** web address, where it is one */
  address?: string;
  contentType?: string;
  /** bytes */
  size?: number;
  /** SHA-1, base64 */
  hash?: string;
}

/** Something else that the record relates the data set to. */
interface Related {
  /** RelatedArtifact.type, such as `successor` */
  relation: string;
  label: string;
  address?: string;
}

interface Place {
  /** ISO 3166, such as `DE` or `DE-BY` */
  code: string;
  name: string;
}

export interface DataSetDescription {
  /** absolute URL of the Library */
  record: string;
  /** FHIR base of the server that holds the record */
  base: string;
  id: string;
  /** absolute URL of the landing page */
  page: string;
  title: string;
  description?: string;
  purpose?: string;
  usage?: string;
  status?: string;
  /** best first: those made to last before those that are only unique */
  identifiers: readonly Identifier[];
  authors: readonly Party[];
  publisher?: Party;
  contacts: readonly Party[];
  version?: string;
  /** of the data set, as the record states it */
  date?: string;
  /** of the record on its server, an instant */
  recordDate?: string;
  recordVersion?: string;
  language?: string;
  keywords: readonly string[];
  /** what the data cover in time; of the record, else of its content */
  period?: { start?: string; end?: string };
  places: readonly Place[];
  stated: Stated;
  /** resource types that it holds, as the record says */
  types: readonly string[];
  data: readonly DataPlace[];
  related: readonly Related[];
  /** the servers by which the record came here, the first one first */
  hops: readonly string[];
  /** address of a record of the same data set that is nearer to its source, or newer */
  primary?: string;
  content?: DataSetContent;
}

/** Where the record and its page are. */
export interface Whereabouts {
  /** FHIR base of the server that holds the record, without a trailing slash */
  base: string;
  /** absolute URL of the page */
  page: string;
}

/** The data set that `library` describes; `summary` is its content summary, where there is one to be told. */
export function describeDataSet(
  library: JsonObject,
  { base, page }: Whereabouts,
  summary?: JsonObject,
): DataSetDescription {
  const id = textIn(library, 'id') ?? '';
  const record = `${base}/Library/${id}`;
  const stated = statedOf(library, record);
  const content = summary === undefined ? undefined : contentOf(summary);
  const meta = objectOf(library['meta']);
  const period = periodOf(objectOf(library['effectivePeriod'])) ?? content?.period;
  const contacts = contactsOf(library['contact']);
  return {
    record,
    base,
    id,
    page,
    title: stated.title ?? record,
    ...texts(library, ['description', 'purpose', 'usage', 'status', 'version', 'date', 'language']),
    identifiers: identifiersOf(library).toSorted((one, two) => rankOf(one) - rankOf(two)),
    authors: contactsOf(library['author']),
    ...(stated.publisher === undefined ? {} : { publisher: publisherOf(stated.publisher, contacts) }),
    contacts,
    ...optional('recordDate', textIn(meta, 'lastUpdated')),
    ...optional('recordVersion', textIn(meta, 'versionId')),
    keywords: keywordsOf(library),
    ...(period === undefined ? {} : { period }),
    places: placesOf(library),
    stated,
    types: objectsOf(library['dataRequirement']).flatMap((one) => textIn(one, 'type') ?? []),
    data: dataPlacesOf(library, base),
    related: relatedOf(library, base),
    hops: objectsOf(library['extension'])
      .filter(({ url }) => url === canonical.hop)
      .flatMap((one) => textIn(one, 'valueUrl') ?? []),
    ...optional('primary', primaryOf(library, base)),
    ...(content === undefined ? {} : { content }),
  };
}

const optional = (name: string, value: string | undefined): Record<string, string> =>
  value === undefined ? {} : { [name]: value };

function texts<T extends string>(library: JsonObject, names: readonly T[]): { [name in T]?: string } {
  const found = names.map((name) => [name, textIn(library, name)] as const).filter(([, value]) => value !== undefined);
  return Object.fromEntries(found) as { [name in T]?: string }; // only of these names
}

const rankOf = ({ isPersistent, isGloballyUnique }: Identifier): number =>
  isPersistent ? 0 : isGloballyUnique ? 1 : 2;

function periodOf(period: JsonObject | undefined): DataSetDescription['period'] {
  const [start, end] = [textIn(period, 'start'), textIn(period, 'end')];
  return start === undefined && end === undefined
    ? undefined
    : { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) };
}

const orcid = /^(?:https?:\/\/orcid\.org\/)?(\d{4}-\d{4}-\d{4}-\d{3}[\dX])$/;

/** ContactDetails with the first page that they name. https://hl7.org/fhir/R4B/metadatatypes.html#ContactDetail */
function contactsOf(value: Json | undefined): Party[] {
  return objectsOf(value).flatMap((contact): Party[] => {
    const name = textIn(contact, 'name');
    if (name === undefined) return [];
    const points = objectsOf(contact['telecom']).flatMap((one) => textIn(one, 'value') ?? []);
    const person = points.map((one) => orcid.exec(one)?.[1]).find((one) => one !== undefined);
    if (person !== undefined) return [{ name, url: `https://orcid.org/${person}`, kind: 'person' }];
    const url = points.map(webAddress).find((one) => one !== undefined);
    const isRor = url !== undefined && /^https?:\/\/ror\.org\//.test(url);
    return [{ name, ...(url === undefined ? {} : { url }), ...(isRor ? { kind: 'organisation' as const } : {}) }];
  });
}

/** Library.publisher is a name only; a contact of that name tells its page. */
function publisherOf(name: string, contacts: readonly Party[]): Party {
  const url = contacts.find((one) => one.name === name)?.url;
  return { name, ...(url === undefined ? {} : { url }), kind: 'organisation' };
}

function keywordsOf(library: JsonObject): string[] {
  const topics = objectsOf(library['topic']).flatMap(
    (one) => textIn(one, 'text') ?? objectsOf(one['coding']).flatMap((coding) => textIn(coding, 'display') ?? []),
  );
  const uses = objectsOf(library['useContext']).flatMap((one) => {
    const concept = objectOf(one['valueCodeableConcept']);
    return (
      textIn(concept, 'text') ?? objectsOf(concept?.['coding']).flatMap((coding) => textIn(coding, 'display') ?? [])
    );
  });
  return [...new Set([...topics, ...uses].flat().map((one) => plain(one, 200)))];
}

const regions = new Intl.DisplayNames(['en'], { type: 'region' });

function placesOf(library: JsonObject): Place[] {
  const concepts = objectsOf(library['jurisdiction']);
  return concepts.flatMap((concept) =>
    objectsOf(concept['coding']).flatMap((coding): Place[] => {
      const code = textIn(coding, 'code');
      if (code === undefined) return [];
      const name = textIn(coding, 'display') ?? textIn(concept, 'text') ?? countryName(code) ?? code;
      return [{ code, name }];
    }),
  );
}

/** The English name of an ISO 3166 code of two letters. */
function countryName(code: string): string | undefined {
  return /^[A-Z]{2}$/.test(code) ? regions.of(code) : undefined;
}

function dataPlacesOf(library: JsonObject, base: string): DataPlace[] {
  return dataReferencesOf(library).map(({ literal, identifier, contentType, size, hash }) => {
    const address = literal === undefined ? identifier?.address : addressOf(literal, base);
    const web = address === undefined ? undefined : webAddress(address);
    return {
      name: literal ?? identifier?.text ?? '',
      ...(web === undefined ? {} : { address: web }),
      ...(contentType === undefined ? {} : { contentType }),
      ...(size === undefined ? {} : { size }),
      ...(hash === undefined ? {} : { hash }),
    };
  });
}

/** Library.relatedArtifact: documents, citations, other versions, and what the data were made of. */
function relatedOf(library: JsonObject, base: string): Related[] {
  return objectsOf(library['relatedArtifact']).flatMap((artifact) => {
    const relation = textIn(artifact, 'type');
    if (relation === undefined) return [];
    const reference = objectsOf(artifact['extension']).find(
      ({ url }) => url === canonical.relatedArtifactResourceReference,
    );
    const literal =
      textIn(objectOf(reference?.['valueReference']), 'reference') ??
      textIn(objectOf(artifact['resourceReference']), 'reference') ??
      textIn(artifact, 'resource') ??
      textIn(objectOf(artifact['document']), 'url') ??
      textIn(artifact, 'url');
    const address = literal === undefined ? undefined : webAddress(addressOf(literal, base) ?? '');
    const label = textIn(artifact, 'display') ?? textIn(artifact, 'citation') ?? textIn(artifact, 'label') ?? literal;
    return label === undefined ? [] : [{ relation, label, ...(address === undefined ? {} : { address }) }];
  });
}

/** The record that this one names as better, else the one that it is a copy of. */
function primaryOf(library: JsonObject, base: string): string | undefined {
  const extensions = objectsOf(library['extension']);
  const stated = extensions.find(({ url }) => url === canonical.primaryRecord);
  const literal = textIn(objectOf(stated?.['valueReference']), 'reference');
  if (literal !== undefined) return webAddress(addressOf(literal, base) ?? '');
  const isCopy = extensions.some(({ url }) => url === canonical.hop);
  return isCopy ? webAddress(textIn(objectOf(library['meta']), 'source') ?? '') : undefined;
}

/** What the data set is cited by: what was made to last, else its page. */
export function citedBy({ identifiers, page }: DataSetDescription): string {
  const lasting = identifiers.find(
    ({ isPersistent, address }) => isPersistent && webAddress(address ?? '') !== undefined,
  );
  return webAddress(lasting?.address ?? '') ?? page;
}
