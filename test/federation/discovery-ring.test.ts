/** Discovery servers that know each other: whoever walks them visits each once, and finds what all of them name. https://hl7.org/fhir/uv/fhir-for-fair/STU1/deployment.html */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient, readQuestion } from '../../src/federation/client/index.ts';
import { fhirVersions } from '../../src/fhir/definitions/model.ts';
import { startServer, type TestServer } from '../server.ts';

const names = ['one', 'two', 'three'];
let discovery: TestServer[];
let repositories: TestServer[];
beforeAll(async () => {
  discovery = await Promise.all(
    fhirVersions.map((fhirVersion) => startServer({ fhirVersion, roles: ['discovery'], admission: 'automatic' })),
  );
  repositories = await Promise.all(names.map(() => startServer({ roles: ['repository'] })));
  await Promise.all(
    repositories.map(async (repository, at) => {
      await repository.load([
        { resourceType: 'Group', id: 'all', type: 'person', actual: true, member: [] },
        {
          resourceType: 'Library',
          id: 'set',
          status: 'active',
          title: names[at],
          identifier: [{ system: 'urn:ietf:rfc:3986', value: `urn:set:${names[at]}` }],
          type: {
            coding: [{ system: 'http://terminology.hl7.org/CodeSystem/library-type', code: 'asset-collection' }],
          },
        },
      ]);
      // Each discovery server knows one repository and the next discovery server.
      for (const address of [repository.base, discovery[(at + 1) % 3]!.base]) {
        const body = { resourceType: 'Parameters', parameter: [{ name: 'address', valueUrl: address }] };
        const joined = await discovery[at]!.ask('POST', '$join', { as: '', body });
        expect(joined.status, joined.text).toBe(200);
      }
    }),
  );
});
afterAll(() => Promise.all([...discovery, ...repositories].map((server) => server.close())));

test('a ring of three, each of another FHIR version, is walked once round from any of them', async () => {
  const question = readQuestion({ patients: { all: [{ age: { from: 65 } }] } });
  for (const { base } of discovery) {
    const { datasets, trace, problems } = await createClient({}).find({ discovery: [base] }, question);
    expect(problems).toEqual([]);
    expect(datasets.map(({ title }) => title).sort()).toEqual([...names].sort());
    const asked = trace.filter(({ step }) => step === 'discover');
    expect(new Set(asked.map(({ server }) => server))).toEqual(new Set(discovery.map((one) => one.base)));
    const requests = asked.map(({ server, request }) => `${server} ${request}`);
    expect(requests).toEqual([...new Set(requests)]);
  }
});
