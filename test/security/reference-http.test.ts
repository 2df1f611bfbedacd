/** Generated worlds over HTTP: what a server answers is what the rule gives, record by record, no less and no more. See docs/adr/0010-statements-and-effects.md */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AccessContext } from '../../src/conditions/access-context.ts';
import type { Scope, ScopeLetter } from '../../src/conditions/scope.ts';
import type { Resource } from '../../src/fhir/json.ts';
import { asker, world as worlds } from '../conditions/generators.ts';
import { referenceLevel } from '../conditions/reference-decision.ts';
import { now, type World, type WorldRecord } from '../conditions/world.ts';
import { type Answer, startServer, type TestServer } from '../server.ts';
import { scopes, withAskers } from './askers.ts';
import { concept } from './statements.ts';

const seed = 20_260_615;
const worldsTried = Number(process.env['FAIRWAY_WORLDS'] ?? 12);
const askersPerWorld = 10;

// ------------------------------------------------------------------------------------------ askers with scopes

const scopeTexts = [
  'user/*.rs',
  'user/Observation.rs',
  'user/Observation.rs?code=urn:c|x',
  'user/Observation.r',
  'user/Observation.s?code=urn:c|y',
  'user/Condition.s',
  'user/Patient.rs?gender=female',
  'patient/*.rs',
  'patient/Observation.rs?code=x',
];
const scoped: fc.Arbitrary<AccessContext> = fc
  .tuple(
    asker,
    fc.option(fc.subarray(scopeTexts, { maxLength: 4 }), { nil: undefined, freq: 2 }),
    fc.option(fc.constantFrom('1', '2'), { nil: undefined }),
  )
  .map(([context, texts, patient]) => ({
    ...context,
    ...(texts === undefined ? {} : { scopes: scopes(...texts) }),
    ...(patient === undefined ? {} : { patient }),
  }));

// ------------------------------------------------------------------------------------------ the rule, over HTTP

const text = ({ system, code }: any): string => `${system}|${code}`;
const codesOf = (resource: any): string[] => (resource.code?.coding ?? []).map(text);
const genders: Record<string, string> = { '1': 'female', '2': 'male' };

function isInScope(
  scope: Scope,
  letter: ScopeLetter,
  { resource, patients }: WorldRecord,
  own: string | undefined,
): boolean {
  if (!scope.letters.includes(letter) || (scope.type !== '*' && scope.type !== resource.resourceType)) return false;
  if (scope.level === 'patient' && (own === undefined || !patients.includes(`Patient/${own}`))) return false;
  return scope.query.every(([name, value]) =>
    name === 'gender'
      ? resource['gender'] === value
      : codesOf(resource).some((one) => one === value || one.endsWith(`|${value}`)),
  );
}

/** Whether the asker sees the record when doing what the letter stands for. */
function isSeen(world: World, record: WorldRecord, context: AccessContext, letter: ScopeLetter): boolean {
  if (context.expires !== undefined && context.expires <= now) return false;
  const { subject } = context;
  const isOwn =
    subject.kind === 'person' &&
    subject.patient !== undefined &&
    record.patients.includes(`Patient/${subject.patient}`);
  const isGiven =
    isOwn || referenceLevel(world, record, context, now, (code, ancestor) => code === ancestor) === 'record';
  return (
    isGiven &&
    (context.scopes === undefined || context.scopes.some((one) => isInScope(one, letter, record, context.patient)))
  );
}

// ------------------------------------------------------------------------------------------ worlds as servers hold them

const tagsOf = (dataSets: readonly string[]) =>
  dataSets.map((one) => ({ system: 'urn:ds', code: one.slice('Library/'.length) }));

/** The record as FHIR allows it: the first person is its subject, others performed or asserted it, or took part. */
function asResource({ resource, dataSets, patients }: WorldRecord, isR5: boolean): Resource {
  const { resourceType, id, meta, code, effectiveDateTime, performer = [] } = resource as any;
  const [subject, ...others] = patients.map((reference) => ({ reference }));
  const tags = tagsOf(dataSets);
  const common = {
    resourceType,
    id: String(id),
    ...(meta === undefined && tags.length === 0
      ? {}
      : { meta: { ...meta, ...(tags.length === 0 ? {} : { tag: tags }) } }),
    code: code ?? { text: 'none' },
    subject: subject!, // there is one at least
  };
  if (resourceType === 'Observation') {
    const all = [...performer, ...others];
    return {
      ...common,
      status: 'final',
      ...(effectiveDateTime === undefined ? {} : { effectiveDateTime }),
      ...(all.length === 0 ? {} : { performer: all }),
    };
  }
  return {
    ...common,
    clinicalStatus: concept('http://terminology.hl7.org/CodeSystem/condition-clinical|active'),
    ...(others.length === 0 ? {} : isR5 ? { participant: [{ actor: others[0]! }] } : { asserter: others[0]! }),
  };
}

const patientRecord = (id: string, dataSets: readonly string[]): WorldRecord => ({
  dataSets,
  patients: [`Patient/${id}`],
  resource: { resourceType: 'Patient', id, gender: genders[id]! },
});

const asPatient = ({ resource, dataSets }: WorldRecord): Resource => ({
  ...resource,
  ...(dataSets.length === 0 ? {} : { meta: { tag: tagsOf(dataSets) } }),
});

/** What the version demands and the generators leave out. */
function asStated(statement: Resource, isR5: boolean): Resource {
  if (statement.resourceType === 'Library') {
    return { ...statement, content: [{ url: `Observation?_tag=urn:ds|${String(statement['id'])}` }] };
  }
  if (isR5 || statement.resourceType !== 'Consent' || statement['category'] !== undefined) return statement;
  return { ...statement, category: [concept('urn:category|none')] };
}

const versions = [
  ['R4B', 'R4'],
  ['R5', 'R5'],
] as const;

describe.each(versions)('in %s', (fhirVersion) => {
  const isR5 = fhirVersion === 'R5';
  const askers = fc.sample(scoped, { numRuns: worldsTried * askersPerWorld, seed: seed + 1 });
  let server: TestServer;
  beforeAll(async () => {
    const named = Object.fromEntries(askers.map((context, at) => [`asker-${at}`, context]));
    server = await startServer({ fhirVersion, now: () => now, ...withAskers(named) });
    await server.load([{ resourceType: 'Practitioner', id: '1' }]);
  });
  afterAll(async () => {
    expect(server.errors).toEqual([]);
    await server.close();
  });

  const put = async (resource: Resource): Promise<boolean> => {
    const { status } = await server.ask('PUT', `${resource.resourceType}/${String(resource['id'])}`, {
      body: resource,
    });
    return status === 200 || status === 201;
  };

  /** Writes the world, and gives what of it the server took. What it refuses is stated nowhere. */
  async function settle({ statements, records }: World): Promise<World> {
    for (const type of ['Consent', ...(isR5 ? ['Permission'] : [])]) {
      const { body } = await server.ask('GET', `${type}?_count=100`);
      for (const one of body['entry'] ?? []) await server.ask('DELETE', `${type}/${one.resource.id}`);
    }
    const plain = records.map((one): WorldRecord => ({ ...one, resource: asResource(one, isR5) }));
    const persons = [patientRecord('1', records[0]!.dataSets), patientRecord('2', records[1]!.dataSets)].map(
      (one): WorldRecord => ({ ...one, resource: asPatient(one) }),
    );
    for (const id of ['1', '2', '3']) {
      // The number may have been another type's before.
      for (const type of ['Observation', 'Condition']) await server.ask('DELETE', `${type}/${id}`);
    }
    for (const { resource } of [...persons, ...plain]) expect(await put(resource)).toBe(true);
    const taken: Resource[] = [];
    for (const one of statements.map((statement) => asStated(statement, isR5))) {
      if (await put(one)) taken.push(one);
      // A data set that was not taken would be the one of the world before.
      else if (one.resourceType === 'Library') await server.ask('DELETE', `Library/${String(one['id'])}`);
    }
    return { statements: taken, records: [...persons, ...plain], revoked: [] };
  }

  const found = ({ status, body }: Answer): string[] => {
    if (status === 401) return [];
    expect([status, status === 200 ? '' : JSON.stringify(body)]).toEqual([200, '']);
    const entries = (body['entry'] ?? []) as { resource?: { resourceType: string; id: string } }[];
    return [
      ...new Set(
        entries.flatMap(({ resource }) => (resource === undefined ? [] : `${resource.resourceType}/${resource.id}`)),
      ),
    ].sort();
  };

  async function compare(world: World, context: AccessContext, as: string): Promise<number> {
    const nameOf = ({ resource }: WorldRecord): string => `${resource.resourceType}/${String(resource['id'])}`;
    const searched = world.records.filter((one) => isSeen(world, one, context, 's'));
    const select = (type: string, holds: (resource: any) => boolean = () => true): WorldRecord[] =>
      searched.filter(({ resource }) => resource.resourceType === type && holds(resource));
    const names = (records: readonly WorldRecord[]): string[] => [...new Set(records.map(nameOf))].sort();
    const has = (code: string) => (resource: any) => codesOf(resource).includes(code);
    const about = (patient: string) => (resource: any) => resource.subject?.reference === patient;
    const [observations, patients] = [select('Observation'), select('Patient')];
    const isSubjectOf = (some: readonly WorldRecord[]) => (resource: any) =>
      some.some((one) => about(`Patient/${resource.id}`)(one.resource));
    const women = patients.filter(({ resource }) => resource['gender'] === 'female');
    const ofWomen = select('Observation', (one) => women.some((woman) => about(nameOf(woman))(one)));
    const withX = select('Observation', has('urn:c|x'));
    const expectations: [path: string, expected: string[]][] = [
      [
        '?_type=Patient,Observation,Condition',
        names(searched.filter(({ resource }) => resource.resourceType !== 'Library')),
      ],
      ['Observation?code=urn:c|x', names(withX)],
      ['Observation?code:not=urn:c|x', names(select('Observation', (one) => !has('urn:c|x')(one)))],
      ['Condition?code=y,z', names(select('Condition', (one) => has('urn:c|y')(one) || has('urn:c|z')(one)))],
      ['Observation?subject=Patient/1', names(select('Observation', about('Patient/1')))],
      ['Observation?date=2026-06-15', names(select('Observation', (one) => one.effectiveDateTime === '2026-06-15'))],
      ['Observation?date:missing=true', names(select('Observation', (one) => one.effectiveDateTime === undefined))],
      ['Observation?subject:Patient.gender=female', names(ofWomen)],
      ['Patient?_has:Observation:subject:code=urn:c|x', names(select('Patient', isSubjectOf(withX)))],
      [
        'Condition?subject:Patient._has:Observation:subject:code=urn:c|x',
        names(
          select('Condition', (one) =>
            select('Patient', isSubjectOf(withX)).some((patient) => about(nameOf(patient))(one)),
          ),
        ),
      ],
      [
        'Observation?_include=Observation:subject',
        names([...observations, ...select('Patient', isSubjectOf(observations))]),
      ],
      [
        'Patient?_revinclude=Observation:subject',
        names([
          ...patients,
          ...select('Observation', (one) => patients.some((patient) => about(nameOf(patient))(one))),
        ]),
      ],
      ['Patient/2/Observation', names(observations.filter((one) => one.patients.includes('Patient/2')))],
      ['Observation?_id=1,2,3', names(observations)],
    ];
    for (const [path, expected] of expectations)
      expect([path, found(await server.ask('GET', path, { as }))]).toEqual([path, expected]);
    // Tombstones of the worlds before keep the class that they had.
    const present = new Set(names(world.records));
    const versions = found(await server.ask('GET', 'Observation/_history?_count=1000', { as }));
    expect(versions.filter((one) => present.has(one))).toEqual(names(observations));
    const paged = await server.ask('GET', 'Observation?_sort=-date&_count=2&_total=accurate', { as });
    if (paged.status !== 401) {
      expect(paged.body['total']).toBe(observations.length);
      const dates = (paged.body['entry'] ?? []).map((one: any) => one.resource.effectiveDateTime ?? '');
      expect(dates).toEqual(
        observations
          .map(({ resource }) => String(resource['effectiveDateTime'] ?? ''))
          .sort()
          .reverse()
          .slice(0, 2),
      );
    }
    let seen = 0;
    for (const record of world.records) {
      const isRead = isSeen(world, record, context, 'r');
      if (isRead) seen++;
      for (const path of [nameOf(record), `${nameOf(record)}/_history`]) {
        const { status } = await server.ask('GET', path, { as });
        expect([path, status === 401 ? 404 : status]).toEqual([path, isRead ? 200 : 404]);
      }
    }
    return seen;
  }

  test.each(fc.sample(worlds, { numRuns: worldsTried, seed }).map((world, at) => [at, world] as const))(
    'world %i',
    async (at, generated) => {
      const world = await settle(generated);
      let seen = 0;
      for (let index = 0; index < askersPerWorld; index++) {
        const number = at * askersPerWorld + index;
        try {
          seen += await compare(world, askers[number]!, `asker-${number}`);
        } catch (error) {
          const told = { world, asker: askers[number] };
          throw new Error(`${(error as Error).message}\n${JSON.stringify(told, null, 1)}`, { cause: error });
        }
      }
      totals.push(seen);
    },
  );

  const totals: number[] = [];
  test('askers saw some, and not all', () => {
    // Agreement on nothing but refusals would say little.
    const all = worldsTried * askersPerWorld * 5;
    const sum = totals.reduce((a, b) => a + b, 0);
    expect(sum).toBeGreaterThan(all / 50);
    expect(sum).toBeLessThan(all / 2);
  });
});
