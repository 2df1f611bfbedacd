/** Harvesting of metadata over separate servers: what comes, what changes, what goes, what is refused. See docs/reference/harvest.md */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canonical } from '../../src/fhir/canonical.ts';
import type { JsonObject, Resource } from '../../src/fhir/json.ts';
import type { TestServer } from '../server.ts';
import {
  dataSet,
  found,
  harvest,
  identifier,
  memberRecords,
  putAll,
  startRegistry,
  startRepository,
  until,
} from './harvest-world.ts';

const servers: TestServer[] = [];
const start = async (server: Promise<TestServer>): Promise<TestServer> => {
  const one = await server;
  servers.push(one);
  return one;
};
afterAll(async () => {
  for (const one of servers) await one.close();
});

const extensionOf = (resource: Resource | undefined, url: string): JsonObject[] =>
  ((resource?.['extension'] ?? []) as JsonObject[]).filter((one) => one['url'] === url);
const byIdentifier = (id: string): string => `Library?identifier=${encodeURIComponent(identifier(id))}`;

describe('a member', () => {
  let repository: TestServer;
  let registry: TestServer;
  beforeAll(async () => {
    repository = await start(startRepository());
    registry = await start(startRegistry());
    await putAll(registry, memberRecords(repository, 'member'));
    await putAll(repository, [
      ...memberRecords(repository, 'self'),
      { resourceType: 'Group', id: 'one', type: 'person', actual: false },
      {
        resourceType: 'ResearchStudy',
        id: 'study',
        status: 'active',
        title: 'A study',
        sponsor: { reference: 'Organization/org-self' },
      },
      dataSet(repository.base, 'one'),
      dataSet(repository.base, 'two', { extension: [{ url: canonical.embargo, valueDate: '2999-01-01' }] }),
      { resourceType: 'Patient', id: 'p', meta: { tag: [{ system: 'https://data.example/tag', code: 'one' }] } },
      {
        resourceType: 'Group',
        id: 'named',
        type: 'person',
        actual: true,
        member: [{ entity: { reference: 'Patient/p' } }],
      },
    ]);
  });

  test('is harvested the first time: its metadata, with their origin, and no patient', async () => {
    const report = await harvest(registry, repository.base);
    expect(report.how).toBe('everything');
    const [one] = await found(registry, byIdentifier('one'));
    expect(one).toMatchObject({ title: 'Data set one', meta: { source: `${repository.base}/Library/one` } });
    expect(extensionOf(one, canonical.hop)).toEqual([{ url: canonical.hop, valueUrl: repository.base }]);
    expect(await found(registry, 'ResearchStudy')).toHaveLength(1);
    const patients = await registry.ask('GET', 'Patient');
    expect(patients.body['total']).toBe(0);
    expect((await registry.ask('GET', 'Group')).body['total']).toBe(1);
  });

  test('keeps references: those to metadata lead within the registry, those to data to the member', async () => {
    const [one] = await found(registry, byIdentifier('one'));
    const related = extensionOf(one, canonical.relatedContent)[0] as Record<string, any>;
    expect(related['valueRelatedArtifact'].extension[0].valueReference.reference).toBe(`${repository.base}/Group/one`);
    const [group] = await found(registry, 'Group');
    expect(one?.['subjectReference']).toEqual({
      reference: `Group/${group!['id']}`,
      identifier: { system: canonical.uri, value: `${repository.base}/Group/one` },
    });
    // Chains, reverse chains and inclusion work over what was harvested.
    expect(await found(registry, 'ResearchStudy?sponsor.name=Organisation')).toHaveLength(1);
    expect(await found(registry, 'Organization?_has:ResearchStudy:sponsor:title=A')).toHaveLength(1);
    expect(await found(registry, 'ResearchStudy?_include=ResearchStudy:sponsor')).toHaveLength(2);
    // The Endpoint that the registry's steward wrote is not doubled.
    expect(await found(registry, 'Endpoint')).toHaveLength(1);
  });

  test('has its committee decide where the data are', async () => {
    const committee = { url: canonical.committee, valueReference: { reference: 'Organization/org-self' } };
    const before = dataSet(repository.base, 'one');
    const extension = [...(before['extension'] as JsonObject[]), committee];
    await putAll(repository, [{ ...before, extension }]);
    await harvest(registry, repository.base);
    const [one] = await found(registry, byIdentifier('one'));
    expect(extensionOf(one, canonical.committee)).toMatchObject([
      { valueReference: { reference: `${repository.base}/Organization/org-self` } },
    ]);
    await putAll(repository, [before]);
    await harvest(registry, repository.base);
  });

  test('has provenance for each record, for everyone to read but where a Group or labels are', async () => {
    const [one] = await found(registry, byIdentifier('one'));
    const { body } = await registry.ask('GET', `Provenance?target=Library/${one!['id']}`, { as: '' });
    const [entry] = body['entry'] as { resource: Record<string, any> }[];
    expect(entry!.resource['agent'][1].who.reference).toBe('Endpoint/member');
    expect(entry!.resource['entity'].map((source: any) => source.what.reference)).toContain(
      `${repository.base}/Library/one`,
    );
    const [group] = await found(registry, 'Group');
    const ofGroup = (as: string) => registry.ask('GET', `Provenance?target=Group/${group!['id']}`, { as });
    expect([(await ofGroup('')).body['total'], (await ofGroup('reader')).body['total']]).toEqual([0, 1]);
  });

  test('is harvested by its changes afterwards', async () => {
    await putAll(repository, [dataSet(repository.base, 'one', { title: 'Data set one, renewed' })]);
    const report = await harvest(registry, repository.base);
    expect([report.how, report.counts['taken']]).toEqual(['changes', 1]);
    expect(await found(registry, byIdentifier('one'))).toMatchObject([{ title: 'Data set one, renewed' }]);
    expect((await harvest(registry, repository.base)).counts).not.toHaveProperty('taken');
  });

  test('whose data set is deleted leaves a retired record, other records go', async () => {
    await repository.ask('DELETE', 'Library/one');
    await repository.ask('DELETE', 'ResearchStudy/study');
    const report = await harvest(registry, repository.base);
    expect(report.counts).toMatchObject({ retired: 1, removed: 1 });
    expect(await found(registry, byIdentifier('one'))).toMatchObject([
      { status: 'retired', title: 'Data set one, renewed' },
    ]);
    expect(await found(registry, 'ResearchStudy')).toEqual([]);
    await putAll(repository, [dataSet(repository.base, 'one')]);
    await harvest(registry, repository.base);
    expect(await found(registry, byIdentifier('one'))).toMatchObject([{ status: 'active', title: 'Data set one' }]);
  });

  test('whose data set is withdrawn without a trace is found out when everything is compared', async () => {
    await putAll(repository, [dataSet(repository.base, 'closed')]);
    await harvest(registry, repository.base);
    await repository.ask('POST', 'Library/closed/$expunge', {
      body: { resourceType: 'Parameters', parameter: [{ name: 'reason', valueString: 'withdrawn' }] },
    });
    await harvest(registry, repository.base);
    expect(await found(registry, byIdentifier('closed'))).toMatchObject([{ status: 'active' }]);
    await harvest(registry, repository.base, [{ name: 'full', valueBoolean: true }]);
    expect(await found(registry, byIdentifier('closed'))).toMatchObject([{ status: 'retired' }]);
  });

  test('may not publish identifiers or data of others, nor open data of the registry', async () => {
    await putAll(repository, [
      dataSet(repository.base, 'foreign', {
        identifier: [{ system: canonical.uri, value: 'https://others.example/x' }],
      }),
      dataSet('https://others.example/fhir', 'foreign-data'),
      dataSet(registry.base, 'trap'),
      { resourceType: 'Library', id: 'rules', status: 'active', type: { text: 'other' } },
    ]);
    const { issues, counts } = await harvest(registry, repository.base);
    expect(counts['refused']).toBe(3);
    expect(issues.join('\n')).toContain(
      'Library/foreign: the identifier https://others.example/x is not what this member speaks for; a steward can permit it by fairway admit --speaks-for, which Endpoint/member then states',
    );
    expect(issues.join('\n')).toContain(
      'Library/foreign-data: it names data that are not at this member: https://others.example/fhir/Patient',
    );
    expect(issues.join('\n')).toContain(`Library/trap: it names data of this server itself: ${registry.base}/Patient`);
    for (const id of ['foreign-data', 'trap']) expect(await found(registry, byIdentifier(id))).toEqual([]);
  });

  test('that leaves the community takes its records along', async () => {
    const other = await start(startRepository());
    await putAll(registry, memberRecords(other, 'leaver'));
    await putAll(other, [
      dataSet(other.base, 'left'),
      { resourceType: 'Group', id: 'left', type: 'person', actual: false },
    ]);
    await harvest(registry, other.base);
    expect(await found(registry, byIdentifier('left'))).toMatchObject([{ status: 'active' }]);
    await putAll(registry, memberRecords(other, 'leaver', [{ url: canonical.membership, valueCode: 'left' }]));
    const again = await start(
      startRegistry({ database: registry.address, baseUrl: registry.base, harvestSeconds: 3600 }),
    );
    await until(async () => (await found(registry, byIdentifier('left')))[0]?.['status'] === 'retired');
    await again.app.jobs.close();
    const refused = await registry.ask('POST', `$harvest?address=${encodeURIComponent(other.base)}`);
    expect(refused.status).toBe(404);
  });
});

test('a data set that states conditions here states none when a record of another server takes its place', async () => {
  const repository = await start(startRepository());
  const tag = [{ system: 'https://data.example/tag', code: 'x' }];
  await putAll(repository, [dataSet(repository.base, 'x'), { resourceType: 'Patient', id: 'p', meta: { tag } }]);
  expect(await found(repository, 'Patient')).toHaveLength(1);
  const hop = { url: canonical.hop, valueUrl: 'https://others.example/fhir' };
  await putAll(repository, [dataSet('https://others.example/fhir', 'x', { extension: [hop] })]);
  expect(await found(repository, 'Patient')).toHaveLength(0);
  // One whose data are here states conditions, whatever else it says.
  const own = dataSet(repository.base, 'x');
  const extension = [hop, ...(own['extension'] as JsonObject[])];
  await putAll(repository, [{ ...own, extension }]);
  expect(await found(repository, 'Patient')).toHaveLength(1);
});

test.each(['R4', 'R5'] as const)(
  'a member of FHIR %s is harvested by a registry of the same version',
  async (fhirVersion) => {
    const repository = await start(startRepository({ fhirVersion }));
    const registry = await start(startRegistry({ fhirVersion }));
    const [organization, { payloadType: _, ...endpoint }] = memberRecords(repository, 'member') as [Resource, Resource];
    const connectionType = endpoint['connectionType'] as JsonObject;
    const fitting =
      fhirVersion === 'R5'
        ? { ...endpoint, connectionType: [{ coding: [connectionType] }] }
        : { ...endpoint, payloadType: _! };
    await putAll(registry, [organization, fitting as Resource]);
    await putAll(repository, [dataSet(repository.base, 'versioned')]);
    const { counts, issues } = await harvest(registry, repository.base);
    expect([counts['taken'], issues]).toEqual([1, []]);
    expect(await found(registry, byIdentifier('versioned'))).toHaveLength(1);
  },
);
