/** Reusable: attributes, provenance and the standards of the community. https://www.go-fair.org/fair-principles/ */
import { canonical } from '../../../fhir/canonical.ts';
import { type JsonObject, objectOf, objectsOf } from '../../../fhir/json.ts';
import { isStated } from '../element.ts';
import type { AssessmentFacts, Validated } from '../facts.ts';
import { fail, type Measure, type Measurement, notMeasured, partial, pass } from '../measurement.ts';
import { isFound, isReached, listed, named, seen, statedTypes, withToken } from '../seen.ts';

const licenceExtensions = [canonical.licenceCodeable, canonical.licenceAttachment, canonical.dataUse, canonical.terms];

/** What someone has to know before using data again; one of each row is enough. */
const attributes: readonly (readonly [what: string, elements: readonly string[], extensions?: readonly string[]])[] = [
  ['description', ['description']],
  ['purpose or usage', ['purpose', 'usage', 'objective', 'note']],
  ['who made it (publisher, author)', ['publisher', 'author', 'sponsor', 'principalInvestigator', 'associatedParty']],
  ['contact', ['contact'], [canonical.committee]],
  ['date', ['date', 'period', 'created', 'lastReviewDate', 'approvalDate']],
  ['version', ['version']],
  ['the time of the data (effectivePeriod)', ['effectivePeriod', 'period']],
  [
    'who or what it is about',
    ['subjectCodeableConcept', 'subjectReference', 'useContext', 'condition', 'focus', 'enrollment', 'subject'],
  ],
  ['contents (dataRequirement)', ['dataRequirement', 'entry', 'content']],
  ['licence or copyright', ['copyright', 'copyrightLabel'], licenceExtensions],
  ['documentation (relatedArtifact)', ['relatedArtifact']],
];

const r1: Measure = {
  id: 'RDA-R1-01M',
  measured: `Elements that someone needs who uses the data again: ${attributes.map(([what]) => what).join(', ')}. Eight of the eleven pass, five pass in part.`,
  remedy: 'Add the missing elements to the record.',
  measure({ metadata: { record } }) {
    const urls = new Set(objectsOf(record['extension']).map(({ url }) => url));
    const missing = attributes.filter(
      ([, elements, extensions = []]) =>
        !elements.some((one) => isStated(record, one)) && !extensions.some((url) => urls.has(url)),
    );
    const there = attributes.length - missing.length;
    const names = missing.map(([what]) => what).join(', ');
    const reason = `the record has ${there} of ${attributes.length} attributes${names === '' ? '' : `; without ${names}`}`;
    const remedy = `Add to the record: ${names}.`;
    if (there >= 8) return pass(reason);
    return there >= 5 ? partial(reason, remedy) : fail(reason, remedy);
  },
};

const tell =
  'Write a Provenance whose target is the record: who made it (agent), when (recorded), from what (entity), and let it be found by Provenance?target=.';

const r12: Measure = {
  id: 'RDA-R1.2-01M',
  measured:
    'A Provenance whose target is the record. meta.source, author or the sources in relatedArtifact alone pass in part.',
  remedy: tell,
  measure({ metadata: { record, provenance } }) {
    if (provenance.resources.length > 0)
      return pass(`${provenance.resources.length} Provenance: ${provenance.address}`);
    const stated = [
      ...(isStated(objectOf(record['meta']) ?? {}, 'source') ? ['meta.source'] : []),
      ...['author', 'editor', 'source'].filter((one) => isStated(record, one)),
      ...(derived(record) ? ['relatedArtifact derived-from'] : []),
    ];
    if (stated.length > 0) return partial(`no Provenance, but ${listed(stated)}`, tell);
    return provenance.isNotAsked === true ? notMeasured(seen(provenance), tell) : fail(noProvenance(provenance), tell);
  },
};

const derived = (record: JsonObject): boolean =>
  objectsOf(record['relatedArtifact']).some(({ type }) => type === 'derived-from');

const noProvenance = (asked: AssessmentFacts['metadata']['provenance']): string =>
  isFound(asked) ? `${asked.address} finds nothing` : seen(asked);

const r12Cross: Measure = {
  id: 'RDA-R1.2-02M',
  measured:
    'FHIR’s Provenance maps to W3C PROV. It passes when it names an agent and what happened (activity, entity or the time); else in part.',
  remedy: tell,
  measure({ metadata: { provenance } }) {
    const { resources } = provenance;
    if (resources.length === 0)
      return provenance.isNotAsked === true
        ? notMeasured(seen(provenance), tell)
        : fail(noProvenance(provenance), tell);
    const full = resources.some(
      (one) =>
        objectsOf(one['agent']).some((agent) => isStated(agent, 'who')) &&
        ['activity', 'entity', 'occurredPeriod', 'occurredDateTime'].some((element) => isStated(one, element)),
    );
    const reason = `${resources.length} Provenance: ${provenance.address}`;
    return full ? pass(`${reason}, which map to W3C PROV`) : partial(`${reason}, without agent or activity`, tell);
  },
};

const profilesOf = (resource: JsonObject): string[] => {
  const profiles = objectOf(resource['meta'])?.['profile'];
  return Array.isArray(profiles) ? profiles.filter((one) => typeof one === 'string') : [];
};

const core = 'http://hl7.org/fhir/StructureDefinition/';
const claim =
  'Name the profile in meta.profile: http://hl7.org/fhir/uv/fhir-for-fair/StructureDefinition/Library-uv-f4f.';

const r13Metadata: Measure = {
  id: 'RDA-R1.3-01M',
  measured:
    'meta.profile names a profile beyond FHIR itself, best one of FHIR for FAIR. Without one, the record passes in part when it breaks nothing of FHIR for FAIR.',
  remedy: claim,
  measure({ metadata: { record, issues } }) {
    const profiles = profilesOf(record).filter((one) => !one.startsWith(core));
    if (profiles.length > 0) return pass(`the record claims ${listed(profiles)}`);
    const fault = issues.find(({ severity }) => severity === 'error');
    if (fault === undefined) return partial('the record claims no profile, but breaks nothing of FHIR for FAIR', claim);
    return fail(`the record claims no profile and breaks FHIR for FAIR: ${fault.diagnostics}`, claim);
  },
};

const mend = 'Mend what is found wrong, and name the profile in meta.profile.';

const r13MachineMetadata: Measure = {
  id: 'RDA-R1.3-02M',
  measured:
    'What the profiles of FHIR for FAIR and $validate of the server, where it is offered, find wrong: nothing passes when the record names its profile, in part when it names none.',
  remedy: mend,
  measure({ metadata: { record, issues, validated } }) {
    const fault = issues.find(({ severity }) => severity === 'error');
    if (fault !== undefined) return fail(fault.diagnostics, mend);
    if (validated !== undefined && isFound(validated) && validated.faults > 0) return fail(faultsOf(validated), mend);
    const checked = validated !== undefined && isFound(validated) ? ` nor does ${validated.address}` : '';
    const reason = `FHIR for FAIR finds nothing wrong${checked}`;
    return profilesOf(record).length > 0 ? pass(reason) : partial(`${reason}, but the record names no profile`, claim);
  },
};

const faultsOf = ({ address, faults, reason }: Validated): string =>
  `${address} finds ${faults} faults${reason === undefined ? '' : `: ${reason}`}`;

const claimData =
  'Name the profiles of the records in meta.profile, or as supportedProfile in the CapabilityStatement.';

const r13Data: Measure = {
  id: 'RDA-R1.3-01D',
  measured:
    'Records that name a profile: four of five pass. Else the profiles that the server of the data or dataRequirement names. FHIR alone passes in part, as other formats of the community (DICOM) do.',
  remedy: claimData,
  measure(facts) {
    const { resources } = facts.sample;
    const claiming = resources.filter((one) => profilesOf(one).some((profile) => !profile.startsWith(core)));
    const said = `${claiming.length} of ${resources.length} records name a profile`;
    if (resources.length > 0 && claiming.length * 5 >= resources.length * 4)
      return pass(`${said}: ${listed([...new Set(claiming.flatMap(profilesOf))])}`);
    const stated = statedProfiles(facts);
    if (stated.length > 0) return pass(`profiles that are stated for the data: ${listed(stated)}`);
    if (resources.length > 0) return partial(`${said}; all are FHIR`, claimData);
    return withoutRecords(facts, claimData);
  },
};

function statedProfiles({ data, metadata: { record } }: AssessmentFacts): string[] {
  const required = objectsOf(record['dataRequirement']).flatMap((one) =>
    Array.isArray(one['profile']) ? one['profile'].filter((profile) => typeof profile === 'string') : [],
  );
  const types = new Set(objectsOf(record['dataRequirement']).map(({ type }) => String(type)));
  const supported = data.flatMap(({ server }) =>
    Object.entries(server?.types ?? {}).flatMap(([type, { profiles }]) => (types.has(type) ? profiles : [])),
  );
  return [...new Set([...required, ...supported])].filter((one) => !one.startsWith(core));
}

/** What can be said of data of which no record was read. */
function withoutRecords(facts: AssessmentFacts, remedy: string): Measurement {
  const [first] = facts.data;
  if (first === undefined) return fail('the record refers to no data', remedy);
  const reached = facts.data.find(isReached);
  if (reached === undefined) return notMeasured(`nothing of the data could be read: ${seen(first.asked)}`, withToken);
  const version = reached.server?.fhirVersion;
  if (version !== undefined)
    return partial(`no record was read; ${reached.server!.base} speaks FHIR ${version}`, remedy);
  const type = reached.asked.contentType ?? reached.reference.contentType ?? 'no media type';
  if (/dicom/.test(type)) return partial(`the data come as ${type}`, remedy);
  return fail(`${named(reached)} comes as ${type}, which is no standard for health data`, remedy);
}

const r13MachineData: Measure = {
  id: 'RDA-R1.3-02D',
  measured:
    'What $validate of the server finds wrong in up to three records: nothing passes. Where it is not offered, or no record may be read, FHIR alone passes in part: machines could check it.',
  remedy: 'Offer $validate on the server of the data, and mend what it finds.',
  measure(facts) {
    const checked = facts.sample.validated.filter(isFound);
    const faulty = checked.find(({ faults }) => faults > 0);
    if (faulty !== undefined) return fail(faultsOf(faulty), r13MachineData.remedy);
    if (checked.length > 0) return pass(`${listed(checked.map(({ address }) => address))} find nothing wrong`);
    if (facts.sample.resources.length > 0) {
      const types = listed([...new Set(facts.sample.resources.map(({ resourceType }) => String(resourceType)))]);
      return partial(`${types} of FHIR, which nobody checked`, r13MachineData.remedy);
    }
    const types = statedTypes(facts);
    const reached = facts.data.find(isReached);
    if (reached?.server?.fhirVersion !== undefined && types.length === 0)
      return notMeasured('no record could be read, and the record does not say of which types the data are', withToken);
    return withoutRecords(facts, r13MachineData.remedy);
  },
};

export const reusable: readonly Measure[] = [
  r1,
  r12,
  r12Cross,
  r13Metadata,
  r13Data,
  r13MachineMetadata,
  r13MachineData,
];
