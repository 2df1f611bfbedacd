/** Twin worlds for those who are logged in: researchers, applications with scopes, patients, committees, writers. See ../../SECURITY.md */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AccessContext } from '../../src/conditions/access-context.ts';
import { canonical } from '../../src/fhir/canonical.ts';
import { human, patient, research, scopes, withAskers } from './askers.ts';
import {
  committee,
  composedOf,
  concept,
  confidential,
  consent,
  forPurpose,
  group,
  obligation,
  tagged,
  value,
  visa,
} from './statements.ts';
import { startTwins, type Twins } from './twin-worlds.ts';
import { finding, library, licence, person } from './world.ts';

const askers: Record<string, AccessContext> = {
  // Sees the open data and those for the bona fide.
  researcher: human('ada', {
    purposes: [research],
    visas: [
      {
        type: 'ResearcherStatus',
        value: 'v',
        source: 'https://uni.example',
        by: 'so',
        asserted: 0,
        expires: Number.POSITIVE_INFINITY,
      },
    ],
  }),
  // An application that may see laboratory values and patients.
  scoped: human('ada-by-app', {
    client: 'app',
    scopes: scopes('user/Patient.rs', 'user/Observation.rs?category=laboratory'),
  }),
  // An application of one patient.
  'of-a': patient('a', { patient: 'a', scopes: scopes('patient/*.rs') }),
  self: patient('a'),
  chair: human('chair', { rights: { readAll: false, write: false, committees: ['urn:other-dac'] } }),
};

const listed = (id: string, listing: string, ...more: object[]) => ({
  ...library(id, [committee('urn:dac'), composedOf(listing), ...more]),
  content: undefined,
});
const common = [
  library('open', [licence('CC-BY-4.0')]),
  library('bona-fide', [visa('ResearcherStatus', { by: 'so' }), obligation('NORELINK')]),
  library('closed', [committee('urn:dac')]),
  listed('cohort', 'Group/cohort', obligation('ENCRYPT')),
  ...['a', 'b'].map((id) =>
    person(id, 'open', { gender: 'female', birthDate: '1950-01-01', name: [{ family: 'Offen' }] }),
  ),
  person('c', 'bona-fide', { gender: 'male' }),
  value('lab-a', 'a', 'open', 5),
  value('lab-b', 'b', 'open', 6),
  value('lab-c', 'c', 'bona-fide', 7),
  { ...finding('seen', 'a', 'open', 'x'), evidence: [{ detail: [{ reference: 'Condition/secret' }] }] },
  person('member', 'closed'),
].map((one) => JSON.parse(JSON.stringify(one)) as object);

const grantTo = (project: string) =>
  consent('secret-grant', undefined, {
    provision: forPurpose(research),
    more: {
      category: [concept(`${canonical.accessCode}|grant`)],
      extension: [
        {
          url: canonical.grant,
          extension: [
            { url: 'data-set', valueReference: { reference: 'Library/closed' } },
            { url: 'project', valueString: project },
            { url: 'level', valueCode: 'record' },
          ],
        },
      ],
    },
  });

interface Fact {
  name: string;
  worlds: readonly [readonly object[], readonly object[]];
  planted: readonly string[];
}
const facts: readonly Fact[] = [
  {
    name: 'that an open patient is in a closed cohort',
    worlds: [[group('cohort', 'Patient/b', 'Patient/member')], [group('cohort', 'Patient/member')]],
    // What the cohort obliges to stands on its Library, which is open.
    planted: [],
  },
  {
    name: 'a diagnosis in a closed data set, and where it leads',
    worlds: [
      [{ ...finding('secret', 'b', 'closed', 'rare'), evidence: [{ detail: [{ reference: 'Condition/seen' }] }] }],
      [],
    ],
    planted: ['rare', '"id":"secret"'],
  },
  {
    name: 'a very restricted value of another patient',
    worlds: [
      [{ ...value('secret', 'b', 'open', 7.77), ...tagged('open', confidential('V')) }],
      [{ ...value('secret', 'b', 'open', 8.88), ...tagged('open', confidential('V')) }],
    ],
    planted: ['7.77', '8.88', '"id":"secret"'],
  },
  {
    name: 'to which project a committee granted closed data',
    worlds: [[grantTo('secret-project')], []],
    planted: ['secret-grant'],
  },
  {
    name: 'that there is a data set nobody may know of',
    worlds: [
      [{ ...library('secret', [committee('urn:dac')], { title: 'Geheim' }), ...tagged(undefined, confidential('V')) }],
      [],
    ],
    planted: ['Geheim', '"id":"secret"'],
  },
  {
    name: 'a request of someone else for access',
    worlds: [
      [
        {
          resourceType: 'Task',
          id: 'secret',
          status: 'requested',
          businessStatus: concept(`${canonical.accessCode}|requested`),
          intent: 'order',
          code: concept(`${canonical.accessCode}|access-request`),
          focus: { reference: 'Library/closed' },
          owner: { identifier: { system: canonical.uri, value: 'urn:dac' } },
          requester: { identifier: { system: 'urn:x', value: 'person https://login.example.org someone' } },
          authoredOn: '2026-01-01T00:00:00Z',
        },
      ],
      [],
    ],
    planted: ['"id":"secret"', 'someone'],
  },
];

const requests = [
  ...[
    'Patient/b',
    'Patient/member',
    'Condition/secret',
    'Observation/secret',
    'Library/secret',
    'Task/secret',
    'Group/cohort',
    'Consent/secret-grant',
  ].flatMap((path) => [path, `${path}/_history`]),
  'Patient',
  'Patient/a',
  'Patient/a/_history/1',
  'Patient?_summary=count',
  'Patient?_total=accurate&_count=1',
  'Patient?_in=Group/cohort',
  'Patient?_has:Group:member:_id=cohort',
  'Patient?_has:Condition:subject:code=rare',
  'Patient?_has:Observation:patient:value-quantity=gt7.5',
  'Patient?_revinclude=*',
  'Group?member=Patient/b',
  'Condition?evidence-detail:Condition.code=rare',
  'Condition?_id=seen&_include=*',
  'Condition?_has:Condition:evidence-detail:code=rare',
  'Observation?_sort=-value-quantity',
  'Observation?_include=*',
  'Observation/$lastn?patient=Patient/b',
  'Patient/a/$everything',
  'Patient/b/$everything',
  'Patient/b/*',
  'Library?title=Geheim',
  'Library',
  '?_content=Geheim',
  'Consent',
  'Task?_summary=count',
  '$access-requests',
  '$explain-search?url=Patient?name=Geheim%26_sort=birthdate',
  '$explain-search?url=Condition?code:below=urn:c|rare%26subject:Patient.gender=female',
  '_history?_count=200',
  'Library/_history?_count=200',
];
const inputs = (values: Record<string, string>) => ({
  resourceType: 'Parameters',
  parameter: Object.entries(values).map(([name, valueString]) => ({ name, valueString })),
});
const posts: readonly [path: string, body: object][] = [
  ['Library/closed/$request-access', inputs({ purpose: research, project: 'secret-project', 'dry-run': 'true' })],
  ['Library/secret/$request-access', inputs({ purpose: research, 'dry-run': 'true' })],
  ['Library/cohort/$request-access', inputs({ purpose: research, 'dry-run': 'true' })],
  ['Task/secret/$decide-access', inputs({ decision: 'grant' })],
  ['Task/secret/$withdraw-access', inputs({})],
  ['Task/secret/$answer-access', inputs({ message: 'x' })],
  ['$explain', inputs({ url: 'Patient/b' })],
];

describe('worlds that differ in all of these facts', () => {
  const planted = facts.flatMap((fact) => fact.planted);
  let twins: Twins;
  beforeAll(async () => {
    const differing = (at: 0 | 1) => facts.flatMap(({ worlds }) => worlds[at]);
    twins = await startTwins(common, [differing(0), differing(1)], withAskers(askers));
  });
  afterAll(async () => {
    for (const { errors } of twins.servers) expect(errors).toEqual([]);
    await twins.close();
  });

  test.each(Object.keys(askers))('%s cannot tell', async (as) => {
    for (const path of requests) {
      const { one, other } = await twins.ask('GET', path, { as });
      expect([path, one]).toEqual([path, other]);
      expect([path, one.status]).not.toEqual([path, 500]);
      const said = JSON.stringify(one).replaceAll('\\"', '"').replaceAll(path, '');
      for (const word of planted)
        if (!path.includes(word)) expect([path, said]).toEqual([path, expect.not.stringContaining(word)]);
    }
    for (const [path, body] of posts) {
      const { one, other } = await twins.ask('POST', path, { as, body });
      expect([path, one]).toEqual([path, other]);
    }
  });

  test('they see what is theirs to see', async () => {
    const count = async (as: string) =>
      (await twins.servers[0].ask('GET', 'Patient?_summary=count', { as })).body['total'];
    expect([await count('researcher'), await count('scoped'), await count('of-a'), await count('chair')]).toEqual([
      3, 2, 1, 2,
    ]);
  });
});
