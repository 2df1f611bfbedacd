/** What describes a data set, as parts of its Library by FHIR for FAIR. https://hl7.org/fhir/uv/fhir-for-fair/STU1/StructureDefinition-Library-uv-f4f.html */
import { canonical } from '../../../../src/fhir/canonical.ts';
import { type JsonObject, objectOf, objectsOf } from '../../../../src/fhir/json.ts';
import { first, type Item, items, text, textWithin } from './lens.ts';

export interface Identifier {
  system: string;
  value: string;
}

const stringOf = (object: JsonObject | undefined, name: string): string | undefined =>
  typeof object?.[name] === 'string' ? object[name] : undefined;

const identifier: Item<Identifier> = {
  isOne: () => true,
  read(item) {
    const value = stringOf(item, 'value');
    return value === undefined ? undefined : { system: stringOf(item, 'system') ?? '', value };
  },
  write: ({ system, value }) => ({ ...(system === '' ? {} : { system }), value }),
};

/** Who can be asked, and where: an address of a page, or a mail address. */
export interface Contact {
  name: string;
  address: string;
}

const isMail = (address: string): boolean => address.includes('@') && !/^https?:/.test(address);

const contact: Item<Contact> = {
  isOne: () => true,
  read: (item) => ({
    name: stringOf(item, 'name') ?? '',
    address: stringOf(objectsOf(item['telecom'])[0], 'value') ?? '',
  }),
  write: ({ name, address }) => ({
    ...(name === '' ? {} : { name }),
    ...(address === '' ? {} : { telecom: [{ system: isMail(address) ? 'email' : 'url', value: address }] }),
  }),
};

const countrySystem = 'urn:iso:std:iso:3166';
const country: Item<string> = {
  isOne: () => true,
  read: (item) => stringOf(objectsOf(item['coding'])[0], 'code'),
  write: (code) => ({ coding: [{ system: countrySystem, code }] }),
};

const resourceType: Item<string> = {
  isOne: () => true,
  read: (item) => stringOf(item, 'type'),
  write: (type) => ({ type }),
};

/** A search for one tag: what carries it belongs to the data set. */
export interface Tag {
  /** resource type of the search */
  type: string;
  system: string;
  code: string;
  /** what stands before the type: the base address of a server, or nothing on the server of the record */
  base: string;
}

const tagSearch = /^((?:https?:\/\/.+\/)?)([A-Z][A-Za-z]+)\?_tag=([^|&,]+)\|([^|&,]+)$/;
const fhirJson = 'application/fhir+json';

/** The one that this form writes has the content type; one without is read as well and kept so until it is changed. */
const tag: Item<Tag> = {
  isOne: ({ url }) => typeof url === 'string' && tagSearch.test(url),
  read(item) {
    const [, base = '', type = '', system = '', code = ''] = tagSearch.exec(String(item['url'])) ?? [];
    return { base, type, system, code };
  },
  write: ({ base, type, system, code }) => ({ contentType: fhirJson, url: `${base}${type}?_tag=${system}|${code}` }),
};

/** Data that lie elsewhere: a file, a server, a search on it. */
export interface DataAddress {
  url: string;
  contentType: string;
}

const address: Item<DataAddress> = {
  isOne: (item) => !tag.isOne(item),
  read(item) {
    const url = stringOf(item, 'url');
    return url === undefined ? undefined : { url, contentType: stringOf(item, 'contentType') ?? '' };
  },
  write: ({ url, contentType }) => ({ ...(contentType === '' ? {} : { contentType }), url }),
};

/** A Group or List that names what belongs to the data set. */
const listing: Item<string> = {
  isOne: ({ url }) => url === canonical.relatedContent,
  read(item) {
    const inner = objectsOf(objectOf(item['valueRelatedArtifact'])?.['extension'])[0];
    return stringOf(objectOf(inner?.['valueReference']), 'reference');
  },
  write: (reference) => ({
    url: canonical.relatedContent,
    valueRelatedArtifact: {
      extension: [{ url: canonical.relatedArtifactResourceReference, valueReference: { reference } }],
      type: 'composed-of',
    },
  }),
};

const spdx: Item<string> = {
  isOne: ({ url }) => url === canonical.licenceCodeable,
  read: (item) => stringOf(objectsOf(objectOf(item['valueCodeableConcept'])?.['coding'])[0], 'code'),
  write: (code) => ({
    url: canonical.licenceCodeable,
    valueCodeableConcept: { coding: [{ system: canonical.spdx, code }] },
  }),
};

const licenceDocument: Item<string> = {
  isOne: ({ url }) => url === canonical.licenceAttachment,
  read: (item) => stringOf(objectOf(item['valueAttachment']), 'url'),
  write: (url) => ({ url: canonical.licenceAttachment, valueAttachment: { url } }),
};

export const describing = {
  title: text('title'),
  description: text('description'),
  purpose: text('purpose'),
  usage: text('usage'),
  publisher: text('publisher'),
  contacts: items('contact', contact),
  url: text('url'),
  version: text('version'),
  date: text('date'),
  start: textWithin('effectivePeriod', 'start'),
  end: textWithin('effectivePeriod', 'end'),
  countries: items('jurisdiction', country),
  identifiers: items('identifier', identifier),
  types: items('dataRequirement', resourceType),
  tags: items('content', tag),
  addresses: items('content', address),
  listings: items('extension', listing),
  licence: first(items('extension', spdx)),
  licenceDocument: first(items('extension', licenceDocument)),
  copyright: text('copyright'),
};

const tagSystem = `${canonical.ours}/CodeSystem/data-set`;

/** A URN that nothing else has. https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-4 */
function newUrn(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** A data set of which nothing is known yet. */
export function newRecord(urn: string = newUrn()): JsonObject {
  return {
    resourceType: 'Library',
    meta: { profile: [canonical.libraryProfile] },
    identifier: [{ system: canonical.uri, value: urn }],
    url: urn,
    version: '1.0.0',
    status: 'draft',
    type: { coding: [{ system: canonical.libraryType, code: 'asset-collection' }] },
    subjectCodeableConcept: { coding: [{ system: 'http://hl7.org/fhir/resource-types', code: 'Patient' }] },
  };
}

/** The tag by which what is taken in is tied to the data set: the one that it has, or one made of its identifier. */
export function tagOf(record: JsonObject): Tag {
  const [known] = describing.tags.read(record);
  if (known !== undefined) return known;
  const [named] = describing.identifiers.read(record);
  const code = (named?.value ?? newUrn()).replace(/^urn:uuid:/, '').replace(/[^A-Za-z0-9.-]+/g, '-');
  return { base: '', type: 'Patient', system: tagSystem, code };
}

/** Titles of licences that may be chosen; others are written as their SPDX code. */
export const licences = [
  'CC0-1.0',
  'CC-BY-4.0',
  'CC-BY-SA-4.0',
  'CC-BY-NC-4.0',
  'CC-BY-NC-SA-4.0',
  'CC-BY-ND-4.0',
  'ODbL-1.0',
  'ODC-By-1.0',
  'PDDL-1.0',
  'etalab-2.0',
] as const;
