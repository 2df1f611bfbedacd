/** Reads the record of a data set: a Library by FHIR for FAIR. https://hl7.org/fhir/uv/fhir-for-fair/STU1/StructureDefinition-Library-uv-f4f.html */
import { conditionTexts } from '../../../fair/condition.ts';
import { type Stated, statedOf } from '../../../fair/stated.ts';
import { english } from '../../../fair/words/index.ts';
import { canonical } from '../../../fhir/canonical.ts';
import { type JsonObject, objectOf, objectsOf } from '../../../fhir/json.ts';
import { parseReference } from '../../../fhir/reference.ts';
import type { Dataset, Extent } from '../answer.ts';
import { dataReferencesOf } from '../get/data-reference.ts';
import { dataSetName } from '../question/data-set-name.ts';
import { textOf } from '../server/bundle.ts';

/** The data set that `library` describes. `held` is the base of the server that holds the record. */
export function datasetOf(library: JsonObject, held: string): Dataset {
  const extensions = objectsOf(library['extension']);
  const references = [...relatedReferences(extensions), ...contentUrls(library)];
  const extents = references.map((text) => extentOf(text, held)).filter((one) => one !== undefined);
  const publisher = textOf(library['publisher']);
  const description = textOf(library['description']);
  const metadata = `${held}/Library/${textOf(library['id']) ?? ''}`;
  const repository = extents[0]?.base;
  const stated = statedOf(library, metadata);
  const licence = licenceOf(stated);
  const countries = countriesOf(library);
  const names = namesOf(library, new Set([identifierOf(library) ?? metadata, metadata]));
  const meta = objectOf(library['meta']);
  const version = textOf(meta?.['versionId']) ?? textOf(meta?.['lastUpdated']) ?? textOf(library['date']);
  // The best of several offers: what some audience may have.
  const granularity = stated.statement.offers[0]?.level;
  return {
    identifier: identifierOf(library) ?? metadata,
    title: textOf(library['title']) ?? textOf(library['name']) ?? metadata,
    ...(publisher === undefined ? {} : { publisher }),
    ...(description === undefined ? {} : { description }),
    metadata,
    alsoAt: [],
    ...(names.length === 0 ? {} : { names }),
    registry: held,
    ...(repository === undefined ? {} : { repository }),
    ...(granularity === undefined ? {} : { granularity }),
    ...(licence === undefined ? {} : { licence }),
    ...(countries.length === 0 ? {} : { countries }),
    conditions: conditionTexts(stated, english),
    stated,
    types: objectsOf(library['dataRequirement'])
      .map((one) => textOf(one['type']))
      .filter((type) => type !== undefined),
    extents,
    files: contentUrls(library).filter((url) => extentOf(url, held) === undefined),
    references: dataReferencesOf(library),
    ...(version === undefined ? {} : { recordVersion: version }),
  };
}

/** A part of a country (`DE-BY`) lies in the country. https://hl7.org/fhir/R4B/valueset-jurisdiction.html */
function countriesOf(library: JsonObject): string[] {
  const codings = objectsOf(library['jurisdiction']).flatMap((one) => objectsOf(one['coding']));
  const codes = codings.map(({ code }) => /^[A-Za-z]{2}(?=$|-)/.exec(textOf(code) ?? '')?.[0].toUpperCase());
  return [...new Set(codes.filter((code) => code !== undefined))];
}

function identifierOf(library: JsonObject): string | undefined {
  const [first] = objectsOf(library['identifier']);
  return identifierText(first) ?? textOf(library['url']);
}

function identifierText(identifier: JsonObject | undefined): string | undefined {
  const value = textOf(identifier?.['value']);
  const system = textOf(identifier?.['system']);
  return value === undefined || system === undefined || system === canonical.uri ? value : `${system}|${value}`;
}

/** What else it may be called by, without what is `known`. */
function namesOf(library: JsonObject, known: ReadonlySet<string>): string[] {
  const url = textOf(library['url']);
  const version = textOf(library['version']);
  const source = textOf(objectOf(library['meta'])?.['source']);
  const origin = parseReference(source ?? '');
  const isCopy = origin?.type === 'Library' && origin.base !== undefined;
  const names = [
    ...objectsOf(library['identifier']).map(identifierText),
    url,
    ...(url === undefined || version === undefined ? [] : [`${url}|${version}`]),
    ...(isCopy ? [source] : []),
  ];
  const texts = names.filter((name) => name !== undefined).map(dataSetName);
  return [...new Set(texts)].filter((name) => !known.has(name));
}

/** The references inside library-relatedContent. */
function relatedReferences(extensions: readonly JsonObject[]): string[] {
  return extensions
    .filter((one) => one['url'] === canonical.relatedContent)
    .flatMap((one) => objectsOf(objectOf(one['valueRelatedArtifact'])?.['extension']))
    .filter((one) => one['url'] === canonical.relatedArtifactResourceReference)
    .map((one) => textOf(objectOf(one['valueReference'])?.['reference']))
    .filter((reference) => reference !== undefined);
}

const contentUrls = (library: JsonObject): string[] =>
  objectsOf(library['content'])
    .map((one) => textOf(one['url']))
    .filter((url) => url !== undefined);

const listing: Readonly<Record<string, 'group' | 'list' | 'manifest'>> = {
  Group: 'group',
  List: 'list',
  DocumentManifest: 'manifest',
};
const searchUrl = /^(?:(https?:\/\/[^?#]+)\/)?([A-Z][A-Za-z]{1,63})\?([^#]*)$/;

/** A search, or a resource that lists members; undefined for what is neither. */
function extentOf(text: string, held: string): Extent | undefined {
  const search = searchUrl.exec(text);
  if (search !== null) return { kind: 'search', base: search[1] ?? held, type: search[2]!, query: search[3]! };
  const reference = parseReference(text);
  const kind = reference === undefined ? undefined : listing[reference.type];
  if (reference === undefined || kind === undefined) return undefined;
  return { kind, base: reference.base ?? held, id: reference.id };
}

/** The code or words of the first licence. */
function licenceOf({ licences }: Stated): string | undefined {
  const [first] = licences;
  return first?.code ?? first?.text ?? first?.url;
}
