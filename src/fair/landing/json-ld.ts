/** A data set as schema.org and Bioschemas describe it, as search engines for data sets read it. https://developers.google.com/search/docs/appearance/structured-data/dataset and https://bioschemas.org/profiles/Dataset/1.0-RELEASE */
import type { Granularity } from '../../fhir/canonical.ts';
import type { Json, JsonObject } from '../../fhir/json.ts';
import type { Identifier } from '../assessment/identifier.ts';
import { iriOfCode } from '../code.ts';
import { conditionTexts, licenceText } from '../condition.ts';
import { plain } from '../plain.ts';
import type { Licence } from '../stated.ts';
import { english } from '../words/index.ts';
import { citationOf, citationText } from './citation.ts';
import type { DataPlace, DataSetDescription, Party } from './description.ts';
import { landingForms } from './format.ts';
import { summaryText } from './summary-text.ts';
import { webAddress } from './web-address.ts';

/** Where it is listed. */
export interface Catalogue {
  name: string;
  url: string;
}

/** What the record alone does not say. */
interface Setting {
  catalogue: Catalogue;
  /** the most that anyone gets without asking */
  anyone: Granularity;
}

/** What search engines take of a description. */
const shortest = 50;
const longest = 5000;
/** Variables that are named; the record names them all. */
const mostVariables = 250;

export function jsonLdOf(one: DataSetDescription, { catalogue, anyone }: Setting): JsonObject {
  const { page, title, publisher, authors, contacts, version, date, recordDate, language, description } = one;
  const keywords = [...one.keywords, ...one.types];
  const licences = one.stated.licences.map(licenceJson);
  const conditions = conditionTexts(one.stated, english);
  return {
    '@context': ['https://schema.org/', { dct: 'http://purl.org/dc/terms/' }],
    '@type': 'Dataset',
    '@id': page,
    // What Bioschemas asks for at least.
    ...(licences.length > 0 && keywords.length > 0
      ? { 'dct:conformsTo': { '@id': 'https://bioschemas.org/profiles/Dataset/1.0-RELEASE' } }
      : {}),
    name: text(title),
    description: longEnough(one),
    url: page,
    identifier: one.identifiers.map(identifierJson),
    ...listed('sameAs', [...new Set(one.identifiers.flatMap(({ address }) => webAddress(address ?? '') ?? []))]),
    ...listed('license', licences),
    ...listed('creator', (authors.length > 0 ? authors : publisher === undefined ? [] : [publisher]).map(partyJson)),
    ...(publisher === undefined ? {} : { publisher: partyJson(publisher) }),
    ...listed('contactPoint', contacts.map(contactJson)),
    ...(version === undefined ? {} : { version: text(version) }),
    ...(date === undefined ? {} : { datePublished: date, dateModified: date }),
    ...(date === undefined && recordDate !== undefined ? { dateModified: recordDate } : {}),
    ...(recordDate === undefined ? {} : { sdDatePublished: recordDate }),
    ...(language === undefined ? {} : { inLanguage: text(language) }),
    ...listed('keywords', keywords.map(text)),
    ...coverage(one),
    ...listed('variableMeasured', variablesOf(one)),
    // Said only where it is certain: a record states no price.
    ...(anyone === 'record' || anyone === 'record-deidentified' ? { isAccessibleForFree: true } : {}),
    ...(conditions.length === 0 ? {} : { conditionsOfAccess: conditions.map((each) => each.text).join('; ') }),
    ...(one.stated.copyright === undefined ? {} : { copyrightNotice: text(one.stated.copyright) }),
    ...listed('distribution', one.data.flatMap(downloadJson)),
    ...listed('isBasedOn', relatedTo(one, ['derived-from', 'predecessor'])),
    ...listed('citation', relatedTo(one, ['citation'])),
    ...listed('subjectOf', formsOf(one)),
    creditText: citationText(citationOf(one)),
    ...(description === undefined && one.purpose === undefined ? { abstract: summaryText(one) } : {}),
    includedInDataCatalog: { '@type': 'DataCatalog', name: text(catalogue.name), url: catalogue.url },
  };
}

const text = (value: string): string => plain(value, longest);

const listed = (name: string, list: readonly Json[]): JsonObject => (list.length === 0 ? {} : { [name]: [...list] });

/** A description too short for search engines is made longer by what is known, one too long is cut and says so. */
function longEnough(one: DataSetDescription): string {
  const own = [one.description, one.purpose, one.usage].filter((part) => part !== undefined).join(' ');
  const line = plain(own, longest - 1);
  return line.length >= shortest ? line : plain(`${line} ${summaryText(one)}`, longest - 1);
}

/** https://developers.google.com/search/docs/appearance/structured-data/dataset#identifier */
function identifierJson({ text: value, address }: Identifier): Json {
  const url = webAddress(address ?? '');
  const at = value.indexOf('|');
  const [system, id] = at < 0 ? [undefined, value] : [value.slice(0, at), value.slice(at + 1)];
  return {
    '@type': 'PropertyValue',
    ...(system === undefined || system === '' ? {} : { propertyID: text(system) }),
    value: text(id),
    ...(url === undefined ? {} : { url }),
  };
}

function licenceJson(licence: Licence): Json {
  const url = webAddress(licence.url ?? '');
  return url ?? { '@type': 'CreativeWork', name: licenceText(licence, english) };
}

/**
 * Records name authors without saying what they are. One with an ORCID, or with family and given name, is a person;
 * search engines take no third kind.
 */
function partyJson({ name, url, kind }: Party): JsonObject {
  const isPerson = kind === 'person' || (kind === undefined && /^(?:Dr|Prof|PD)\b|^[^\s,]+, \S+$/.test(name));
  return { '@type': isPerson ? 'Person' : 'Organization', name: text(name), ...(url === undefined ? {} : { url }) };
}

const contactJson = ({ name, url }: Party): JsonObject => ({
  '@type': 'ContactPoint',
  name: text(name),
  ...(url === undefined ? {} : { url }),
});

function coverage({ period, places }: DataSetDescription): JsonObject {
  const interval = period === undefined ? undefined : `${period.start ?? '..'}/${period.end ?? '..'}`;
  return {
    ...(interval === undefined ? {} : { temporalCoverage: interval }),
    ...listed(
      'spatialCoverage',
      places.map(({ code, name }) => ({ '@type': 'Place', name: text(name), address: text(code) })),
    ),
  };
}

/** Codes that its content names, or else the types that its record names. */
function variablesOf({ content, types, record }: DataSetDescription): JsonObject[] {
  const codes = content?.types.flatMap((type) => type.codes.map((code) => ({ ...code, type: type.type }))) ?? [];
  if (codes.length === 0) {
    const known = content === undefined ? types : content.types.map(({ type }) => type);
    return known.map((type) => ({ '@type': 'PropertyValue', name: text(type) }));
  }
  const all = codes.toSorted((one, two) => (two.patients ?? 0) - (one.patients ?? 0));
  const shown = all.slice(0, mostVariables).map(({ code, system = '', display, type }): JsonObject => {
    const iri = iriOfCode(`${system}|${code}`);
    return {
      '@type': 'PropertyValue',
      name: text(display ?? code),
      alternateName: text(code),
      ...(iri === undefined ? {} : { propertyID: iri }),
      description: text(type),
    };
  });
  const rest = all.length - shown.length;
  if (rest === 0) return shown;
  return [...shown, { '@type': 'PropertyValue', name: `${rest} more, see the content summary of ${record}` }];
}

function downloadJson({ address, contentType, name, size }: DataPlace): Json[] {
  if (address === undefined) return [];
  return [
    {
      '@type': 'DataDownload',
      name: text(name),
      contentUrl: address,
      encodingFormat: text(contentType ?? 'application/fhir+json'),
      ...(size === undefined ? {} : { contentSize: `${size} B` }),
    },
  ];
}

const relatedTo = ({ related }: DataSetDescription, relations: readonly string[]): Json[] =>
  related
    .filter(({ relation }) => relations.includes(relation))
    .map(({ label, address }) => ({
      '@type': 'CreativeWork',
      name: text(label),
      ...(address === undefined ? {} : { url: address }),
    }));

/** The record, and the page's other forms. */
function formsOf({ page, record }: DataSetDescription): Json[] {
  const others = landingForms
    .filter(({ ending, format }) => ending !== '' && format !== 'json-ld')
    .map(({ ending, mediaTypes }) => ({ url: `${page}${ending}`, encodingFormat: mediaTypes[0]! }));
  return [{ url: record, encodingFormat: 'application/fhir+json' }, ...others].map((one) => ({
    '@type': 'DigitalDocument',
    ...one,
  }));
}
