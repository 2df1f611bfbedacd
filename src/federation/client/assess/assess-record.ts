/** Looks at the record of a data set from all sides: by its address, its identifiers, by search, history, Provenance. https://hl7.org/fhir/uv/fhir-for-fair/STU1/FHIRidentifiers.html */
import type {
  Asked,
  Found,
  IdentifierFacts,
  RecordFacts,
  ServerFacts,
  Validated,
} from '../../../fair/assessment/facts.ts';
import { type Identifier, identifiersOf } from '../../../fair/assessment/identifier.ts';
import { addressOf, linksOf } from '../../../fair/assessment/record.ts';
import { type JsonObject, objectOf, objectsOf, type Resource } from '../../../fhir/json.ts';
import type { Issue } from '../../../fhir/outcome.ts';
import { checkExtensions, checkProfile } from '../../../fhir/validation/profile.ts';
import { queryOf, textOf } from '../server/bundle.ts';
import { ServerError } from '../server/http.ts';
import type { Answer, Probe } from './assess-probe.ts';
import { fhirJson } from './assess-server.ts';

/** What of a record is looked at: more identifiers and links tell nothing new. */
const mostIdentifiers = 5;
const mostLinks = 8;

export interface RecordPlace {
  base: string;
  type: string;
  id: string;
}

/** Throws ServerError when the record cannot be read: there is nothing to assess then. */
export async function recordFacts(
  probe: Probe,
  place: RecordPlace,
  server: () => Promise<ServerFacts>,
): Promise<RecordFacts> {
  const { base, type, id } = place;
  const address = `${base}/${type}/${id}`;
  const { asked: json, body: record } = await probe.ask(address, { accept: fhirJson });
  if (record === undefined || record['resourceType'] !== type || json.status !== 200) {
    const said =
      json.status === 0
        ? json.reason
        : `it answered ${json.status}${json.reason === undefined ? '' : `: ${json.reason}`}`;
    throw new ServerError(`the record ${address} cannot be read: ${said ?? 'no answer'}`, json.status);
  }
  const status = type === 'ResearchStudy' ? 'withdrawn' : 'retired';
  const since = new Date(probe.now() - 86_400_000).toISOString();
  const [openly, xml, identifiers, listed, history, retired, provenance, links, known] = await Promise.all([
    askedOnly(probe.ask(address, { accept: fhirJson, asNobody: true })),
    askedOnly(probe.ask(address, { accept: 'application/fhir+xml' })),
    Promise.all(
      identifiersOf(record)
        .slice(0, mostIdentifiers)
        .map((one) => identifierFacts(probe, one, place)),
    ),
    found(probe, `${base}/${queryOf(type, [['_id', id]])}`, id),
    askedOnly(
      probe.ask(
        `${base}/${queryOf(`${type}/_history`, [
          ['_since', since],
          ['_count', '1'],
        ])}`,
        { accept: fhirJson },
      ),
    ),
    // A server that ignores the parameter answers with others.
    found(
      probe,
      `${base}/${queryOf(type, [
        ['status', status],
        ['_count', '1'],
      ])}`,
      id,
      (one) => one['status'] === status,
    ),
    provenanceOf(probe, place),
    linkFacts(probe, record, base),
    server(),
  ]);
  const validated = await validatedBy(probe, known, record);
  return {
    record,
    address,
    base,
    server: known,
    openly,
    json,
    xml,
    identifiers,
    listed,
    history,
    retired,
    provenance,
    issues: issuesOf(record as Resource, type), // it says its type
    ...(validated === undefined ? {} : { validated }),
    links,
  };
}

const askedOnly = async (answer: Promise<Answer>): Promise<Asked> => (await answer).asked;

/** A search. `isWanted` tells which of its matches count. */
async function found(
  probe: Probe,
  address: string,
  id: string,
  isWanted: (resource: JsonObject) => boolean = () => true,
): Promise<Found> {
  const { asked, body } = await probe.ask(address, { accept: fhirJson });
  const matches = matchesOf(body).filter(isWanted);
  return { ...asked, matches: matches.length, hasRecord: matches.some((one) => one['id'] === id) };
}

/** Resources that a search was for. */
export function matchesOf(body: JsonObject | undefined): JsonObject[] {
  if (body?.['resourceType'] !== 'Bundle') return [];
  return objectsOf(body['entry']).flatMap((entry) => {
    const mode = objectOf(entry['search'])?.['mode'];
    const resource = objectOf(entry['resource']);
    return resource === undefined || mode === 'include' || mode === 'outcome' ? [] : [resource];
  });
}

async function identifierFacts(probe: Probe, identifier: Identifier, place: RecordPlace): Promise<IdentifierFacts> {
  const { base, type, id } = place;
  const { from, token, address } = identifier;
  const lookUp = found(probe, `${base}/${queryOf(type, [[from, escaped(token, from)]])}`, id);
  const resolved = address === undefined ? undefined : await askedOnly(probe.ask(address));
  return { identifier, lookUp: await lookUp, ...(resolved === undefined ? {} : { resolved }) };
}

/** The bar between system and value is not escaped, commas in them are. */
const escaped = (token: string, from: Identifier['from']): string =>
  from === 'url' ? token : token.replace(/[\\,$]/g, '\\$&');

async function provenanceOf(probe: Probe, { base, type, id }: RecordPlace): Promise<RecordFacts['provenance']> {
  const query = queryOf('Provenance', [
    ['target', `${type}/${id}`],
    ['_count', '10'],
  ]);
  const { asked, body } = await probe.ask(`${base}/${query}`, { accept: fhirJson });
  const targets = (one: JsonObject): string[] =>
    objectsOf(one['target']).flatMap(({ reference }) => textOf(reference) ?? []);
  const isOfRecord = (one: JsonObject): boolean =>
    one['resourceType'] === 'Provenance' && targets(one).some((text) => text.includes(`${type}/${id}`));
  return { ...asked, resources: matchesOf(body).filter(isOfRecord) };
}

async function linkFacts(probe: Probe, record: JsonObject, base: string): Promise<Asked[]> {
  const addresses = linksOf(record).flatMap(({ literal }) =>
    literal === undefined ? [] : (addressOf(literal, base) ?? []),
  );
  const first = [...new Set(addresses)].slice(0, mostLinks);
  return Promise.all(first.map((address) => askedOnly(probe.ask(address))));
}

const guideProfile = (type: string): string =>
  `http://hl7.org/fhir/uv/fhir-for-fair/StructureDefinition/${type}-uv-f4f`;
const guideTypes = new Set(['Library', 'ResearchStudy', 'List', 'DocumentManifest']);

/** What the guide's profile for the type finds wrong, whether it is claimed or not. */
function issuesOf(record: Resource, type: string): Issue[] {
  const profile = guideTypes.has(type) ? checkProfile(record, guideProfile(type)) : [];
  return [...checkExtensions(record), ...profile];
}

/** Asks the server that holds a resource to check it; nothing is sent to it. */
export async function validatedBy(
  probe: Probe,
  { base, operations }: ServerFacts,
  resource: JsonObject,
): Promise<Validated | undefined> {
  if (!operations.includes('validate')) return undefined;
  const address = `${base}/${String(resource['resourceType'])}/${String(resource['id'])}/$validate`;
  const { asked, body } = await probe.ask(address, { accept: fhirJson });
  const faults = objectsOf(body?.['issue']).filter(({ severity }) => severity === 'error' || severity === 'fatal');
  const reason = textOf(faults[0]?.['diagnostics']) ?? asked.reason;
  return { ...asked, faults: faults.length, ...(reason === undefined ? {} : { reason }) };
}
