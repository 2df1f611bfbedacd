/** What is spoilt of a very good data set, which indicator shows it, and what it says to do. https://doi.org/10.15497/rda00050 */
import type { ProbeSettings } from '../../src/federation/client/assess/assess-probe.ts';
import { canonical } from '../../src/fhir/canonical.ts';
import { outside, refusal, type World } from './assess-world.ts';

export interface Spoilt {
  /** without RDA- */
  id: string;
  what: string;
  spoil(world: World): void;
  state: 'pass' | 'partial' | 'fail' | 'not-measured' | 'not-applicable';
  reason?: RegExp;
  remedy?: RegExp;
  settings?: (world: World) => ProbeSettings;
}

const withoutData = ({ record }: World): void => {
  record['extension'] = record['extension'].filter((one: { url: string }) => one.url !== canonical.relatedContent);
};
const artifactOf = ({ record }: World) => record['extension'][1].valueRelatedArtifact;
const referenceOf = (world: World) => artifactOf(world).extension[0].valueReference;
const refersTo =
  (reference: string) =>
  (world: World): void => {
    artifactOf(world).extension[0].valueReference = { reference };
  };
/** The data are one file, which the repository gives as this. */
const aFile =
  (type: string, name = 'file') =>
  (world: World): void => {
    withoutData(world);
    const { repository, record } = world;
    record['content'] = [{ url: outside(repository, name) }];
    repository.instead = ({ path }) => (path.startsWith('/') ? { status: 200, type, body: 'x' } : undefined);
  };
/** Whoever has no token gets nothing of the data. */
const restricted = ({ repository }: World): void => {
  repository.instead = ({ path }) => (/^(?:Group|Patient|Condition)/.test(path) ? refusal(401, 'log in') : undefined);
};
const withoutSecurity = (world: World, name: 'registry' | 'repository'): void => {
  world[name].smart = undefined;
  world[name].capabilities['rest'][0].security = {};
};
const withToken = ({ registry }: World): ProbeSettings => ({ tokens: { [registry.base]: 'secret' } });
const closedRecord = ({ registry }: World): void => {
  registry.instead = ({ path, token }) => (path === 'Library/good' && token === undefined ? refusal(401) : undefined);
};
const privateCode = { system: 'http://127.0.0.1:1/codes', code: 'x' };
/** Patients alone, found by a search. */
const patientsOnly = (world: World): void => {
  refersTo(`${world.repository.base}/Patient?_tag=x`)(world);
  delete world.record['dataRequirement'];
};

export const spoilt: readonly Spoilt[] = [
  {
    id: 'F1-01M',
    what: 'an identifier without a system',
    spoil: ({ record }) => (record['identifier'] = [{ value: '17' }]),
    state: 'fail',
    remedy: /add an identifier.*DOI/i,
  },
  {
    id: 'F1-01M',
    what: 'an identifier on the server itself',
    spoil: ({ record, registry }) =>
      (record['identifier'] = [{ system: canonical.uri, value: `${registry.base}/Library/good` }]),
    state: 'partial',
    remedy: /does not change/,
  },
  {
    id: 'F1-01M',
    what: 'a DOI as the guide writes it',
    spoil: ({ record }) => (record['identifier'] = [{ system: 'https://doi.org', value: '10.13026/c4n5-3b04' }]),
    state: 'pass',
    reason: /10\.13026/,
    settings: () => ({ refuse: (address) => (address.includes('doi.org') ? 'no net' : undefined) }),
  },
  { id: 'F1-01D', what: 'no reference to data', spoil: withoutData, state: 'fail', remedy: /Group is enough/ },
  {
    id: 'F1-01D',
    what: 'data with an address alone',
    spoil: (world) => {
      delete referenceOf(world).identifier;
      delete world.group['identifier'];
    },
    state: 'partial',
    remedy: /identifier/,
  },
  {
    id: 'F1-02M',
    what: 'a copy of the record with the same identifier',
    spoil: ({ registry, record }) => registry.resources.push({ ...record, id: 'copy' }),
    state: 'fail',
    remedy: /of its own/,
  },
  {
    id: 'F1-02M',
    what: 'an identifier without a system',
    spoil: ({ record }) => (record['identifier'] = [{ value: '17' }]),
    state: 'fail',
    remedy: /urn:ietf:rfc:3986/,
  },
  {
    id: 'F1-02M',
    what: 'no identifier at all',
    spoil: ({ record }) => delete record['identifier'],
    state: 'partial',
    remedy: /Add an identifier/,
  },
  { id: 'F1-02D', what: 'no reference to data', spoil: withoutData, state: 'fail', remedy: /urn:ietf:rfc:3986/ },
  {
    id: 'F1-02D',
    what: 'an identifier of the data without a system, and no address',
    spoil: (world) => (artifactOf(world).extension[0].valueReference = { identifier: { value: '17' } }),
    state: 'fail',
    remedy: /urn:ietf:rfc:3986/,
  },
  {
    id: 'F2-01M',
    what: 'a record that says next to nothing',
    spoil: ({ record }) => {
      for (const name of [
        'title',
        'description',
        'purpose',
        'publisher',
        'date',
        'topic',
        'jurisdiction',
        'dataRequirement',
        'effectivePeriod',
      ])
        delete record[name];
    },
    state: 'fail',
    remedy: /title, description, publisher, date, topic, place, contents/,
  },
  {
    id: 'F2-01M',
    what: 'a record without topic, date and place',
    spoil: ({ record }) => {
      for (const name of ['topic', 'date', 'jurisdiction']) delete record[name];
    },
    state: 'partial',
    remedy: /Add to the record: date, topic, place/,
  },
  { id: 'F3-01M', what: 'no reference to data', spoil: withoutData, state: 'fail', remedy: /library-relatedContent/ },
  {
    id: 'F3-01M',
    what: 'a literal reference alone',
    spoil: (world) => delete referenceOf(world).identifier,
    state: 'partial',
    reason: /no identifier/,
    remedy: /both/,
  },
  {
    id: 'F3-01M',
    what: 'an identifier alone',
    spoil: (world) => delete referenceOf(world).reference,
    state: 'partial',
    reason: /no address/,
    remedy: /both/,
  },
  {
    id: 'F4-01M',
    what: 'a server that does not search',
    spoil: ({ registry }) =>
      (registry.instead = ({ path }) => (path === 'Library' ? refusal(405, 'no search') : undefined)),
    state: 'fail',
    reason: /405: no search/,
    remedy: /_since/,
  },
  {
    id: 'F4-01M',
    what: 'a search that does not find the record',
    spoil: ({ registry }) =>
      (registry.instead = ({ path }) =>
        path === 'Library' ? { status: 200, body: { resourceType: 'Bundle' } } : undefined),
    state: 'fail',
    reason: /does not find the record/,
    remedy: /search of its type/,
  },
  {
    id: 'F4-01M',
    what: 'no history',
    spoil: ({ registry }) =>
      (registry.instead = ({ path }) => (path === 'Library/_history' ? refusal(404) : undefined)),
    state: 'partial',
    remedy: /_since/,
  },
  {
    id: 'A1-01M',
    what: 'no data and nobody to ask',
    spoil: (world) => {
      withoutData(world);
      delete world.record['contact'];
    },
    state: 'fail',
    remedy: /contact/,
  },
  {
    id: 'A1-01M',
    what: 'restricted data and nobody to ask',
    spoil: (world) => {
      restricted(world);
      delete world.record['contact'];
    },
    state: 'partial',
    remedy: /access-committee/,
  },
  {
    id: 'A1-02M',
    what: 'a record for those with a token, of which nobody says how to get one',
    spoil: (world) => {
      closedRecord(world);
      withoutSecurity(world, 'registry');
    },
    settings: withToken,
    state: 'fail',
    remedy: /everyone read the record/,
  },
  {
    id: 'A1-02M',
    what: 'a record for those with a token',
    spoil: closedRecord,
    settings: withToken,
    state: 'partial',
    remedy: /everyone read the record/,
  },
  {
    id: 'A1-02M',
    what: 'a record with nothing for people',
    spoil: ({ record }) => {
      delete record['title'];
      delete record['description'];
    },
    state: 'partial',
    remedy: /title and a description/,
  },
  {
    id: 'A1-02D',
    what: 'data that are gone',
    spoil: ({ repository }) => (repository.resources = []),
    state: 'fail',
    reason: /404/,
    remedy: /leads to them/,
  },
  {
    id: 'A1-02D',
    what: 'restricted data and nobody to ask',
    spoil: (world) => {
      restricted(world);
      delete world.record['contact'];
    },
    state: 'partial',
    remedy: /whom to ask/,
  },
  { id: 'A1-02D', what: 'no data but someone to ask', spoil: withoutData, state: 'pass', reason: /a contact/ },
  {
    id: 'A1-03M',
    what: 'an identifier that leads nowhere',
    spoil: ({ record }) => (record['identifier'] = [{ system: canonical.uri, value: 'http://127.0.0.1:1/nothing' }]),
    state: 'partial',
    reason: /found by search only/,
    remedy: /Register the identifier/,
  },
  {
    id: 'A1-03M',
    what: 'an identifier that leads nowhere and is not found',
    spoil: ({ registry }) =>
      (registry.instead = ({ path }) => (path === 'Library' || path.startsWith('/') ? refusal(404) : undefined)),
    state: 'fail',
    reason: /leads nowhere/,
    remedy: /\?identifier=/,
  },
  {
    id: 'A1-03M',
    what: 'no identifier at all',
    spoil: ({ record }) => delete record['identifier'],
    state: 'partial',
    remedy: /\?identifier=/,
  },
  {
    id: 'A1-03D',
    what: 'data that are gone',
    spoil: ({ repository }) => (repository.resources = []),
    state: 'fail',
    reason: /404/,
    remedy: /Mend or remove/,
  },
  {
    id: 'A1-03D',
    what: 'one of two references that leads nowhere',
    spoil: ({ record, repository }) => (record['content'] = [{ url: `${repository.base}/Group/none` }]),
    state: 'partial',
    reason: /1 of 2/,
    remedy: /Mend or remove/,
  },
  {
    id: 'A1-04M',
    what: 'a record that is a file',
    spoil: ({ registry }) =>
      (registry.instead = ({ path }) =>
        path === 'metadata'
          ? refusal(404)
          : path === 'Library/good'
            ? { status: 200, type: 'application/json', body: registry.resources[0] }
            : undefined),
    state: 'fail',
    remedy: /CapabilityStatement/,
  },
  {
    id: 'A1-04M',
    what: 'a server without CapabilityStatement',
    spoil: ({ registry }) => (registry.instead = ({ path }) => (path === 'metadata' ? refusal(404) : undefined)),
    state: 'partial',
    remedy: /CapabilityStatement/,
  },
  {
    id: 'A1-04D',
    what: 'data in a bucket',
    spoil: refersTo('s3://bucket/data'),
    state: 'fail',
    reason: /s3:\/\/bucket/,
    remedy: /HTTP/,
  },
  {
    id: 'A1-05D',
    what: 'a page instead of data',
    spoil: aFile('text/html'),
    state: 'fail',
    reason: /page/,
    remedy: /leads to them/,
  },
  {
    id: 'A1-05D',
    what: 'restricted data, and programs are told nothing',
    spoil: (world) => {
      restricted(world);
      withoutSecurity(world, 'repository');
    },
    state: 'partial',
    remedy: /smart-configuration/,
  },
  {
    id: 'A1.1-01M',
    what: 'a record for those with a token, of which nobody says how to get one',
    spoil: (world) => {
      closedRecord(world);
      withoutSecurity(world, 'registry');
    },
    settings: withToken,
    state: 'fail',
    remedy: /where programs get a token/,
  },
  {
    id: 'A1.1-01M',
    what: 'a record for those with a token of a kind that is named',
    spoil: (world) => {
      closedRecord(world);
      world.registry.smart = undefined;
    },
    settings: withToken,
    state: 'partial',
    remedy: /where programs get a token/,
  },
  {
    id: 'A1.1-01M',
    what: 'a record for those with a token by an open standard',
    spoil: closedRecord,
    settings: withToken,
    state: 'pass',
    reason: /\/token/,
  },
  { id: 'A1.1-01D', what: 'data in a bucket', spoil: refersTo('s3://bucket/data'), state: 'fail', remedy: /HTTP/ },
  { id: 'A1.2-01D', what: 'data in a bucket', spoil: refersTo('s3://bucket/data'), state: 'fail', remedy: /HTTP/ },
  {
    id: 'A1.2-01D',
    what: 'a refusal without explanation',
    spoil: (world) => {
      withoutSecurity(world, 'repository');
      world.repository.instead = ({ path }) =>
        path.startsWith('Group') ? { ...refusal(401), headers: { 'www-authenticate': 'Basic realm="x"' } } : undefined;
    },
    state: 'partial',
    reason: /asks for Basic/,
    remedy: /SMART or OAuth/,
  },
  {
    id: 'A1.2-01D',
    what: 'open data on a server that says nothing of security',
    spoil: (world) => withoutSecurity(world, 'repository'),
    state: 'partial',
    remedy: /SMART or OAuth/,
  },
  {
    id: 'A2-01M',
    what: 'data inside the record',
    spoil: ({ record }) => (record['content'] = [{ contentType: 'text/csv', data: 'eA==' }]),
    state: 'fail',
    reason: /content\.data/,
    remedy: /apart from data/,
  },
  {
    id: 'A2-01M',
    what: 'one server for both that keeps nothing',
    spoil: (world) => {
      const { registry, repository } = world;
      registry.resources = [
        ...registry.resources.filter(({ status }) => status !== 'retired'),
        ...repository.resources,
      ];
      registry.capabilities['rest'][0].resource = [];
      refersTo(`${registry.base}/Group/g`)(world);
    },
    state: 'not-measured',
    reason: /cannot be seen from outside/,
    remedy: /retired/,
  },
  {
    id: 'A2-01M',
    what: 'one server for both that keeps versions',
    spoil: (world) => {
      const { registry, repository } = world;
      registry.resources = [
        ...registry.resources.filter(({ status }) => status !== 'retired'),
        ...repository.resources,
      ];
      refersTo(`${registry.base}/Group/g`)(world);
    },
    state: 'pass',
    reason: /versions/,
  },
  {
    id: 'I1-01M',
    what: 'a record as plain text',
    spoil: ({ registry }) =>
      (registry.instead = ({ path }) =>
        path === 'Library/good' ? { status: 200, type: 'text/plain', body: registry.resources[0] } : undefined),
    state: 'fail',
    remedy: /application\/fhir\+json/,
  },
  {
    id: 'I1-01M',
    what: 'a record as plain JSON',
    spoil: ({ registry }) =>
      (registry.instead = ({ path }) =>
        path === 'Library/good' ? { status: 200, type: 'application/json', body: registry.resources[0] } : undefined),
    state: 'partial',
    remedy: /application\/fhir\+json/,
  },
  { id: 'I1-01D', what: 'data as PDF', spoil: aFile('application/pdf'), state: 'fail', remedy: /contentType/ },
  { id: 'I1-01D', what: 'data as ZIP', spoil: aFile('application/zip'), state: 'partial', remedy: /contentType/ },
  { id: 'I1-01D', what: 'data as CSV', spoil: aFile('text/csv'), state: 'pass', reason: /text\/csv/ },
  {
    id: 'I1-02M',
    what: 'no codes and no FHIR version',
    spoil: ({ record, registry }) => {
      for (const name of ['type', 'topic', 'jurisdiction', 'extension']) delete record[name];
      delete registry.capabilities['fhirVersion'];
    },
    state: 'fail',
    remedy: /code system/,
  },
  {
    id: 'I1-02M',
    what: 'no codes',
    spoil: ({ record }) => {
      for (const name of ['type', 'topic', 'jurisdiction', 'extension']) delete record[name];
    },
    state: 'partial',
    remedy: /code system/,
  },
  {
    id: 'I1-02M',
    what: 'no FHIR version',
    spoil: ({ registry }) => delete registry.capabilities['fhirVersion'],
    state: 'partial',
    remedy: /fhirVersion/,
  },
  {
    id: 'I1-02D',
    what: 'records without codes',
    spoil: ({ condition }) => (condition['code'] = { text: 'ill' }),
    state: 'fail',
    remedy: /diagnoses/,
  },
  {
    id: 'I1-02D',
    what: 'one coded record of three',
    spoil: ({ condition, repository }) =>
      repository.resources.push({ ...condition, id: '2', code: {} }, { ...condition, id: '3', code: {} }),
    state: 'partial',
    remedy: /diagnoses/,
  },
  { id: 'I1-02D', what: 'data as PDF', spoil: aFile('application/pdf'), state: 'fail', remedy: /diagnoses/ },
  { id: 'I1-02D', what: 'data as JSON', spoil: aFile('application/json'), state: 'partial', remedy: /diagnoses/ },
  {
    id: 'I2-01M',
    what: 'private codes only',
    spoil: ({ record }) => {
      record['topic'] = record['type'] = record['jurisdiction'] = { coding: [privateCode] };
      record['extension'][0].valueCodeableConcept.coding = [privateCode];
    },
    state: 'fail',
    remedy: /127\.0\.0\.1:1\/codes/,
  },
  {
    id: 'I2-01M',
    what: 'one private code',
    spoil: ({ record }) => (record['topic'] = [{ coding: [privateCode] }]),
    state: 'partial',
    remedy: /127\.0\.0\.1:1\/codes/,
  },
  {
    id: 'I2-01M',
    what: 'a private code whose system the server publishes',
    spoil: ({ record, registry }) => {
      record['topic'] = [{ coding: [privateCode] }];
      registry.resources.push({ resourceType: 'CodeSystem', id: 'c', url: privateCode.system });
    },
    state: 'pass',
    reason: /codes/,
  },
  {
    id: 'I2-01M',
    what: 'no codes',
    spoil: ({ record }) => {
      for (const name of ['type', 'topic', 'jurisdiction', 'extension']) delete record[name];
    },
    state: 'fail',
    remedy: /SNOMED CT/,
  },
  {
    id: 'I2-01D',
    what: 'private codes only',
    spoil: ({ condition }) => (condition['code'] = { coding: [privateCode, { code: 'y' }] }),
    state: 'fail',
    reason: /without a system/,
    remedy: /SNOMED CT/,
  },
  {
    id: 'I2-01D',
    what: 'no codes',
    spoil: ({ condition }) => delete condition['code'],
    state: 'fail',
    remedy: /diagnoses/,
  },
  {
    id: 'I2-01D',
    what: 'restricted data of which the record names codes',
    spoil: (world) => {
      restricted(world);
      world.record['dataRequirement'] = [
        { type: 'Condition', codeFilter: [{ code: [{ system: 'http://snomed.info/sct', code: '1' }] }] },
      ];
    },
    state: 'pass',
    reason: /dataRequirement: SNOMED CT/,
  },
  {
    id: 'I3-01M',
    what: 'no references',
    spoil: ({ record }) => {
      delete record['relatedArtifact'];
      delete record['subjectReference'];
    },
    state: 'fail',
    remedy: /relatedArtifact/,
  },
  {
    id: 'I3-01M',
    what: 'references that lead nowhere',
    spoil: ({ record }) => {
      delete record['subjectReference'];
      record['relatedArtifact'][0].url = 'http://127.0.0.1:1/x';
    },
    state: 'partial',
    remedy: /documentation/,
  },
  { id: 'I3-01D', what: 'patients alone', spoil: patientsOnly, state: 'fail', remedy: /refer to each other/ },
  { id: 'I3-02M', what: 'no reference to data', spoil: withoutData, state: 'fail', remedy: /composed-of/ },
  {
    id: 'I3-02M',
    what: 'data that are gone',
    spoil: ({ repository }) => (repository.resources = []),
    state: 'partial',
    remedy: /composed-of/,
  },
  { id: 'I3-02D', what: 'patients alone', spoil: patientsOnly, state: 'fail', remedy: /subject, encounter/ },
  {
    id: 'I3-03M',
    what: 'a reference that does not say what it is to',
    spoil: ({ record }) => {
      delete record['relatedArtifact'];
      delete record['subjectReference'];
      record['extension'].push({
        url: 'http://hl7.org/fhir/uv/fhir-for-fair/StructureDefinition/subjectOther',
        valueReference: { reference: 'Organization/o' },
      });
    },
    state: 'fail',
    remedy: /subjectOther/,
  },
  {
    id: 'I3-03M',
    what: 'no references',
    spoil: ({ record }) => {
      delete record['relatedArtifact'];
      delete record['subjectReference'];
    },
    state: 'fail',
    remedy: /relatedArtifact/,
  },
  { id: 'I3-04M', what: 'no reference to data', spoil: withoutData, state: 'fail', remedy: /composed-of/ },
  {
    id: 'I3-04M',
    what: 'an address in content alone',
    spoil: aFile('text/csv'),
    state: 'partial',
    remedy: /composed-of/,
  },
  {
    id: 'R1-01M',
    what: 'a record that says next to nothing',
    spoil: ({ record }) => {
      for (const name of [
        'description',
        'purpose',
        'publisher',
        'contact',
        'date',
        'version',
        'effectivePeriod',
        'subjectReference',
      ])
        delete record[name];
    },
    state: 'fail',
    remedy: /Add to the record: description, purpose or usage/,
  },
  {
    id: 'R1-01M',
    what: 'a record that says half',
    spoil: ({ record }) => {
      for (const name of ['purpose', 'contact', 'version', 'effectivePeriod', 'subjectReference']) delete record[name];
    },
    state: 'partial',
    remedy: /purpose or usage, contact, version/,
  },
  {
    id: 'R1.1-01M',
    what: 'no licence',
    spoil: ({ record }) => {
      delete record['copyright'];
      record['extension'].shift();
    },
    state: 'fail',
    remedy: /licenceCodeable/,
  },
  {
    id: 'R1.1-01M',
    what: 'a copyright alone',
    spoil: ({ record }) => record['extension'].shift(),
    state: 'partial',
    reason: /Clinic/,
    remedy: /licenceCodeable/,
  },
  {
    id: 'R1.1-01M',
    what: 'a licence in words',
    spoil: ({ record }) => {
      record['extension'].shift();
      record['copyright'] = 'Creative Commons Attribution';
    },
    state: 'pass',
    reason: /in words/,
  },
  {
    id: 'R1.1-02M',
    what: 'a code that SPDX does not have',
    spoil: ({ record }) => (record['extension'][0].valueCodeableConcept.coding[0].code = 'mine'),
    state: 'fail',
    reason: /mine/,
    remedy: /spdx-license/,
  },
  {
    id: 'R1.1-02M',
    what: 'a document of its own',
    spoil: ({ record }) =>
      (record['extension'][0] = {
        url: canonical.licenceAttachment,
        valueAttachment: { url: 'https://example.org/terms' },
      }),
    state: 'partial',
    remedy: /spdx-license/,
  },
  {
    id: 'R1.1-02M',
    what: 'the page of a standard licence',
    spoil: ({ record }) =>
      (record['extension'][0] = {
        url: canonical.licenceAttachment,
        valueAttachment: { url: 'https://creativecommons.org/licenses/by/4.0/' },
      }),
    state: 'pass',
    reason: /creativecommons/,
  },
  {
    id: 'R1.1-02M',
    what: 'a licence in words',
    spoil: ({ record }) => {
      record['extension'].shift();
      record['copyright'] = 'CC-BY 4.0';
    },
    state: 'partial',
    remedy: /spdx-license/,
  },
  {
    id: 'R1.1-02M',
    what: 'no licence',
    spoil: ({ record }) => record['extension'].shift(),
    state: 'fail',
    remedy: /spdx-license/,
  },
  {
    id: 'R1.1-03M',
    what: 'a copyright alone',
    spoil: ({ record }) => record['extension'].shift(),
    state: 'fail',
    remedy: /licenceCodeable/,
  },
  {
    id: 'R1.1-03M',
    what: 'a document',
    spoil: ({ record }) =>
      (record['extension'][0] = {
        url: canonical.licenceAttachment,
        valueAttachment: { url: 'https://example.org/terms' },
      }),
    state: 'partial',
    remedy: /licenceCodeable/,
  },
  {
    id: 'R1.2-01M',
    what: 'no Provenance',
    spoil: ({ registry, provenance }) => (registry.resources = registry.resources.filter((one) => one !== provenance)),
    state: 'fail',
    reason: /finds nothing/,
    remedy: /Provenance\?target=/,
  },
  {
    id: 'R1.2-01M',
    what: 'an author but no Provenance',
    spoil: ({ registry, provenance, record }) => {
      registry.resources = registry.resources.filter((one) => one !== provenance);
      record['author'] = [{ name: 'A' }];
    },
    state: 'partial',
    reason: /author/,
    remedy: /Provenance/,
  },
  {
    id: 'R1.2-02M',
    what: 'no Provenance',
    spoil: ({ registry, provenance }) => (registry.resources = registry.resources.filter((one) => one !== provenance)),
    state: 'fail',
    remedy: /agent/,
  },
  {
    id: 'R1.2-02M',
    what: 'a Provenance that names nobody',
    spoil: ({ provenance }) => (provenance['agent'] = []),
    state: 'partial',
    remedy: /agent/,
  },
  {
    id: 'R1.3-01M',
    what: 'no profile, and a content without url',
    spoil: ({ record }) => {
      delete record['meta'];
      record['content'] = [{ contentType: 'text/csv' }];
    },
    state: 'fail',
    reason: /content\.url/,
    remedy: /Library-uv-f4f/,
  },
  {
    id: 'R1.3-01M',
    what: 'no profile',
    spoil: ({ record }) => delete record['meta'],
    state: 'partial',
    remedy: /meta\.profile/,
  },
  {
    id: 'R1.3-01D',
    what: 'data as PDF',
    spoil: aFile('application/pdf'),
    state: 'fail',
    remedy: /profiles of the records/,
  },
  {
    id: 'R1.3-01D',
    what: 'records without profiles',
    spoil: ({ repository }) => {
      for (const one of repository.resources) delete one['meta'];
    },
    state: 'partial',
    remedy: /supportedProfile/,
  },
  {
    id: 'R1.3-01D',
    what: 'records without profiles on a server that states some',
    spoil: ({ repository }) => {
      for (const one of repository.resources) delete one['meta'];
      repository.capabilities['rest'][0].resource[1].supportedProfile = ['https://example.org/c'];
    },
    state: 'pass',
    reason: /example\.org\/c/,
  },
  {
    id: 'R1.3-02M',
    what: 'two licences where one may stand',
    spoil: ({ record }) => record['extension'].push(record['extension'][0]),
    state: 'fail',
    reason: /may stand once/,
    remedy: /Mend what is found wrong/,
  },
  {
    id: 'R1.3-02M',
    what: 'a fault that the server finds',
    spoil: ({ registry }) =>
      (registry.instead = ({ path }) =>
        path.endsWith('$validate') ? { status: 200, body: refusal(200, 'bad date').body } : undefined),
    state: 'fail',
    reason: /bad date/,
    remedy: /Mend what is found wrong/,
  },
  {
    id: 'R1.3-02M',
    what: 'no profile',
    spoil: ({ record }) => delete record['meta'],
    state: 'partial',
    remedy: /meta\.profile/,
  },
  {
    id: 'R1.3-02D',
    what: 'a fault that the server finds',
    spoil: ({ repository }) =>
      (repository.instead = ({ path }) =>
        path.endsWith('$validate') ? { status: 200, body: refusal(200, 'bad code').body } : undefined),
    state: 'fail',
    reason: /bad code/,
    remedy: /\$validate/,
  },
  {
    id: 'R1.3-02D',
    what: 'a server that does not validate',
    spoil: ({ repository }) => (repository.capabilities['rest'][0].operation = []),
    state: 'partial',
    reason: /nobody checked/,
    remedy: /\$validate/,
  },
];
