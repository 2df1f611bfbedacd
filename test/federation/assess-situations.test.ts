/** Assessments where not all is well: restricted data, dead servers, data elsewhere, servers that mean no good. https://hl7.org/fhir/uv/fhir-for-fair/STU1/deployment.html */
import { describe, expect, test } from 'vitest';
import { assessDataset, ServerError } from '../../src/federation/client/index.ts';
import { canonical } from '../../src/fhir/canonical.ts';
import { assessed, goodWorld, indicatorOf, outside, refusal, unmet, type World } from './assess-world.ts';
import { serve } from './stranger.ts';

const restrict = ({ repository }: World, status = 403): void => {
  repository.instead = ({ path, token }) =>
    /^(?:Group|Patient|Condition)/.test(path) && token !== 'approved'
      ? refusal(status, 'ask the committee')
      : undefined;
};

const referTo = ({ record }: World, reference: string): void => {
  record['extension'][1].valueRelatedArtifact.extension[0].valueReference.reference = reference;
};

describe('restricted data', () => {
  test.each([401, 403])(
    'lose nothing by being refused with %i, as long as the record and the server say how to ask',
    async (status) => {
      const world = await goodWorld();
      restrict(world, status);
      const assessment = await assessed(world);
      const faults = assessment.indicators.filter(({ state }) => state === 'fail');
      expect(faults).toEqual([]);
      expect(assessment.score).toBeGreaterThanOrEqual(90);
      expect(assessment.letters.find(({ letter }) => letter === 'A')).toMatchObject({ score: 100, level: 5 });
      expect(indicatorOf(assessment, 'A1-02D').reason).toMatch(/ask the committee; the record names a contact/);
      expect(indicatorOf(assessment, 'A1-05D').reason).toMatch(/restricted; tokens come from .*\/token/);
      // What nobody could look at is said to be so, not guessed.
      expect(['I2-01D', 'I3-01D', 'I3-02D'].map((id) => indicatorOf(assessment, id).state)).toEqual(
        Array(3).fill('not-measured'),
      );
      expect(indicatorOf(assessment, 'I3-01D').remedy).toMatch(/--token/);
    },
  );

  test('are looked at with a token, which goes to their server only', async () => {
    const world = await goodWorld();
    restrict(world);
    const { registry, repository } = world;
    const assessment = await assessed(world, { tokens: { [repository.base]: 'approved' } });
    expect(unmet(assessment)).toEqual([]);
    expect(repository.asked.some(({ token }) => token === 'approved')).toBe(true);
    expect(registry.asked.every(({ token }) => token === undefined)).toBe(true);
    // Web addresses beside the FHIR base are others.
    expect(
      repository.asked.filter(({ address, token }) => !address.startsWith(`${repository.base}/`) || token === undefined)
        .length,
    ).toBeLessThan(repository.asked.length);
  });

  test('that only answer counts show in a search that finds nothing', async () => {
    const world = await goodWorld();
    const { record, repository } = world;
    record['extension'][1].valueRelatedArtifact.extension[0].valueReference.reference =
      `${repository.base}/Patient?_tag=x`;
    record['extension'].push({ url: canonical.granularity, extension: [{ url: 'level', valueCode: 'count' }] });
    repository.resources = [];
    const assessment = await assessed(world);
    expect(indicatorOf(assessment, 'A1-03D')).toMatchObject({
      state: 'pass',
      reason: expect.stringMatching(/gives no records/),
    });
    expect(indicatorOf(assessment, 'A1-02D').state).toBe('pass');
  });

  test('of which a Group is open are not taken for open', async () => {
    const world = await goodWorld();
    delete world.group['member'];
    world.record['extension'].push({
      url: canonical.committee,
      valueReference: { reference: 'Organization/o', display: 'DAC' },
    });
    world.repository.smart = undefined;
    const assessment = await assessed(world);
    expect(indicatorOf(assessment, 'A1-05D')).toMatchObject({
      state: 'partial',
      reason: expect.stringMatching(/no records are given/),
    });
    expect(indicatorOf(assessment, 'A1-01M').reason).toMatch(
      /restricted, and the record names a contact, the committee DAC/,
    );
  });

  test('that need no address: asking is enough', async () => {
    const world = await goodWorld();
    const { record } = world;
    record['extension'] = [
      record['extension'][0],
      {
        url: canonical.dataUse,
        extension: [{ url: 'term', valueCoding: { system: canonical.duo, code: 'DUO_0000006' } }],
      },
    ];
    const assessment = await assessed(world);
    expect(indicatorOf(assessment, 'A1-01M')).toMatchObject({
      state: 'pass',
      reason: expect.stringMatching(/coded terms of data use/),
    });
    expect(indicatorOf(assessment, 'A1-02D').state).toBe('pass');
    expect(indicatorOf(assessment, 'F3-01M').state).toBe('fail');
  });
});

describe('servers that do not answer', () => {
  test('without the record there is nothing to assess', async () => {
    await expect(assessDataset('http://127.0.0.1:1/fhir/Library/x')).rejects.toThrow(
      /the record http:\/\/127\.0\.0\.1:1\/fhir\/Library\/x cannot be read: it cannot be reached/,
    );
    await expect(assessDataset('Library/x')).rejects.toThrow(ServerError);
    const { registry } = await goodWorld();
    await expect(assessDataset(`${registry.base}/Library/none`)).rejects.toThrow(/answered 404: no such resource/);
  });

  test('a dead repository fails what it is there for, and leaves unmeasured what nobody saw', async () => {
    const world = await goodWorld();
    referTo(world, 'http://127.0.0.1:1/fhir/Group/g');
    const assessment = await assessed(world);
    const stateOf = (id: string) => indicatorOf(assessment, id).state;
    expect(['A1-02D', 'A1-03D', 'A1-05D'].map(stateOf)).toEqual(Array(3).fill('fail'));
    expect(indicatorOf(assessment, 'A1-03D').reason).toMatch(/cannot be reached/);
    expect(['A1-04D', 'A1.2-01D', 'I1-01D', 'I1-02D', 'I2-01D', 'R1.3-01D', 'R1.3-02D'].map(stateOf)).toEqual(
      Array(7).fill('not-measured'),
    );
    expect(['F1-01D', 'F3-01M', 'A1.1-01D', 'R1.1-01M'].map(stateOf)).toEqual(Array(4).fill('pass'));
    // What was not measured is not met, whatever the score says.
    expect(assessment.letters.find(({ letter }) => letter === 'A')!.level).toBe(0);
  });

  test('one that is slow is waited for no longer than said', async () => {
    const world = await goodWorld();
    const slow = await serve((_, response) => void setTimeout(() => response.end('{}'), 60_000).unref());
    referTo(world, `${slow}/Group/g`);
    const assessment = await assessed(world, { probe: { requestMs: 150 } });
    expect(indicatorOf(assessment, 'A1-03D').reason).toMatch(/no answer within 0\.15 s/);
  });

  test('an answer that breaks off is no data', async () => {
    const world = await goodWorld();
    const half = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'application/fhir+json', 'content-length': '1000' });
      response.write('{"resourceType":"Gr');
      setTimeout(() => response.destroy(), 20);
    });
    referTo(world, `${half}/Group/g`);
    const assessment = await assessed(world);
    expect(indicatorOf(assessment, 'I2-01D').state).toBe('not-measured');
  });
});

describe('there is an end to it', () => {
  test('so many requests and no more; what was left out is not measured', async () => {
    const world = await goodWorld();
    const assessment = await assessed(world, { probe: { requests: 3 } });
    expect(world.registry.asked.length + world.repository.asked.length).toBe(3);
    expect(unmet(assessment).filter((one) => one.includes('asks 3 times at most')).length).toBeGreaterThan(5);
  });

  test('a record with a thousand members, identifiers and links costs no more than others', async () => {
    const world = await goodWorld();
    const { record, group, registry, repository } = world;
    const many = Array.from({ length: 1000 }, (_, at) => at);
    group['member'] = many.map((at) => ({ entity: { reference: `Patient/${at}` } }));
    record['identifier'].push(
      ...many.map((at) => ({ system: canonical.uri, value: outside(registry, `record-${at}`) })),
    );
    record['relatedArtifact'].push(
      ...many.map((at) => ({ type: 'citation', url: outside(registry, `article-${at}`) })),
    );
    record['content'] = many.map((at) => ({ url: outside(repository, `file-${at}`) }));
    record['topic'] = many.map((at) => ({ coding: [{ system: `http://127.0.0.1:1/${at}`, code: 'x' }] }));
    const assessment = await assessed(world);
    expect(registry.asked.length + repository.asked.length).toBeLessThanOrEqual(120);
    expect(indicatorOf(assessment, 'F1-01M').state).toBe('pass');
  });

  test('all the time that there is', async () => {
    const world = await goodWorld();
    let now = 1_800_000_000_000;
    const assessment = await assessed(world, { now: () => (now += 1000), probe: { totalMs: 10_000 } });
    expect(unmet(assessment).some((one) => one.includes('takes 10 s at most'))).toBe(true);
  });

  test('redirects are followed, without the token where they leave the server, and not for ever', async () => {
    const world = await goodWorld();
    const { registry, repository } = world;
    const elsewhere: (string | undefined)[] = [];
    const other = await serve(({ headers }, response) => {
      elsewhere.push(headers?.authorization);
      response.end('{}');
    });
    registry.instead = ({ path }) =>
      path === '/record' ? { status: 302, headers: { location: `${other}/landing` } } : undefined;
    repository.instead = ({ path }) =>
      path === 'Group/g' ? { status: 302, headers: { location: `${other}/Group/g` } } : undefined;
    const tokens = { [repository.base]: 'secret', [registry.base]: 'secret' };
    await assessed(world, { tokens });
    expect(elsewhere.length).toBeGreaterThanOrEqual(2);
    expect(elsewhere.every((token) => token === undefined)).toBe(true);
    registry.instead = ({ path }) =>
      path === '/record' ? { status: 302, headers: { location: outside(registry, 'record') } } : undefined;
    const { reason } = indicatorOf(await assessed(world), 'A1-03M');
    expect(reason).toMatch(/its redirects have no end/);
  });
});

describe('records of other kinds', () => {
  test('a project that is made of studies has no data of its own', async () => {
    const world = await goodWorld();
    world.record['extension'][1].valueRelatedArtifact.extension[0].valueReference = { reference: 'Library/study' };
    const assessment = await assessed(world);
    const stateOf = (id: string) => indicatorOf(assessment, id).state;
    expect(['F1-01D', 'F3-01M', 'A1-03D', 'I1-01D', 'R1.3-01D'].map(stateOf)).toEqual(Array(5).fill('not-applicable'));
    expect(indicatorOf(assessment, 'A1-03D').reason).toMatch(/assess what it is made of: Library\/study/);
    expect(assessment.letters.find(({ letter }) => letter === 'F')).toMatchObject({ applicable: 4, level: 5 });
    expect(assessment.indicators.find(({ id }) => id === 'RDA-A1-03D')!.maturity).toBe(0);
  });

  test('a List names its items as its data', async () => {
    const world = await goodWorld();
    const { registry, repository } = world;
    world.record = {
      resourceType: 'List',
      id: 'l',
      status: 'current',
      mode: 'working',
      title: 'Items',
      entry: [{ item: { reference: `${repository.base}/Condition/1` } }],
    };
    registry.resources.push(world.record);
    const assessment = await assessed(world);
    expect(indicatorOf(assessment, 'A1-03D').reason).toMatch(/Condition\/1 answered 200/);
    expect(indicatorOf(assessment, 'I3-02D')).toMatchObject({
      state: 'pass',
      reason: expect.stringMatching(/subject/),
    });
    expect(indicatorOf(assessment, 'I3-04M').state).toBe('partial');
  });

  test('a DocumentManifest is identified by its masterIdentifier', async () => {
    const world = await goodWorld();
    const { registry, repository } = world;
    world.record = {
      resourceType: 'DocumentManifest',
      id: 'm',
      status: 'current',
      masterIdentifier: { system: canonical.uri, value: 'urn:uuid:4b1f5c4e-55cf-4b0e-9f0e-4d3f8b1c2a11' },
      content: [{ reference: `${repository.base}/Condition/1` }],
    };
    registry.resources.push(world.record);
    const assessment = await assessed(world);
    expect(indicatorOf(assessment, 'F1-01M')).toMatchObject({
      state: 'pass',
      reason: expect.stringMatching(/urn:uuid/),
    });
    expect(indicatorOf(assessment, 'A1-03D').state).toBe('pass');
  });

  test('a ResearchStudy has no place for its data: what it enrolled counts, and manifests that refer to it', async () => {
    const world = await goodWorld();
    const { registry, repository } = world;
    world.record = { resourceType: 'ResearchStudy', id: 's', status: 'completed', title: 'Study' };
    registry.resources.push(world.record, {
      resourceType: 'DocumentManifest',
      id: 'm',
      content: [{ reference: `${repository.base}/Condition/1` }],
    });
    const assessment = await assessed(world);
    expect(indicatorOf(assessment, 'A1-03D').reason).toMatch(/DocumentManifest\/m answered 200/);
    expect(indicatorOf(assessment, 'I1-02D').state).toBe('pass');
    for (const id of ['F3-01M', 'I3-02M', 'I3-04M']) {
      expect(indicatorOf(assessment, id)).toMatchObject({
        state: 'fail',
        reason: 'the record refers to no data; DocumentManifest.related refers to the record',
      });
    }
    world.record['enrollment'] = [{ reference: `${repository.base}/Group/g` }];
    expect(indicatorOf(await assessed(world), 'I3-02M')).toMatchObject({
      state: 'pass',
      reason: expect.stringMatching(/ResearchStudy\.enrollment refers to .*Group\/g/),
    });
  });
});

describe('data that give nothing', () => {
  test('are missing where nobody says that they are withheld', async () => {
    const world = await goodWorld();
    world.repository.resources = [world.group];
    const assessment = await assessed(world);
    expect(indicatorOf(assessment, 'A1-03D')).toMatchObject({
      state: 'fail',
      reason: expect.stringMatching(/Group\/g gives no records/),
      remedy: expect.stringMatching(/state the conditions/),
    });
    referTo(world, `${world.repository.base}/Patient?_tag=x`);
    expect(indicatorOf(await assessed(world), 'A1-03D').state).toBe('fail');
  });

  test('are withheld where the record states conditions, whatever the server pretends', async () => {
    const world = await goodWorld();
    world.repository.resources = [world.group];
    world.record['extension'].push({ url: canonical.terms, valueUri: 'https://example.org/terms' });
    const assessment = await assessed(world);
    expect(indicatorOf(assessment, 'A1-03D').state).toBe('pass');
    expect(indicatorOf(assessment, 'A1-02D').reason).toMatch(
      /gives no records to this asker; the record names a contact, the terms/,
    );
  });
});

test('who asks over plain HTTP can be overheard, but for this machine', async () => {
  const world = await goodWorld();
  const { repository } = world;
  referTo(world, 'http://repository.example/fhir/Group/g');
  const assessment = await assessed(world, {
    fetch: (address, init) => fetch(String(address).replace('http://repository.example/fhir', repository.base), init),
  });
  expect(indicatorOf(assessment, 'A1.2-01D')).toEqual({
    state: 'partial',
    reason: 'http://repository.example/fhir is not encrypted: who asks can be overheard',
    remedy: 'Serve the data by HTTPS.',
  });
});
