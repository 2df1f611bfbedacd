/** The strongest form of attack: worlds that differ in one protected fact answer every request alike, byte for byte. See ../../SECURITY.md */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canonical } from '../../src/fhir/canonical.ts';
import { startTwins, type Twins } from './twin-worlds.ts';
import { finding, granularityOf, library, licence, person } from './world.ts';

const tagged = (set: string) => ({ meta: { tag: [{ system: 'urn:ds', code: set }] } });
const labelled = (set: string, code: string) => ({
  meta: { tag: [{ system: 'urn:ds', code: set }], security: [{ system: canonical.confidentiality, code }] },
});
const value = (id: string, patient: string, set: string, amount: number) => ({
  resourceType: 'Observation',
  id,
  ...tagged(set),
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '4548-4' }] },
  subject: { reference: `Patient/${patient}` },
  effectiveDateTime: '2025-05-05',
  valueQuantity: { value: amount, unit: '%', system: 'http://unitsofmeasure.org', code: '%' },
});
const refusal = (patient: string) => ({
  resourceType: 'Consent',
  id: `refusal-${patient}`,
  status: 'active',
  scope: { coding: [{ system: canonical.consentScope, code: 'research' }] },
  category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
  patient: { reference: `Patient/${patient}` },
  dateTime: '2025-01-01',
  policyRule: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'OPTOUT' }] },
  provision: { type: 'deny' },
});

/** What both worlds have: an open data set, a closed one, one of counts, and a patient who refused. */
const common = [
  library('open', [licence('CC-BY-4.0')]),
  library('closed', [licence('CC-BY-NC-4.0')]),
  library('counted', [licence('CC-BY-4.0'), granularityOf('count')]),
  ...['a', 'b', 'c'].map((id) => person(`open-${id}`, 'open', { gender: 'female', birthDate: '1950-01-01' })),
  ...['a', 'b', 'c'].map((id) => value(`open-value-${id}`, `open-${id}`, 'open', 5)),
  person('closed-p', 'closed', { gender: 'male', birthDate: '1940-01-01', name: [{ family: 'Plain' }] }),
  // Open patients whose values lie in the closed data set: the case of hapi-fhir issue 6065.
  finding('open-finding', 'open-a', 'open', 'x'),
  ...Array.from({ length: 24 }, (_, at) => person(`counted-${at}`, 'counted', { gender: 'female' })),
  person('refuser', 'open', { gender: 'male', birthDate: '1930-03-03' }),
  refusal('refuser'),
];

interface Fact {
  name: string;
  worlds: readonly [readonly object[], readonly object[]];
  /** words and ids that only the fact brings */
  planted: readonly string[];
}

const facts: readonly Fact[] = [
  {
    name: 'a value of an open patient that lies in a closed data set (hapi-fhir 6065)',
    worlds: [[value('secret-value', 'open-a', 'closed', 7.3)], [value('secret-value', 'open-a', 'closed', 9.9)]],
    planted: ['secret-value', '7.3', '9.9'],
  },
  {
    name: 'that a closed patient exists',
    worlds: [
      [person('secret-p', 'closed', { name: [{ family: 'Geheimrat' }], birthDate: '1911-11-11', gender: 'other' })],
      [],
    ],
    planted: ['secret-p', 'Geheimrat', '1911'],
  },
  {
    name: 'a diagnosis of a patient who refused',
    worlds: [[finding('secret-c', 'refuser', 'open', 'rare')], []],
    planted: ['secret-c', 'rare'],
  },
  {
    name: 'a finding of an open patient with a label beyond the asker’s clearance',
    worlds: [
      [{ ...finding('secret-r', 'open-b', 'open', 'rare'), ...labelled('open', 'V') }],
      [{ ...finding('secret-r', 'open-b', 'open', 'common'), ...labelled('open', 'V') }],
    ],
    planted: ['secret-r', 'rare', 'common'],
  },
  {
    name: 'how few of count-only data have a code',
    worlds: [
      [finding('secret-few', 'counted-1', 'counted', 'rare')],
      [0, 1, 2].map((at) => finding(`secret-few-${at}`, `counted-${at}`, 'counted', 'rare')),
    ],
    planted: ['secret-few'],
  },
];

const ids = ['secret-value', 'secret-p', 'secret-c', 'secret-r', 'secret-few'];
const types = ['Observation', 'Patient', 'Condition', 'Condition', 'Condition'];

/** Every way in, asked of both worlds by someone who may not know the fact. */
const requests: readonly string[] = [
  ...ids.flatMap((id, at) => ['', '/_history', '/_history/1', '/$meta'].map((rest) => `${types[at]}/${id}${rest}`)),
  ...ids.map((id, at) => `${types[at]}?_id=${id}`),
  'Observation',
  'Patient',
  'Condition',
  'Patient?_total=accurate',
  'Patient?_summary=count',
  'Observation?_summary=count',
  'Condition?code=rare&_summary=count',
  'Condition?code=urn:c|rare&_count=0',
  'Patient?_has:Condition:subject:code=rare&_summary=count',
  ...['gt7', 'lt7.31', 'gt9', '7.3', 'ge5'].flatMap((test) => [
    `Patient?_has:Observation:patient:code-value-quantity=http://loinc.org|4548-4$${test}`,
    `Patient?_has:Observation:patient:code-value-quantity=http://loinc.org|4548-4$${test}&_summary=count`,
    `Patient?_has:Observation:patient:value-quantity=${test}`,
    `Observation?value-quantity=${test}`,
    `Observation?code-value-quantity=http://loinc.org|4548-4$${test}&_total=accurate`,
  ]),
  'Observation?code=4548-4&_sort=-value-quantity&_count=2',
  'Observation?_sort=value-quantity',
  'Observation?code=4548-4&_sort=-date',
  'Observation?patient=open-a&_sort=-_lastUpdated',
  'Observation?patient:Patient.gender=female',
  'Observation?subject=Patient/open-a',
  'Observation?subject:missing=false',
  'Observation?value-quantity:missing=true',
  'Patient?name=Geheimrat',
  'Patient?name:contains=heimr',
  'Patient?name:exact=Geheimrat',
  'Patient?birthdate=lt1930',
  'Patient?birthdate=1911',
  'Patient?gender=other',
  'Patient?gender:not=female',
  'Patient?_sort=birthdate',
  'Patient?_sort=-name&_count=1',
  'Patient?_content=Geheimrat',
  'Patient?_text=Geheimrat',
  'Patient?_filter=name eq "Geheimrat" or gender eq other',
  'Patient?_lastUpdated=ge2020',
  'Patient?_tag=urn:ds|closed',
  'Patient?_security:missing=true',
  'Condition?code=rare',
  'Condition?code:not=x',
  'Condition?_security=V',
  'Condition?subject=Patient/refuser',
  'Condition?subject=Patient/open-b',
  'Condition?subject:Patient.birthdate=1930-03-03',
  'Patient?_id=open-a&_revinclude=Observation:subject',
  'Patient?_id=open-b&_revinclude=*',
  'Observation?_include=Observation:subject',
  'Condition?_include:iterate=*',
  'Patient/open-a/$everything',
  'Patient/open-b/$everything',
  'Patient/refuser/$everything',
  'Patient/open-a/Observation',
  'Patient/open-b/*',
  'Patient/refuser/Condition',
  'Observation/$lastn?patient=Patient/open-a&code=4548-4&max=3',
  'Patient/_history',
  'Condition/_history',
  'Observation/_history?_count=2',
  '_history',
  '?_type=Patient,Condition,Observation&_lastUpdated=ge2020',
  '?_content=Geheimrat',
  'Consent',
  'Consent?patient=Patient/refuser',
  'Observation/secret-value/$validate',
  'Library/open/$assess',
  'Library/closed/$assess',
  'Library/counted/$assess',
  'metadata',
  '$access-requests',
  'Patient?nonsense=secret-p',
  'Patient/secret-p/nonsense',
];

const posts: readonly [path: string, body: object, headers?: Record<string, string>][] = [
  [
    '',
    {
      resourceType: 'Bundle',
      type: 'batch',
      entry: [...ids.map((id, at) => `${types[at]}/${id}`), 'Patient?birthdate=1911', 'Condition?code=rare'].map(
        (url) => ({
          request: { method: 'GET', url },
        }),
      ),
    },
  ],
  ['Patient', { resourceType: 'Patient' }, { 'if-none-exist': 'name=Geheimrat' }],
  ['Patient', { resourceType: 'Patient' }, { 'if-none-exist': '_id=secret-p' }],
];

describe.each(facts)('$name', ({ worlds, planted }) => {
  let twins: Twins;
  beforeAll(async () => {
    twins = await startTwins(common, worlds);
  });
  afterAll(async () => {
    await twins.close();
    for (const { errors } of twins.servers) expect(errors).toEqual([]);
  });

  test.each(requests)('GET %s', async (path) => {
    const { one, other } = await twins.ask('GET', path, { as: '' });
    expect(one).toEqual(other);
    expect(one.status).not.toBe(500);
    const asked = decodeURIComponent(path);
    // What was asked is said again in links; beyond that no planted word may come back.
    const said = JSON.stringify(one).replaceAll(asked, '').replaceAll(path, '');
    for (const word of planted) if (!asked.includes(word)) expect(said).not.toContain(word);
  });

  test.each(requests.slice(0, 20))('HEAD and conditional GET %s', async (path) => {
    for (const headers of [{ 'if-none-match': 'W/"1"' }, { 'if-modified-since': 'Wed, 01 Apr 2099 00:00:00 GMT' }]) {
      const { one, other } = await twins.ask('GET', path, { as: '', headers });
      expect(one).toEqual(other);
    }
    const { one, other } = await twins.ask('HEAD', path, { as: '' });
    expect(one).toEqual(other);
  });

  test.each(posts)('POST %s', async (path, body, headers) => {
    const { one, other } = await twins.ask('POST', path, {
      as: '',
      body,
      ...(headers === undefined ? {} : { headers }),
    });
    expect(one).toEqual(other);
  });
});
