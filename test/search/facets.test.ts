/** Facets over the servers of all FHIR versions: what `$facets` counts is what searches count, and what a plain computation gives. See docs/reference/facets.md */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRandom } from '../../src/demo/random.ts';
import { canonical } from '../../src/fhir/canonical.ts';
import type { FhirVersion } from '../../src/fhir/definitions/model.ts';
import { facetDefinitions } from '../../src/search/facet/definition.ts';
import { startServer, type TestServer } from '../server.ts';
import {
  codeSystem,
  countryOf,
  facetWorld,
  isSecretServer,
  type PlainDataSet,
  plainDataSets,
  topicSystem,
} from './facet-world.ts';

interface ToldFacet {
  criterion: string;
  matches: number;
  more: number;
  values: { text: string; system?: string; display?: string; count: number; search: string[]; isChosen: boolean }[];
}

/** The answer as plain values. */
function told(body: any): { total: number; facets: Record<string, ToldFacet> } {
  const parts = body.parameter as any[];
  const facets = parts
    .filter(({ name }) => name === 'facet')
    .map(({ part }) => {
      const value = (name: string): any => {
        const found = part.find((one: any) => one.name === name);
        return found?.valueInteger ?? found?.valueString ?? found?.valueCode;
      };
      const values = part
        .filter((one: any) => one.name === 'value')
        .map(({ part: own }: any) => {
          const [{ valueCoding, valueReference, valueString }] = own;
          return {
            text: valueCoding?.code ?? valueReference?.reference ?? valueString,
            system: valueCoding?.system,
            display: valueCoding?.display ?? valueReference?.display,
            count: own.find((one: any) => one.name === 'count').valueInteger,
            search: own.filter((one: any) => one.name === 'search').map((one: any) => one.valueString),
            isChosen: own.some((one: any) => one.name === 'chosen'),
          };
        });
      return [
        value('name'),
        {
          criterion: value('criterion'),
          matches: value('matches'),
          more: value('more'),
          values,
        },
      ];
    });
  return { total: parts.find(({ name }) => name === 'total').valueInteger, facets: Object.fromEntries(facets) };
}

const all = facetDefinitions.map(({ name }) => name).join(',');
const held = '_has:MeasureReport:data-set:';

/** Each criterion that is drawn from, with what it means of a plain data set. */
interface Choice {
  facet: string;
  query: [string, string][];
  holds(one: PlainDataSet, seesAll: boolean): boolean;
}

const summary = (one: PlainDataSet, seesAll: boolean) =>
  one.summary === undefined || (one.summary.isSecret && !seesAll) ? undefined : one.summary;

const choices: readonly Choice[] = [
  {
    facet: 'licence',
    query: [['licence', `${canonical.spdx}|MIT,${canonical.spdx}|CC0-1.0`]],
    holds: ({ licence }) => licence === 'MIT' || licence === 'CC0-1.0',
  },
  { facet: 'licence', query: [['licence:missing', 'true']], holds: ({ licence }) => licence === undefined },
  {
    facet: 'publisher',
    query: [['publisher:exact', 'Hospital\\, North,Charité']],
    holds: ({ publisher }) => publisher === 'Charité' || publisher === 'Hospital, North',
  },
  { facet: 'topic', query: [['topic', `${topicSystem}|heart`]], holds: ({ topics }) => topics.includes('heart') },
  { facet: 'topic', query: [['topic:not', `${topicSystem}|lung`]], holds: ({ topics }) => !topics.includes('lung') },
  { facet: 'granularity', query: [['granularity', 'count']], holds: ({ levels }) => levels.includes('count') },
  {
    facet: 'resource-type',
    query: [[`${held}content-type`, 'http://hl7.org/fhir/resource-types|Observation']],
    holds: (one, seesAll) => summary(one, seesAll)?.types.includes('Observation') ?? false,
  },
  {
    facet: 'code',
    query: [[`${held}content-code`, `${codeSystem}|I10,${codeSystem}|E11`]],
    holds: (one, seesAll) => summary(one, seesAll)?.codes.some((code) => code === 'I10' || code === 'E11') ?? false,
  },
  {
    facet: 'sex',
    query: [[`${held}content-code`, 'http://hl7.org/fhir/administrative-gender|female']],
    holds: (one, seesAll) => summary(one, seesAll)?.sexes.includes('female') ?? false,
  },
  {
    facet: 'patients',
    query: [[`${held}content-count`, 'ge1000']],
    holds: (one, seesAll) => (summary(one, seesAll)?.patients ?? 0) >= 1000,
  },
  {
    facet: 'year',
    query: [
      [`${held}content-period`, 'gt2009'],
      [`${held}content-period`, 'lt2012'],
    ],
    holds: (one, seesAll) => {
      const years = summary(one, seesAll)?.years;
      return years !== undefined && (years[1] ?? 9999) >= 2010 && years[0] <= 2011;
    },
  },
  {
    facet: 'country',
    query: [[`${held}endpoint.organization.address-country:exact`, 'DE,SE']],
    holds: (one, seesAll) => {
      const own = summary(one, seesAll);
      return (
        own !== undefined && (seesAll || !isSecretServer(own.server)) && ['DE', 'SE'].includes(countryOf(own.server))
      );
    },
  },
];

/** The values that a data set has of a facet, for those facets that are computed beside. */
const valuesOf: Record<string, (one: PlainDataSet, seesAll: boolean) => string[]> = {
  licence: ({ licence }) => (licence === undefined ? [] : [licence]),
  publisher: ({ publisher }) => (publisher === undefined ? [] : [publisher]),
  topic: ({ topics }) => topics,
  granularity: ({ levels }) => levels,
  'data-use': ({ terms }) => terms,
  'resource-type': (one, seesAll) => summary(one, seesAll)?.types ?? [],
  code: (one, seesAll) => summary(one, seesAll)?.codes ?? [],
  sex: (one, seesAll) => summary(one, seesAll)?.sexes ?? [],
  server: (one, seesAll) => {
    const own = summary(one, seesAll);
    return own === undefined ? [] : [`Endpoint/e${own.server}`];
  },
  country: (one, seesAll) => {
    const own = summary(one, seesAll);
    return own === undefined || (!seesAll && isSecretServer(own.server)) ? [] : [countryOf(own.server)];
  },
  patients: (one, seesAll) =>
    [10, 100, 1000, 10_000, 100_000, 1_000_000]
      .filter((least) => (summary(one, seesAll)?.patients ?? 0) >= least)
      .map((least) => `ge${least}`),
  year: (one, seesAll) => {
    const years = summary(one, seesAll)?.years;
    if (years === undefined) return [];
    const [first, last = 2026] = years;
    return Array.from({ length: last - first + 1 }, (_, at) => String(first + at));
  },
};

function expected(
  chosen: readonly Choice[],
  facet: string,
  seesAll: boolean,
): { counts: Record<string, number>; matches: number } {
  const others = chosen.filter((one) => one.facet !== facet);
  const matching = plainDataSets.filter(
    (one) => (seesAll || !one.isSecret) && others.every(({ holds }) => holds(one, seesAll)),
  );
  const counts: Record<string, number> = {};
  for (const one of matching)
    for (const value of new Set(valuesOf[facet]!(one, seesAll))) counts[value] = (counts[value] ?? 0) + 1;
  return { counts, matches: matching.length };
}

const versions: readonly FhirVersion[] = ['R4', 'R4B', 'R5'];

describe.each(versions)('$facets in %s', (fhirVersion) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ fhirVersion, now: () => Date.parse('2026-06-01') });
    const { body } = await server.load(facetWorld(fhirVersion));
    expect(body['parameter'][2], JSON.stringify(body).slice(0, 3000)).toEqual({ name: 'refused', valueInteger: 0 });
  });
  afterAll(async () => {
    await server.close();
    expect(server.errors).toEqual([]);
  });

  const facetsOf = async (chosen: readonly Choice[], as: string, more = '') => {
    const query = new URLSearchParams(chosen.flatMap(({ query: one }) => one));
    const answer = await server.ask('GET', `Library/$facets?type=asset-collection&facet=${all}${more}&${query}`, {
      as,
    });
    expect(answer.status, answer.text).toBe(200);
    return told(answer.body);
  };

  test('counts are what a plain computation gives, whatever is chosen, for who sees all and who does not', async () => {
    const { next: random } = createRandom(`choices ${fhirVersion}`);
    for (let round = 0; round < 30; round++) {
      // One choice of a facet: a second one would be part of the same.
      const drawn = choices.filter(() => random() < (round === 0 ? 0 : 0.2));
      const chosen = [...new Map(drawn.map((one) => [one.facet, one])).values()];
      const seesAll = round % 2 === 1;
      const { total, facets } = await facetsOf(chosen, seesAll ? 'reader' : '');
      const said = chosen.map(({ query }) => query.flat().join('=')).join('&');
      const matching = plainDataSets.filter(
        (one) => (seesAll || !one.isSecret) && chosen.every(({ holds }) => holds(one, seesAll)),
      );
      expect(total, said).toBe(matching.length);
      for (const facet of Object.keys(valuesOf)) {
        const wanted = expected(chosen, facet, seesAll);
        const own = facets[facet]!;
        const counts = Object.fromEntries(
          own.values.filter(({ count }) => count > 0).map(({ text, count }) => [text, count]),
        );
        expect(counts, `${facet} of ${said}`).toEqual(wanted.counts);
        expect(own.matches, `${facet} of ${said}`).toBe(wanted.matches);
      }
    }
  });

  test('what a value says chooses it: a search by it finds as many as were counted', async () => {
    const { facets } = await facetsOf([choices[3]!], '');
    for (const [facet, { criterion, values }] of Object.entries(facets)) {
      if (facet === 'topic') continue;
      for (const { text, count, search } of values) {
        const query = new URLSearchParams([
          ['topic', `${topicSystem}|heart`],
          ...search.map((value): [string, string] => [criterion, value]),
          ['_summary', 'count'],
        ]);
        const { body } = await server.ask('GET', `Library?type=asset-collection&${query}`, { as: '' });
        expect(body['total'], `${facet} ${text}`).toBe(count);
      }
    }
  });

  test('values are named as the resources name them, and what is referred to by its own name', async () => {
    const { facets } = await facetsOf([], '');
    expect(facets['topic']!.values.find(({ text }) => text === 'heart')).toMatchObject({
      system: topicSystem,
      display: 'About the heart',
    });
    expect(facets['server']!.values.find(({ text }) => text === 'Endpoint/e1')!.display).toBe('Server 1');
    expect(facets['publisher']!.values.map(({ text }) => text)).toEqual(
      expect.arrayContaining(['Charité', 'charite', 'Klinik | Süd', `A very long name ${'x'.repeat(100)}`]),
    );
  });

  test('what is chosen is told first and marked, and how many values are left out', async () => {
    const { facets } = await facetsOf([choices[0]!], 'reader', '&facet-count=1');
    const { values, more } = facets['licence']!;
    expect(values).toHaveLength(1);
    expect(values[0]!.isChosen).toBe(true);
    expect(more).toBe(2);
    expect(facets['topic']!.values.every(({ isChosen }) => !isChosen)).toBe(true);
  });

  test('it is asked by POST too', async () => {
    const parameter = [
      { name: 'facet', valueCode: 'licence' },
      { name: 'topic', valueString: `${topicSystem}|heart` },
    ];
    const posted = await server.ask('POST', 'Library/$facets', {
      body: { resourceType: 'Parameters', parameter },
      as: '',
    });
    const got = await server.ask('GET', `Library/$facets?facet=licence&topic=${topicSystem}|heart`, { as: '' });
    expect(posted.status).toBe(200);
    expect(posted.body).toEqual(got.body);
  });

  test.each([
    ['facet=colour', 'there is no facet "colour"; there are publisher, licence'],
    ['', '$facets needs a facet'],
    ['facet=licence&facet-count=0', 'facet-count must be a number from 1 to 500'],
    ['facet=licence&facet-count=many', 'facet-count must be a number from 1 to 500'],
    ['facet=licence&licence=a|b|c', 'licence=a|b|c is no token'],
    ['facet=licence&_contained=true', 'facets are of whole searches'],
  ])('%s is refused', async (query, words) => {
    const { status, text } = await server.ask('GET', `Library/$facets?${query}`, { as: '' });
    expect(status).toBe(400);
    expect(text).toContain(JSON.stringify(words).slice(1, -1));
  });

  test('what a search does not know is refused, or told of where that is asked for', async () => {
    const path = 'Library/$facets?facet=licence&colour=red';
    const strict = await server.ask('GET', path, { as: '', headers: { prefer: 'handling=strict' } });
    expect(strict.status).toBe(400);
    const lenient = await server.ask('GET', path, { as: '', headers: { prefer: 'handling=lenient' } });
    expect(lenient.status).toBe(200);
    expect(lenient.text).toContain('Library has no search parameter');
  });
});
