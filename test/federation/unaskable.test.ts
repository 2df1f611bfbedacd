/** What cannot be asked or read of a stranger is said, with the reason. https://hl7.org/fhir/uv/fhir-for-fair/STU1/deployment.html */
import { describe, expect, test } from 'vitest';
import { readQuestion } from '../../src/federation/client/index.ts';
import { canonical } from '../../src/fhir/canonical.ts';
import {
  bundle,
  capabilities,
  client,
  type Handler,
  library,
  outcome,
  plain,
  question,
  registry,
  serve,
} from './stranger.ts';

describe('what cannot be asked is said', () => {
  const answerOf = async (base: string, more: object = {}, asked = question) =>
    (await client().find({ registry: [await registry([{ ...library('a', `${base}/Group/1`), ...more }])] }, asked))
      .datasets[0]!.answer;

  test.each<[string, object, Parameters<typeof readQuestion>[0], string, string]>([
    [
      'periods that overlap, where records may not be read',
      {
        extension: [
          { url: canonical.granularity, extension: [{ url: 'level', valueCode: 'count' }] },
          ...library('x', 'http://x.example/fhir/Group/1').extension,
        ],
      },
      { patients: { all: [{ condition: 'x' }, { condition: 'y' }], together: 'overlapping' } },
      'not-askable',
      'no search of its server can say this',
    ],
    [
      'what the record says it does not hold',
      { dataRequirement: [{ type: 'Patient' }, { type: 'Observation' }] },
      { patients: { all: [{ condition: 'x' }] } },
      'not-askable',
      'nothing that carries',
    ],
    [
      'a record that leads nowhere',
      { extension: [] },
      { patients: { all: [{ sex: 'male' }] } },
      'not-askable',
      'where its data are',
    ],
    [
      'a record that grants nothing',
      {
        extension: [
          { url: canonical.granularity, extension: [{ url: 'level', valueCode: 'none' }] },
          ...library('x', 'http://x.example/fhir/Group/1').extension,
        ],
      },
      { patients: { all: [{ sex: 'male' }] } },
      'not-permitted',
      'without approval',
    ],
  ])('%s', async (_, more, asked, state, reason) => {
    const base = await serve(plain);
    const here = JSON.parse(JSON.stringify(more).replaceAll('http://x.example/fhir', base)) as object;
    const answer = await answerOf(base, here, readQuestion(asked));
    expect([answer.state, answer.reason]).toEqual([state, expect.stringContaining(reason)]);
  });

  test('a server that cannot count, of which only counts are granted', async () => {
    const base = await serve(({ path, query }, response, at) => {
      if (path !== 'Patient') return plain({ path, query }, response, at);
      response.statusCode = 501;
      return outcome('not here');
    });
    const counts = { url: canonical.granularity, extension: [{ url: 'level', valueCode: 'count' }] };
    const answer = await answerOf(base, { extension: [...library('a', `${base}/Group/1`).extension, counts] });
    expect([answer.state, answer.reason]).toEqual(['not-askable', expect.stringContaining('may not be read')]);
  });

  test('a total that is missing is made up for by ids', async () => {
    const base = await serve(({ path, query }, response, at) => {
      if (path === 'Patient')
        return bundle([
          { resourceType: 'Patient', id: '1' },
          { resourceType: 'Patient', id: '2' },
        ]);
      if (path === 'Condition')
        return bundle([{ resourceType: 'Condition', id: 'c', subject: { reference: 'Patient/2' } }]);
      if (path === 'Group/1')
        return {
          resourceType: 'Group',
          id: '1',
          member: [{ entity: { reference: 'Patient/2' } }, { entity: { reference: 'Patient/9' } }],
        };
      return plain({ path, query }, response, at);
    });
    expect(await answerOf(base)).toMatchObject({ state: 'counted', patients: 1 });
  });

  test('nobody found in a list that cannot be read is no zero', async () => {
    const base = await serve(({ path, query }, response, at) => {
      if (path === 'Patient') return { resourceType: 'Bundle', type: 'searchset', total: 0 };
      if (path === 'Group/1') {
        response.statusCode = 403;
        return outcome('members are not shown');
      }
      return plain({ path, query }, response, at);
    });
    expect(await answerOf(base)).toMatchObject({ state: 'not-permitted' });
  });

  test.each<[string, unknown, string]>([
    ['no CapabilityStatement', { resourceType: 'Patient' }, 'states no capabilities'],
    ['no FHIR version', { resourceType: 'CapabilityStatement' }, 'names no FHIR version'],
  ])('%s', async (_, metadata, reason) => {
    const base = await serve((request, response, at) =>
      request.path === 'metadata' ? metadata : plain(request, response, at),
    );
    expect((await answerOf(base)).reason).toContain(reason);
  });

  test('a server that states no types is asked with FHIR’s own parameters', async () => {
    const base = await serve((request, response, at) =>
      request.path === 'metadata'
        ? { resourceType: 'CapabilityStatement', fhirVersion: '6.0.0' }
        : plain(request, response, at),
    );
    expect(await answerOf(base)).toMatchObject({ state: 'counted', patients: 7 });
  });
});

test('data sets are chosen by the country whose law they are under', async () => {
  const under = (id: string, ...codes: string[]) => ({
    ...library(id, 'http://x.example/fhir/Group/1'),
    jurisdiction: [{ coding: codes.map((code) => ({ system: 'urn:iso:std:iso:3166', code })) }],
  });
  const from = await registry([under('a', 'NL'), under('b', 'de-BY', 'AT'), under('c', '001'), library('d', 'urn:d')]);
  const listed = async (country: string[]) => {
    const { datasets } = await client().list({ registry: [from] }, readQuestion({ datasets: { country } }));
    return datasets.map(({ title }) => title).sort();
  };
  expect(await listed(['NL', 'FR'])).toEqual(['a']);
  expect(await listed(['DE'])).toEqual(['b']);
  expect(await listed(['ES'])).toEqual([]);
});

describe('records from strangers', () => {
  const recordsOf = async (reference: string, more: object = {}) => {
    const from = await registry([{ ...library('a', reference), ...more }]);
    const { datasets } = await client().list({ registry: [from] }, readQuestion({}));
    const found: string[] = [];
    for await (const { type, resource } of client().get(datasets[0]!)) found.push(`${type}/${String(resource['id'])}`);
    return found.sort();
  };
  const store: Handler = ({ path, query }, response, at) => {
    if (path === 'metadata')
      return {
        ...capabilities(),
        rest: [
          {
            mode: 'server',
            resource: [
              { type: 'Patient' },
              { type: 'Condition', searchParam: [{ name: 'patient' }] },
              { type: 'Medication', searchParam: [{ name: 'code' }] },
            ],
          },
        ],
      };
    if (path === 'List/1')
      return {
        resourceType: 'List',
        id: '1',
        entry: [{ item: { reference: 'Patient/1' } }, { item: { reference: 'Observation/7' } }, { item: {} }],
      };
    if (path === 'Observation/7') return { resourceType: 'Observation', id: '7' };
    if (path === 'Patient') return bundle([{ resourceType: 'Patient', id: '1' }]);
    if (path === 'Condition')
      return bundle(
        [
          { resourceType: 'Condition', id: query.toString().replace(/\W/g, '-') },
          { resourceType: 'OperationOutcome' },
        ].slice(0, 1),
      );
    return plain({ path, query }, response, at);
  };

  test('by list: its persons with their records, and what else it lists', async () => {
    const base = await serve(store);
    expect(await recordsOf(`${base}/List/1`)).toEqual([
      'Condition/patient-Patient-2F1-_count-500',
      'Observation/7',
      'Patient/1',
    ]);
  });

  test('by a search for patients: records of other types through their patient', async () => {
    const base = await serve(store);
    expect(await recordsOf(`${base}/Patient?gender=female`)).toEqual([
      'Condition/patient-3APatient-gender-female-_count-500',
      'Patient/1',
    ]);
  });

  test('of a type that cannot be searched by patient: refused with the reason', async () => {
    const base = await serve(store);
    await expect(
      recordsOf(`${base}/Patient?gender=female`, { dataRequirement: [{ type: 'Medication' }] }),
    ).rejects.toThrow('cannot be searched by patient');
    await expect(recordsOf('urn:nowhere')).rejects.toThrow('leads nowhere');
  });
});
