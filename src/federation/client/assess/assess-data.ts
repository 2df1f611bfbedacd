/** Follows what a record says its data are, and reads a few records where that is permitted. https://hl7.org/fhir/uv/fhir-for-fair/STU1/metadata.html */
import { textIn } from '../../../fair/assessment/element.ts';
import type { Access, Asked, DataFacts, SampleFacts, ServerFacts } from '../../../fair/assessment/facts.ts';
import { addressOf, type DataReference } from '../../../fair/assessment/record.ts';
import { type JsonObject, objectOf, objectsOf } from '../../../fhir/json.ts';
import { parseReference } from '../../../fhir/reference.ts';
import { queryOf } from '../server/bundle.ts';
import type { Answer, Probe } from './assess-probe.ts';
import { matchesOf, validatedBy } from './assess-record.ts';
import { fhirJson } from './assess-server.ts';

const mostReferences = 10;
const mostMembers = 3;
const mostTypes = 4;
const mostRecords = 20;
const mostValidated = 3;

interface Following {
  probe: Probe;
  /** of the record */
  base: string;
  /** resource types that the record says the data are of */
  types: readonly string[];
  /** whether the record states who may have the data: then what is not given is withheld */
  isConditional: boolean;
  /** what a server can do, asked once */
  server(base: string): Promise<ServerFacts>;
}

export async function dataFacts(
  following: Following,
  references: readonly DataReference[],
): Promise<{ data: DataFacts[]; sample: SampleFacts }> {
  const looks = await Promise.all(references.map((reference, at) => lookAt(following, reference, at)));
  const validated = await Promise.all(
    oneOfEachType(looks.flatMap(({ facts: { server }, records }) => records.map((record) => ({ server, record }))))
      .slice(0, mostValidated)
      .map(({ server, record }) => (server === undefined ? undefined : validatedBy(following.probe, server, record))),
  );
  return {
    data: looks.map(({ facts }) => facts),
    sample: {
      asked: looks.flatMap(({ asked }) => asked),
      resources: looks.flatMap(({ records }) => records),
      validated: validated.filter((one) => one !== undefined),
    },
  };
}

function oneOfEachType<T extends { record: JsonObject }>(all: readonly T[]): T[] {
  const first = new Map(all.toReversed().map((one) => [one.record['resourceType'], one]));
  return [...first.values()].reverse();
}

interface Look {
  facts: DataFacts;
  /** records of the data that were read */
  records: readonly JsonObject[];
  asked: readonly Asked[];
}

const searchUrl = /^((?:https?:\/\/[^?#]+\/)?)([A-Z][A-Za-z]{1,63})\?([^#]*)$/;

async function lookAt(following: Following, reference: DataReference, at: number): Promise<Look> {
  const { base, probe } = following;
  const { literal, identifier } = reference;
  const address = literal === undefined ? identifier?.address : addressOf(literal, base);
  const shown = address ?? literal ?? identifier?.text ?? reference.element;
  if (address === undefined) {
    const reason = literal === undefined ? 'an identifier that is no web address' : 'it is no address of HTTP';
    return unlooked(reference, shown, `not asked: ${reason}`);
  }
  if (at >= mostReferences) return unlooked(reference, shown, `not asked: the first ${mostReferences} are looked at`);
  const search = searchUrl.exec(literal ?? '');
  const place = search === null ? parseReference(literal ?? '') : undefined;
  const holder =
    search === null ? (place === undefined ? undefined : (place.base ?? base)) : search[1]!.replace(/\/$/, '') || base;
  const limited = search === null || /[?&]_count=/.test(address) ? address : `${address}&_count=${mostRecords}`;
  const [answer, server] = await Promise.all([
    probe.ask(limited, { accept: holder === undefined ? '*/*' : fhirJson }),
    holder === undefined ? undefined : following.server(holder),
  ]);
  const { records, asked } =
    holder === undefined ? noRecords : await sampleOf(following, answer, holder, search !== null);
  const listing = search === null && holder !== undefined ? answer.body : undefined;
  const facts: DataFacts = {
    reference,
    asked: answer.asked,
    access: accessOf(answer, { records, asked }, search !== null, following),
    ...(server === undefined ? {} : { server }),
    ...(listing === undefined || answer.asked.status >= 400 ? {} : { resource: listing }),
  };
  return { facts, records, asked };
}

const noRecords: Pick<Look, 'records' | 'asked'> = { records: [], asked: [] };

const unlooked = (reference: DataReference, address: string, reason: string): Look => ({
  ...noRecords,
  facts: { reference, asked: { address, status: 0, reason, isNotAsked: true }, access: 'not-asked' },
});

const isRefusal = ({ status }: Asked): boolean => status === 401 || status === 403;

/** Records that are withheld show in a search that finds nothing, and in members that are refused or hidden. */
function accessOf(
  { asked }: Answer,
  sample: Pick<Look, 'records' | 'asked'>,
  isSearch: boolean,
  { isConditional }: Following,
): Access {
  if (asked.isNotAsked === true) return 'not-asked';
  if (isRefusal(asked)) return 'restricted';
  if (asked.status === 0 || asked.status >= 500) return 'unreachable';
  if (asked.status === 404 && isConditional) return 'hidden';
  if (asked.status >= 400) return 'missing';
  if (sample.records.length > 0) return 'open';
  if (sample.asked.some(isRefusal)) return 'restricted';
  const isEmpty = isSearch || sample.asked.some(({ status }) => status === 404 || status === 410);
  if (!isEmpty) return 'open';
  return isConditional ? 'restricted' : 'missing';
}

/** What a search found, or a few members of what is listed; then a few records of the first patient. */
async function sampleOf(
  following: Following,
  { asked: answered, body }: Answer,
  holder: string,
  isSearch: boolean,
): Promise<Pick<Look, 'records' | 'asked'>> {
  const { probe } = following;
  if (body === undefined || answered.status !== 200) return noRecords;
  if (isSearch) {
    const matches = matchesOf(body).slice(0, mostRecords);
    return withOthers(following, holder, matches, []);
  }
  const members = membersOf(body).slice(0, mostMembers);
  const answers = await Promise.all(
    members.flatMap((literal) => addressOf(literal, holder) ?? []).map((one) => probe.ask(one, { accept: fhirJson })),
  );
  const records = answers
    .filter(({ asked }) => asked.status === 200)
    .flatMap(({ body: one }) => (one === undefined ? [] : [one]));
  const isListing = ['Group', 'List', 'DocumentManifest'].includes(String(body['resourceType']));
  const own = isListing || typeof body['resourceType'] !== 'string' ? [] : [body];
  return withOthers(
    following,
    holder,
    [...own, ...records],
    answers.map(({ asked }) => asked),
  );
}

function membersOf(resource: JsonObject): string[] {
  const entries = objectsOf(resource['entry']).map((one) => objectOf(one['item']));
  const members = objectsOf(resource['member']).map((one) => objectOf(one['entity']));
  const contents = resource['resourceType'] === 'DocumentManifest' ? objectsOf(resource['content']) : [];
  return [...entries, ...members, ...contents].flatMap((one) => textIn(one, 'reference') ?? []);
}

/** Records of the first patient, of types that the record says it holds. */
async function withOthers(
  { probe, types }: Following,
  holder: string,
  records: readonly JsonObject[],
  asked: readonly Asked[],
): Promise<Pick<Look, 'records' | 'asked'>> {
  const patient = records.find(({ resourceType, id }) => resourceType === 'Patient' && typeof id === 'string');
  const wanted = types.filter((type) => type !== 'Patient' && !records.some((one) => one['resourceType'] === type));
  if (patient === undefined || wanted.length === 0) return { records, asked };
  const answers = await Promise.all(
    wanted.slice(0, mostTypes).map((type) => {
      const query = queryOf(type, [
        ['patient', `Patient/${String(patient['id'])}`],
        ['_count', '3'],
      ]);
      return probe.ask(`${holder}/${query}`, { accept: fhirJson });
    }),
  );
  return {
    records: [...records, ...answers.flatMap(({ body }) => matchesOf(body).slice(0, 3))],
    asked: [...asked, ...answers.map((one) => one.asked)],
  };
}
