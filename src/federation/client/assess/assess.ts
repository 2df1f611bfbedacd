/** Assesses how FAIR a data set is, by looking at its record, its data and what they refer to. See docs/reference/assessment.md */
import { type Assessment, assess } from '../../../fair/assessment/assessment.ts';
import { codingsIn } from '../../../fair/assessment/element.ts';
import type { AssessmentFacts, ServerFacts, VocabularyFacts } from '../../../fair/assessment/facts.ts';
import { type DataReference, dataReferencesOf } from '../../../fair/assessment/record.ts';
import { isConditional } from '../../../fair/assessment/seen.ts';
import { knownVocabulary } from '../../../fair/assessment/vocabulary.ts';
import { objectsOf } from '../../../fhir/json.ts';
import { parseReference } from '../../../fhir/reference.ts';
import { queryOf, textOf } from '../server/bundle.ts';
import { ServerError } from '../server/http.ts';
import { dataFacts } from './assess-data.ts';
import { createProbe, type Probe, type ProbeSettings } from './assess-probe.ts';
import { matchesOf, recordFacts } from './assess-record.ts';
import { fhirJson, serverFacts } from './assess-server.ts';

const mostVocabularies = 10;

/** `address` is the absolute URL of a Library, ResearchStudy, List or DocumentManifest. Throws ServerError when it cannot be read. */
export async function assessDataset(address: string, settings: ProbeSettings = {}): Promise<Assessment> {
  const place = parseReference(address);
  if (place?.base === undefined) throw new ServerError(`${address} is not the address of a resource`, 0);
  const probe = createProbe(settings);
  const servers = new Map<string, Promise<ServerFacts>>();
  const server = (base: string): Promise<ServerFacts> => {
    let one = servers.get(base);
    if (one === undefined) servers.set(base, (one = serverFacts(probe, base)));
    return one;
  };
  const { base, type, id } = place;
  const metadata = await recordFacts(probe, { base, type, id }, () => server(base));
  const types = objectsOf(metadata.record['dataRequirement']).flatMap((one) => textOf(one['type']) ?? []);
  const { record } = metadata;
  const own = dataReferencesOf(record);
  const references = own.length === 0 && type === 'ResearchStudy' ? await referring(probe, base, id) : own;
  const following = { probe, base, types, server, isConditional: isConditional(record, address) };
  const { data, sample } = await dataFacts(following, references);
  const facts = { assessedAt: new Date(probe.now()).toISOString(), metadata, data, sample };
  return assess({ ...facts, vocabularies: await vocabulariesOf(probe, facts) });
}

/** A ResearchStudy has no element for its data; manifests refer to it. https://hl7.org/fhir/R4B/documentmanifest.html */
async function referring(probe: Probe, base: string, id: string): Promise<DataReference[]> {
  const query = queryOf('DocumentManifest', [['related-ref', `ResearchStudy/${id}`]]);
  const { body } = await probe.ask(`${base}/${query}`, { accept: fhirJson });
  return matchesOf(body)
    .filter(({ resourceType }) => resourceType === 'DocumentManifest')
    .map((one) => ({
      element: 'DocumentManifest.related',
      literal: `DocumentManifest/${String(one['id'])}`,
      isReverse: true,
    }));
}

/** Systems that are not known to be FAIR are asked for: at their canonical URL, then on the servers of record and data. */
async function vocabulariesOf(
  probe: Probe,
  { metadata, data, sample }: Pick<AssessmentFacts, 'metadata' | 'data' | 'sample'>,
): Promise<Record<string, VocabularyFacts>> {
  const codings = [...codingsIn(metadata.record), ...codingsIn([...sample.resources])];
  const systems = [...new Set(codings.flatMap(({ system }) => system ?? []))];
  const unknown = systems.filter((system) => knownVocabulary(system) === undefined).slice(0, mostVocabularies);
  const bases = [...new Set([metadata.base, ...data.flatMap((one) => one.server?.base ?? [])])];
  const resolved = await Promise.all(unknown.map((system) => resolve(probe, system, bases)));
  const known = systems.map((system): VocabularyFacts => {
    const name = knownVocabulary(system);
    const asked = resolved[unknown.indexOf(system)];
    return {
      system,
      ...(name === undefined ? {} : { known: name }),
      ...(asked === undefined ? {} : { resolved: asked }),
    };
  });
  return Object.fromEntries(known.map((one) => [one.system, one]));
}

async function resolve(probe: Probe, system: string, bases: readonly string[]): Promise<VocabularyFacts['resolved']> {
  const { asked } = await probe.ask(system);
  if (asked.status >= 200 && asked.status < 300) return asked;
  for (const base of bases) {
    const address = `${base}/${queryOf('CodeSystem', [
      ['url', system],
      ['_summary', 'true'],
      ['_count', '1'],
    ])}`;
    const { asked: searched, body } = await probe.ask(address, { accept: fhirJson });
    if (matchesOf(body).some(({ url }) => url === system)) return searched;
  }
  return asked;
}
