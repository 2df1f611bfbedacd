/** Describes a download as an RO-Crate 1.2 whose making is told as a Process Run Crate 0.5. https://w3id.org/ro/crate/1.2 and https://w3id.org/ro/wfrun/process/0.5 */
import type { Json, JsonObject } from '../fhir/json.ts';
import { fragment, isIri, partsOf } from './code.ts';

/** A file of the crate as it lies on the disk. */
export interface CrateFile {
  /** relative to the crate's folder, with slashes */
  path: string;
  name: string;
  description: string;
  encodingFormat: string;
  bytes: number;
  /** hexadecimal */
  sha256: string;
  /** what the format follows, an address */
  conformsTo?: string;
}

export interface Crate {
  /** IRI of the run that made it */
  run: string;
  title: string;
  description?: string;
  /** `system|value` or a URI */
  identifiers: readonly string[];
  publisher?: string;
  /** of the data; a text or an address where it has no code. Without any, the terms file stands for it. */
  licences: readonly { code?: string; url?: string; text?: string }[];
  copyright?: string;
  /** conditions in words */
  conditions: readonly string[];
  /** records of the data set that it was found by */
  metadata: readonly string[];
  /** files with the terms; the first is the one for people */
  terms: readonly string[];
  /** the file with the question and the requests that were sent */
  question: string;
  files: readonly CrateFile[];
  /** of these, what the run fetched */
  results: readonly string[];
  servers: readonly { base: string; fhirVersion?: string }[];
  project?: string;
  /** what could not be had, in words */
  problems?: readonly string[];
  version: string;
  /** milliseconds since 1970 */
  started: number;
  ended: number;
}

const specification = 'https://w3id.org/ro/crate/1.2';
const processRun = 'https://w3id.org/ro/wfrun/process/0.5';
const instrument = 'https://fairway.health/#fairway';

/** The content of `ro-crate-metadata.json`. */
export function crateMetadata(crate: Crate): JsonObject {
  const entities = [
    {
      '@id': 'ro-crate-metadata.json',
      '@type': 'CreativeWork',
      name: 'Description of this crate',
      about: ref('./'),
      conformsTo: ref(specification),
    },
    rootOf(crate),
    ...crate.files.map(fileOf),
    ...formatsOf(crate),
    runOf(crate),
    ...contextOf(crate),
  ];
  return {
    '@context': `${specification}/context`,
    // An entity that stands for several things, such as a server that is also a publisher, is described once.
    '@graph': [...new Map(entities.map((one) => [String(one['@id']), one])).values()],
  };
}

const ref = (id: string): JsonObject => ({ '@id': id });
/** JSON-LD in its compacted form has no lists of one. */
const refs = (ids: readonly string[]): Json => (ids.length === 1 ? ref(ids[0]!) : ids.map(ref));
const present = (name: string, ids: readonly string[]): JsonObject => (ids.length === 0 ? {} : { [name]: refs(ids) });
const iso = (at: number): string => new Date(at).toISOString();
/** The profile's validator takes no `Z`. */
const isoWithOffset = (at: number): string => iso(at).replace('Z', '+00:00');
/** Where a party has an address, it is its page too. */
const pageOf = (name: string): JsonObject => (/^https?:/.test(name) ? { url: name } : {});

function rootOf(crate: Crate): JsonObject {
  return {
    '@id': './',
    '@type': 'Dataset',
    name: crate.title,
    description: crate.description ?? `Records of the data set "${crate.title}", fetched with their terms of use.`,
    datePublished: iso(crate.ended),
    license: ref(licenceIds(crate)[0]!),
    ...present('conformsTo', [processRun]),
    ...present('identifier', crate.identifiers.map(identifierId)),
    ...(crate.publisher === undefined
      ? {}
      : {
          author: ref(partyId('publisher', crate.publisher)),
          publisher: ref(partyId('publisher', crate.publisher)),
        }),
    ...(crate.copyright === undefined ? {} : { copyrightNotice: crate.copyright }),
    ...(crate.conditions.length === 0 ? {} : { conditionsOfAccess: crate.conditions.join('; ') }),
    ...present('usageInfo', [...crate.terms, ...licenceIds(crate).slice(1)]),
    ...present('isBasedOn', crate.metadata),
    ...present(
      'hasPart',
      crate.files.map(({ path }) => path),
    ),
    mentions: ref(crate.run),
  };
}

const identifierId = (identifier: string): string =>
  !identifier.includes('|') && isIri(identifier) ? identifier : `#identifier-${fragment(identifier)}`;

/** A party by its address, or by a name within the crate. */
const partyId = (role: string, name: string): string => (isIri(name) ? name : `#${role}-${fragment(name)}`);

function licenceIds({ licences, terms }: Crate): string[] {
  const ids = licences.map(({ url, text }) =>
    url !== undefined && isIri(url) ? url : `#licence-${fragment(text ?? url ?? '')}`,
  );
  return ids.length === 0 ? [terms[0]!] : ids;
}

function fileOf(file: CrateFile): JsonObject {
  return {
    '@id': file.path,
    '@type': 'File',
    name: file.name,
    description: file.description,
    encodingFormat: file.encodingFormat,
    contentSize: String(file.bytes),
    sha256: file.sha256,
    ...(file.conformsTo === undefined ? {} : { conformsTo: ref(file.conformsTo) }),
  };
}

const formatsOf = ({ files }: Crate): JsonObject[] =>
  [...new Set(files.map(({ conformsTo }) => conformsTo).filter((one) => one !== undefined))].map((url) => ({
    '@id': url,
    '@type': ['CreativeWork', 'Profile'],
    name: url,
    description: 'What a file of this crate conforms to.',
  }));

function runOf(crate: Crate): JsonObject {
  return {
    '@id': crate.run,
    '@type': 'CreateAction',
    name: `Download of "${crate.title}"`,
    description: `fairway get: the requests that were sent stand in ${crate.question}.${shortfall(crate)}`,
    startTime: isoWithOffset(crate.started),
    endTime: isoWithOffset(crate.ended),
    actionStatus: 'http://schema.org/CompletedActionStatus',
    agent: ref(agentId(crate)),
    instrument: ref(instrument),
    object: refs([crate.question, ...crate.metadata, ...crate.servers.map(({ base }) => base)]),
    ...present('result', crate.results),
  };
}

const shortfall = ({ problems = [] }: Crate): string =>
  problems.length === 0 ? '' : ` Not all could be had: ${problems.join('; ')}.`;

const agentId = ({ project }: Crate): string => (project === undefined ? '#asker' : partyId('project', project));

function contextOf(crate: Crate): JsonObject[] {
  const ids = licenceIds(crate);
  return [
    {
      '@id': processRun,
      '@type': ['CreativeWork', 'Profile'],
      name: 'Process Run Crate',
      description: 'How this crate tells of the run that made it.',
      version: '0.5',
    },
    {
      '@id': instrument,
      '@type': 'SoftwareApplication',
      name: 'fairway',
      description: 'Finds, counts and fetches health data over FHIR.',
      url: 'https://fairway.health/',
      version: crate.version,
    },
    agentOf(crate),
    ...crate.licences.map((licence, at) => licenceOf(licence, ids[at]!)),
    ...crate.identifiers.map(identifierOf),
    ...crate.metadata.map((url) => ({
      '@id': url,
      '@type': 'CreativeWork',
      name: 'Record of the data set',
      description: 'The FHIR Library that describes the data set and states its conditions.',
      url,
    })),
    ...crate.servers.map(serverOf),
    ...(crate.publisher === undefined
      ? []
      : [
          {
            '@id': partyId('publisher', crate.publisher),
            '@type': 'Organization',
            name: crate.publisher,
            description: 'Publishes the data set.',
            ...pageOf(crate.publisher),
          },
        ]),
  ];
}

function agentOf(crate: Crate): JsonObject {
  if (crate.project === undefined) {
    return {
      '@id': '#asker',
      '@type': 'Person',
      name: 'Whoever ran the download',
      description: 'No project was stated.',
    };
  }
  return {
    '@id': agentId(crate),
    '@type': 'Organization',
    name: crate.project,
    description: 'The project that the data were fetched for.',
    ...pageOf(crate.project),
  };
}

function licenceOf({ code, url, text }: Crate['licences'][number], id: string): JsonObject {
  const name = code ?? text ?? url ?? id;
  return {
    '@id': id,
    '@type': 'CreativeWork',
    name,
    description: text === undefined || text === name ? `Licence ${name}.` : text,
    ...(url === undefined ? {} : { url }),
  };
}

function identifierOf(identifier: string): JsonObject {
  const { system, code } = partsOf(identifier);
  const id = identifierId(identifier);
  return {
    '@id': id,
    '@type': 'PropertyValue',
    name: 'Identifier of the data set',
    description: `The data set is known as ${identifier}.`,
    ...(system === '' ? {} : { propertyID: system }),
    value: code,
    ...(/^https?:/.test(id) ? { url: id } : {}),
  };
}

const serverOf = ({ base, fhirVersion }: Crate['servers'][number]): JsonObject => ({
  '@id': base,
  '@type': 'CreativeWork',
  name: `FHIR server ${base}`,
  description: `It sent the records${fhirVersion === undefined ? '' : ` in FHIR ${fhirVersion}`}.`,
  url: base,
});
