/** Interoperable, the record and the data: formats and vocabularies that others know. https://www.go-fair.org/fair-principles/ */
import type { Json } from '../../../fhir/json.ts';
import { codingsIn } from '../element.ts';
import type { AssessmentFacts } from '../facts.ts';
import { fail, type Measure, type Measurement, notMeasured, partial, pass } from '../measurement.ts';
import {
  isFound,
  isReached,
  listed,
  named,
  seen,
  statedTypes,
  systemsOf,
  unlessPatientsOnly,
  withToken,
} from '../seen.ts';

const fhirTypes = new Set(['application/fhir+json', 'application/fhir+xml']);
const serveFhir = 'Answer with the media types of FHIR: application/fhir+json, application/fhir+xml.';

const i1Metadata: Measure = {
  id: 'RDA-I1-01M',
  measured:
    'Media types with which the record answers when JSON and XML are asked for: one of FHIR passes; plain JSON or XML passes in part.',
  remedy: serveFhir,
  measure({ metadata: { json, xml } }) {
    if (json.isNotAsked === true) return notMeasured(seen(json), serveFhir);
    const types = [json, xml].filter(isFound).map(({ contentType }) => contentType ?? 'no media type');
    if (types.some((one) => fhirTypes.has(one))) return pass(`the record comes as ${listed([...new Set(types)])}`);
    if (types.some((one) => /[/+](?:json|xml)$/.test(one)))
      return partial(`the record comes as ${listed(types)}, not as FHIR`, serveFhir);
    return fail(types.length === 0 ? seen(json) : `the record comes as ${listed(types)}`, serveFhir);
  },
};

/** Formats that a program reads by an open specification. */
const openFormat =
  /^(?:application\/(?:fhir\+(?:json|xml|ndjson)|json|ld\+json|xml|ndjson|x-ndjson|dicom|vnd\.apache\.parquet|x-hdf5?|netcdf|geo\+json)|text\/(?:csv|tab-separated-values|turtle)|image\/(?:tiff|png|jpeg)|application\/fhir\+turtle)$/;
const packed = /^application\/(?:zip|gzip|x-tar|x-7z-compressed)$/;

const stateFormat = 'Give the data as FHIR, or state the media type of each file in Library.content.contentType.';

const i1Data: Measure = {
  id: 'RDA-I1-01D',
  measured:
    'Records that were read are FHIR; files have a media type with an open specification (packed ones pass in part). Of restricted data: their server speaks FHIR.',
  remedy: stateFormat,
  measure(facts) {
    const { sample, data } = facts;
    if (sample.resources.length > 0) return pass(`${sample.resources.length} records were read as FHIR`);
    const reached = data.filter(isReached);
    const spoken = reached.find(({ server }) => server?.fhirVersion !== undefined);
    if (spoken?.server !== undefined)
      return pass(`no record was read, but ${spoken.server.base} speaks FHIR ${spoken.server.fhirVersion}`);
    if (reached.length === 0) return nothingSeen(facts);
    const types = reached.map(({ asked, reference }) => asked.contentType ?? reference.contentType ?? 'no media type');
    if (types.some((one) => openFormat.test(one))) return pass(`the data come as ${listed(types)}`);
    if (types.some((one) => packed.test(one)))
      return partial(`the data come as ${listed(types)}: what is inside is not said`, stateFormat);
    return fail(`the data come as ${listed(types)}`, stateFormat);
  },
};

/** Data of which nothing could be read are not judged, data that are not there are. */
function nothingSeen({ data }: AssessmentFacts): Measurement {
  const remedy = 'Refer to the data in the record so that they can be looked at.';
  const [first] = data;
  if (first === undefined) return fail('the record refers to no data', remedy);
  return notMeasured(`nothing of the data could be read: ${seen(first.asked)}`, remedy);
}

const code = 'Use codes with the canonical URL of their code system where the element takes codes.';

const i1MachineMetadata: Measure = {
  id: 'RDA-I1-02M',
  measured:
    'Codings of the record that have a system, on a server that names its FHIR version, by whose definitions machines know all elements.',
  remedy: code,
  measure({ metadata: { record, server } }) {
    const coded = codingsIn(record).filter(({ system }) => system !== undefined).length;
    const version = server.fhirVersion;
    if (coded > 0 && version !== undefined) return pass(`FHIR ${version} with ${coded} codes of named systems`);
    if (coded === 0 && version === undefined)
      return fail(`no codes of named systems, and no FHIR version: ${seen(server.asked)}`, code);
    return coded === 0
      ? partial(`FHIR ${version} without codes of named systems`, code)
      : partial(
          `${coded} codes of named systems, but the server names no FHIR version`,
          'State fhirVersion in the CapabilityStatement.',
        );
  },
};

const codeData = 'Code what the records say: diagnoses, substances, observations.';

const i1MachineData: Measure = {
  id: 'RDA-I1-02D',
  measured:
    'Records that were read and have codes with a system: half of those that are no Patient pass, any pass in part. Of restricted data: dataRequirement says types and codes.',
  remedy: codeData,
  measure(facts) {
    const resources = clinical(facts.sample.resources);
    const coded = resources.filter((one) => codingsIn(one).some(({ system }) => system !== undefined)).length;
    const reason = `${coded} of ${resources.length} records have codes of named systems`;
    if (resources.length > 0) {
      if (coded * 2 >= resources.length) return pass(reason);
      return coded > 0 ? partial(reason, codeData) : unlessPatientsOnly(facts, fail(reason, codeData));
    }
    if (!facts.data.some(isReached)) return nothingSeen(facts);
    const { server } = facts.data.find(isReached)!;
    if (server?.fhirVersion === undefined) {
      return facts.data.some(
        ({ asked }) => asked.contentType !== undefined && /json|xml|turtle/.test(asked.contentType),
      )
        ? partial('files of structured text, in which nothing was looked at', codeData)
        : fail('files that say nothing to machines', codeData);
    }
    const types = statedTypes(facts);
    if (types.length > 0)
      return pass(`no record was read; the record states ${listed(types)} of FHIR ${server.fhirVersion}`);
    return notMeasured('no record could be read, and the record does not say of which types the data are', withToken);
  },
};

/** People and lists have few codes by their nature. */
const clinical = (resources: AssessmentFacts['sample']['resources']): AssessmentFacts['sample']['resources'] => {
  const others = resources.filter(({ resourceType }) => !['Patient', 'Group', 'List'].includes(String(resourceType)));
  return others.length > 0 ? others : resources;
};

const useKnown =
  'Replace codes of private systems and codes without a system by codes of published vocabularies (SNOMED CT, LOINC, ATC, ICD, HL7), or publish the code system at its canonical URL.';

const i2Metadata: Measure = {
  id: 'RDA-I2-01M',
  measured:
    'Systems of the codes in the record: known vocabularies and those whose canonical URL answers are FAIR. All must be; half of the codes pass in part.',
  remedy: useKnown,
  measure: (facts) => vocabularies(facts, facts.metadata.record, 'record') ?? fail('the record has no codes', useKnown),
};

const i2Data: Measure = {
  id: 'RDA-I2-01D',
  measured: 'The same for the records that were read; of restricted data for the codes that dataRequirement names.',
  remedy: useKnown,
  measure(facts) {
    const ofSample = vocabularies(facts, facts.sample.resources as Json[], 'data');
    if (ofSample !== undefined) return ofSample;
    if (facts.sample.resources.length > 0)
      return unlessPatientsOnly(facts, fail('the records that were read have no codes', codeData));
    const stated = vocabularies(facts, facts.metadata.record['dataRequirement'], 'dataRequirement');
    if (stated !== undefined) return stated;
    if (!facts.data.some(isReached)) return nothingSeen(facts);
    const remedy = `${withToken} Or name the codes in dataRequirement.codeFilter.`;
    return notMeasured(`no codes were seen: no record of ${listed(facts.data.map(named))} could be read`, remedy);
  },
};

function vocabularies(facts: AssessmentFacts, value: Json | undefined, where: string): Measurement | undefined {
  const systems = systemsOf(value);
  if (systems.size === 0) return undefined;
  let good = 0;
  let all = 0;
  const names: string[] = [];
  const bad: string[] = [];
  for (const [system, count] of systems) {
    const facet = facts.vocabularies[system];
    const isFair = facet?.known !== undefined || (facet?.resolved !== undefined && isFound(facet.resolved));
    all += count;
    if (isFair) good += count;
    (isFair ? names : bad).push(facet?.known ?? (system === '' ? 'codes without a system' : system));
  }
  const reason = `codes of the ${where}: ${listed(names, 6) || 'none'}${bad.length === 0 ? '' : `; not known to be FAIR: ${listed(bad)}`}`;
  if (bad.length === 0) return pass(reason);
  const remedy = `${useKnown} Not known to be FAIR: ${listed(bad)}.`;
  return good * 2 >= all ? partial(reason, remedy) : fail(reason, remedy);
}

export const interoperableFormats: readonly Measure[] = [
  i1Metadata,
  i1Data,
  i1MachineMetadata,
  i1MachineData,
  i2Metadata,
  i2Data,
];
