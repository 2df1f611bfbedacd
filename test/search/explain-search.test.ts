/** `$explain-search`: how searches are read, what they cost by their form, and that this tells nothing of what is withheld. See docs/adr/0033-explaining-searches.md */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadDefinitions } from '../../src/fhir/definitions/load.ts';
import { fhirVersions } from '../../src/fhir/definitions/model.ts';
import { explainSearch } from '../../src/search/index.ts';
import { createHash } from '../../src/store/hash.ts';
import { searchRules } from '../conformance/search.cases.ts';
import { human, patient, scopes, withAskers } from '../security/askers.ts';
import { finding, library, licence, person } from '../security/world.ts';
import { type Answer, diagnosticsOf, startServer, type TestServer } from '../server.ts';

interface Told {
  name: string;
  part?: Told[];
  [value: string]: unknown;
}

const valueIn = (one: Told): unknown => one[Object.keys(one).find((name) => name.startsWith('value')) ?? ''];

/** The parts with the name, each as an object of its own parts; those that come more than once as lists. */
function told(answer: Answer, name: string): Record<string, unknown>[] {
  const flat = (one: Told): Record<string, unknown> => {
    const all: Record<string, unknown> = {};
    for (const part of one.part ?? []) {
      const value = part.part === undefined ? valueIn(part) : flat(part);
      all[part.name] = part.name in all ? [all[part.name], value].flat() : value;
    }
    return all;
  };
  return ((answer.body['parameter'] ?? []) as Told[]).filter((one) => one.name === name).map(flat);
}

test.each(fhirVersions)('every search of the table is explained in %s', async (version) => {
  const definitions = await loadDefinitions(version);
  const context = {
    definitions,
    hash: createHash('01'.repeat(32)),
    baseUrls: [],
    now: () => 0,
    handling: 'strict' as const,
    defaultCount: 10,
    maxCount: 100,
  };
  for (const { cases, only } of searchRules) {
    if (only !== undefined && !only.includes(version)) continue;
    for (const [query] of cases) {
      const [path = '', parameters = ''] = query.split('?');
      if (path.includes('/')) continue;
      const place = { types: path === '' ? definitions.resourceTypes : [path], path };
      const pairs = [...new URLSearchParams(parameters)];
      const { parts } = explainSearch(place, pairs, context);
      expect(parts.map(({ name, value }) => [name, value])).toEqual(pairs);
      for (const part of parts) {
        expect([query, part.role]).not.toEqual([query, 'ignored']);
        if (part.role !== 'criterion' || part.name.startsWith('_')) continue;
        expect([query, part.parameters.length > 0, part.values.length > 0]).toEqual([query, true, true]);
      }
    }
  }
});

const askers = {
  stranger: human('stranger'),
  own: patient('a'),
  scoped: human('scoped', {
    client: 'app',
    scopes: scopes('user/Patient.rs', 'user/Observation.rs?category=laboratory'),
  }),
  'narrow-reader': human('narrow', {
    rights: { readAll: true, write: false },
    scopes: scopes('user/Patient.rs'),
  }),
  'wide-reader': human('wide', { rights: { readAll: true, write: false }, scopes: scopes('user/*.rs') }),
  'blind-steward': human('blind', { rights: { readAll: false, write: false, steward: true } }),
};

const explain = (server: TestServer, url: string, as = 'reader', headers: Record<string, string> = {}) =>
  server.ask('GET', `$explain-search?url=${encodeURIComponent(url)}`, { as, headers });

const hidden = Array.from({ length: 300 }, (_, at) => [
  person(`hidden-${at}`, 'closed', { name: [{ family: 'Geheimrat' }], gender: 'female', birthDate: '1950-01-01' }),
  finding(`hidden-c${at}`, `hidden-${at}`, 'closed', 'rare'),
]).flat();

let full: TestServer;
let empty: TestServer;
beforeAll(async () => {
  [full, empty] = await Promise.all([startServer(withAskers(askers)), startServer(withAskers(askers))]);
  const open = [library('open', [licence('CC-BY-4.0')]), library('closed', []), person('a', 'open')];
  await full.load([...open, ...hidden]);
  await empty.load(open);
});
afterAll(async () => {
  await full.close();
  await empty.close();
  expect([full.errors, empty.errors]).toEqual([[], []]);
});

describe('a search is read', () => {
  test('a code, with its parameter by definition and expression', async () => {
    const [criterion] = told(await explain(full, 'Condition?code=urn:c|x,|y,z'), 'criterion');
    expect(criterion).toMatchObject({
      name: 'code',
      text: 'Condition: "code" is "urn:c|x" or "|y" or "z"',
      parameter: { type: 'Condition', code: 'code', kind: 'token', expression: 'Condition.code' },
      alternative: [{ system: 'urn:c', code: 'x' }, { code: 'y' }, { text: 'z', code: 'z' }],
      access: 'index',
    });
  });

  test('a chain, with the types it leads to', async () => {
    const [criterion] = told(await explain(full, 'Condition?subject.birthdate=lt1950-03'), 'criterion');
    expect(criterion).toMatchObject({
      step: { direction: 'forward', type: 'Condition', to: 'Patient' },
      alternative: {
        comparator: 'lt',
        text: '1950-03',
        from: '1950-03-01T00:00:00.000Z',
        until: '1950-04-01T00:00:00.000Z',
      },
      access: 'join',
    });
  });

  test('a reversed chain', async () => {
    const [criterion] = told(await explain(full, 'Patient?_has:Condition:patient:code:below=urn:c|x'), 'criterion');
    expect(criterion).toMatchObject({
      text: 'Patient: some Condition refers to it by "patient", of which "code" is or stands below "urn:c|x"',
      step: { direction: 'backward', type: 'Condition' },
      modifier: 'below',
    });
  });

  test('what lenient handling passes over is told, and strict handling refuses it as the search would', async () => {
    const url = 'Patient?gendr=x&gender=female';
    const lenient = await explain(full, url, 'reader', { prefer: 'handling=lenient' });
    expect(told(lenient, 'ignored')).toMatchObject([{ name: 'gendr', why: expect.stringContaining('gender') }]);
    expect(told(lenient, 'hint').map(({ code }) => code)).toContain('ignored');
    expect(told(lenient, 'criterion')).toHaveLength(1);
    const strict = await explain(full, url, 'reader', { prefer: 'handling=strict' });
    const search = await full.ask('GET', url, { headers: { prefer: 'handling=strict' } });
    expect([strict.status, diagnosticsOf(strict)]).toEqual([search.status, diagnosticsOf(search)]);
  });

  test.each([
    ['Patient/a/Condition?code=x', 'Patient/a/Condition?code=x'],
    ['?_type=Patient&_id=a', '?_type=Patient&_id=a'],
    ['Patient/_search?gender=male', 'Patient?gender=male'],
  ])('%s', async (url, understood) => {
    const { body } = await explain(full, url);
    expect((body['parameter'] as Told[])[0]).toEqual({ name: 'search', valueString: understood });
  });

  test('an address that is no search is refused', async () => {
    for (const url of ['Patient/a', 'Nothing?x=y', 'Patient/a/Condition/b?x=y'])
      expect([url, (await explain(full, url)).status >= 400]).toEqual([url, true]);
    expect((await full.ask('GET', '$explain-search')).status).toBe(400);
  });
});

describe('what it costs follows from its form', () => {
  test.each([
    ['Patient?_id=a', 'low', ''],
    ['Condition?code=urn:c|x', 'low', ''],
    ['Condition?code=x', 'low', 'code-system'],
    ['Condition?subject=a', 'low', 'reference-type'],
    ['Patient?birthdate=ge1950', 'medium', 'open-range'],
    ['Patient?birthdate=1950', 'low', ''],
    ['Condition?subject:Patient.gender=female', 'medium', ''],
    ['Condition?patient.general-practitioner.name=x', 'medium', 'chain-type'],
    ['Patient?name:contains=x', 'high', 'scan'],
    ['Patient?name:contains=x&_id=a', 'low', 'scan'],
    ['Patient?gender:not=female', 'high', 'only-tests'],
    ['Patient?_total=accurate', 'high', 'total'],
    ['Patient?_id=a&_include=*', 'low', 'include-all'],
    ['Patient?_count=100000', 'low', 'page-limit'],
  ])('%s is %s %s', async (url, band, hint) => {
    const answer = await explain(full, url, 'stranger');
    expect(told(answer, 'cost')).toMatchObject([{ band }]);
    const hints = told(answer, 'hint').map(({ code }) => code);
    expect(hint === '' ? hints : hints.filter((one) => one === hint)).toEqual(hint === '' ? [] : [hint]);
  });
});

describe('the plan', () => {
  test('is for those who may read everything, and measured when they say so', async () => {
    const [plan] = told(await explain(full, 'Patient?gender=female&_sort=birthdate'), 'plan');
    expect(plan).toMatchObject({ purpose: 'few', step: { operation: expect.any(String), rows: expect.any(Number) } });
    expect(plan).not.toHaveProperty('milliseconds');
    const measured = await full.ask('GET', '$explain-search?measure=true&url=Patient?gender=female', { as: 'reader' });
    expect(told(measured, 'plan').map(({ milliseconds }) => typeof milliseconds)).toContain('number');
    expect(told(await explain(full, 'Patient', 'wide-reader'), 'plan')).not.toEqual([]);
  });

  test.each(['', ...Object.keys(askers).filter((name) => name !== 'wide-reader')])('is not for %s', async (as) => {
    expect(told(await explain(full, 'Patient?gender=female', as), 'plan')).toEqual([]);
    const measured = await full.ask('GET', '$explain-search?measure=true&url=Patient', { as });
    expect(measured.status).toBe(403);
  });
});

describe('what the conditions of the asker do', () => {
  const codes = async (url: string, as: string) =>
    told(await explain(full, url, as), 'condition').map(({ code, type }) =>
      type === undefined ? code : `${code} ${type}`,
    );

  test('is told in general, and by the scopes of the token', async () => {
    expect(await codes('Patient', 'reader')).toEqual(['all']);
    expect(await codes('Patient', 'stranger')).toEqual(['permitted', 'changed']);
    expect(await codes('Patient?_summary=count', 'stranger')).toEqual(['permitted', 'changed', 'counts']);
    expect(await codes('Patient', 'own')).toEqual(['permitted', 'changed', 'own']);
    expect(await codes('Observation?subject:Patient.name=x&encounter.status=y', 'scoped')).toEqual([
      'permitted',
      'changed',
      'scope-part Observation',
      'scope Patient',
      'scope-none Encounter',
    ]);
  });

  test('the explanation is the same whether hidden data exist or not', async () => {
    const urls = [
      'Patient?name=Geheimrat',
      'Patient?name=Geheimrat&_sort=birthdate&_total=accurate',
      'Patient?_id=hidden-1&_summary=count',
      'Condition?code=urn:c|rare&subject:Patient.name=Geheimrat',
      'Condition?code:below=urn:c|rare',
      'Condition?code:in=ValueSet/hidden',
      'Patient?_has:Condition:patient:code=rare',
      'Patient?_content=Geheimrat&_sort=_score',
      'Patient?_list=hidden',
      'Patient/hidden-1/*',
      'Patient?_filter=name co "heim"',
    ];
    for (const as of ['', ...Object.keys(askers).filter((name) => !name.endsWith('-reader'))]) {
      for (const url of urls) {
        const [one, other] = [await explain(full, url, as), await explain(empty, url, as)];
        expect([url, as, one.status]).toEqual([url, as, 200]);
        expect([url, as, one.text]).toEqual([url, as, other.text]);
      }
    }
  });
});
