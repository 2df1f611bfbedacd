/** Landing pages of data sets over plain HTTP: forms, signposts, conditions, hostile records. See docs/adr/0030-landing-pages.md */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noAccess } from '../../src/auth/access-file.ts';
import { tokenDigest } from '../../src/auth/static-token.ts';
import { canonical } from '../../src/fhir/canonical.ts';
import { fhirVersions } from '../../src/fhir/definitions/model.ts';
import { condition, dataSet, level, licence, patient, rules } from '../federation/content-summary/world.ts';
import { type Answer, startServer, type TestServer, tokens } from '../server.ts';
import { readBibtex, readRis, texText } from './citation-readers.ts';
import { readExtendedValue, readLinkHeader, signpostingFaults } from './signposting-rules.ts';

const steward = {
  subject: { kind: 'service' as const, name: 'steward' },
  rights: { readAll: true, write: true, steward: true },
};
const access = { ...noAccess, tokens: new Map([...tokens, [tokenDigest('steward'), steward]]) };

const script = '</script><script>alert(1)</script><img src=x onerror=alert(2)>';
const hostile = `${script}"'&{}\\ \u202eעברית ${'ä'.repeat(5000)}`;

const described = dataSet('lung', [licence('CC-BY-4.0'), level('record')], {
  url: 'https://example.org/sets/lung',
  identifier: [
    { system: canonical.uri, value: 'https://example.org/sets/lung' },
    { system: 'https://doi.org/', value: '10.1234/lung' },
  ],
  title: 'Lung cohort',
  version: '1.2.0',
  date: '2025-06-01',
  publisher: 'Institute of Lungs',
  author: [{ name: 'Doe, Jane', telecom: [{ system: 'url', value: 'https://orcid.org/0000-0002-1825-0097' }] }],
  contact: [{ name: 'Institute of Lungs', telecom: [{ system: 'url', value: 'https://lungs.example/' }] }],
  description: 'Patients with diseases of the lung.\n\nAsked every year.',
  effectivePeriod: { start: '2016-01-01', end: '2025-01-01' },
  jurisdiction: [{ coding: [{ system: 'urn:iso:std:iso:3166', code: 'DE' }] }],
  topic: [{ text: 'lung diseases' }],
  dataRequirement: [{ type: 'Patient' }, { type: 'Condition' }],
  relatedArtifact: [
    { type: 'predecessor', display: 'Lung cohort 1.1', url: 'https://example.org/sets/lung-1.1' },
    { type: 'documentation', display: 'Questionnaire', url: 'javascript:alert(1)' },
  ],
});

function* people(set: string, count: number) {
  for (let at = 0; at < count; at++) {
    yield patient(`${set}-${at}`, [set], { gender: at % 2 === 0 ? 'female' : 'male', birthDate: '1950-05-05' });
    yield condition(`${set}-c${at}`, `${set}-${at}`, [set], at < 2 ? 'rare' : 'common', { recordedDate: '2020-01-01' });
  }
}

let server: TestServer;
let site: string;
const at = (path: string): string => `${site}${path}`;
const get = (path: string, headers: Record<string, string> = {}): Promise<Answer> =>
  server.ask('GET', at(path), { as: '', headers });

beforeAll(async () => {
  server = await startServer({ access });
  site = server.base.slice(0, -'/fhir'.length);
  await server.load([
    described,
    dataSet('counted', [level('count', rules(10, 10))], { title: 'Counted' }),
    dataSet('hostile', [licence('CC0-1.0'), level('record')], {
      title: hostile,
      description: script,
      publisher: hostile.slice(0, 200),
      author: [{ name: `${script}\r\nSet-Cookie: a=b` }],
      purpose: script,
      content: [{ url: `https://x.example/a"><script>?q=a|b,<é>;rel="cite-as"`, contentType: 'text/"><csv' }],
    }),
    dataSet('asks', [
      level('record'),
      {
        url: canonical.dataUse,
        extension: [{ url: 'term', valueCoding: { system: canonical.duo, code: 'DUO_0000006' } }],
      },
      { url: canonical.terms, valueUri: 'https://example.org/terms' },
    ]),
    { ...dataSet('bare', [], { title: 'B' }), extension: undefined },
    dataSet('closed', [level('record')], {
      title: 'Closed',
      meta: { security: [{ system: canonical.confidentiality, code: 'V' }] },
    }),
    dataSet('gone', [level('record')]),
    dataSet('lung.bib', [level('record')], { title: 'Named as a form is' }),
    {
      resourceType: 'Library',
      id: 'logic',
      status: 'active',
      type: { coding: [{ system: canonical.libraryType, code: 'logic-library' }] },
    },
    {
      resourceType: 'Endpoint',
      id: 'own',
      status: 'active',
      name: 'The <Lung> House',
      address: server.base,
      connectionType: { system: canonical.connectionType, code: 'hl7-fhir-rest' },
      payloadType: [{ text: 'any' }],
    },
    ...people('lung', 24),
    ...people('counted', 24),
  ]);
  await server.ask('DELETE', 'Library/gone');
  await server.ask('POST', '$content-summary', { as: 'steward', body: { resourceType: 'Parameters' } });
});

afterAll(async () => {
  expect(server.errors).toEqual([]);
  await server.close();
});

const jsonLdIn = (html: string): any => {
  const blocks = [...html.matchAll(/<script type="application\/ld\+json">(.*?)<\/script>/gs)];
  expect(blocks).toHaveLength(1);
  return JSON.parse(blocks[0]![1]!);
};

describe('the landing page of a data set', () => {
  test('says without scripts what, who, how many, on what conditions, and how to cite', async () => {
    const { status, text, headers } = await get('/data-set/lung', { accept: 'text/html,*/*;q=0.8' });
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('vary')?.toLowerCase()).toContain('accept');
    for (const said of [
      '<h1 dir="auto">Lung cohort</h1>',
      '<title>Lung cohort · The &lt;Lung&gt; House</title>',
      'Patients with diseases of the lung.',
      '24 patients',
      'Without logging in, anyone gets single records.',
      'CC-BY-4.0',
      'Doe, Jane (2025): Lung cohort. Version 1.2.0. Institute of Lungs. Data set. https://doi.org/10.1234/lung',
      'Lung cohort 1.1',
      `<link rel="canonical" href="${at('/data-set/lung')}">`,
      '2016-01-01 to 2025-01-01',
      'Germany',
      '<caption>Completeness</caption>',
    ])
      expect(text).toContain(said);
    expect(text).not.toContain('javascript:');
    // There is no portal that it could lead to.
    expect(text).not.toContain('../catalogue');
  });

  test('has the JSON-LD that search engines for data sets read', async () => {
    const page = jsonLdIn((await get('/data-set/lung')).text);
    const { body, headers } = await get('/data-set/lung.jsonld');
    expect(headers.get('content-type')).toBe('application/ld+json');
    expect(body).toEqual(page);
    expect(page).toMatchObject({
      '@type': 'Dataset',
      'dct:conformsTo': { '@id': 'https://bioschemas.org/profiles/Dataset/1.0-RELEASE' },
      name: 'Lung cohort',
      url: at('/data-set/lung'),
      version: '1.2.0',
      datePublished: '2025-06-01',
      dateModified: '2025-06-01',
      license: ['https://spdx.org/licenses/CC-BY-4.0'],
      creator: [{ '@type': 'Person', name: 'Doe, Jane', url: 'https://orcid.org/0000-0002-1825-0097' }],
      publisher: { '@type': 'Organization', name: 'Institute of Lungs', url: 'https://lungs.example/' },
      temporalCoverage: '2016-01-01/2025-01-01',
      spatialCoverage: [{ '@type': 'Place', name: 'Germany', address: 'DE' }],
      isAccessibleForFree: true,
      keywords: ['lung diseases', 'Patient', 'Condition'],
      includedInDataCatalog: { '@type': 'DataCatalog', name: 'The <Lung> House', url: at('/') },
      distribution: [
        {
          '@type': 'DataDownload',
          contentUrl: `${server.base}/Patient?_tag=urn:ds%7Clung`,
          encodingFormat: 'application/fhir+json',
        },
      ],
    });
    expect(page.sameAs).toEqual(['https://doi.org/10.1234/lung', 'https://example.org/sets/lung']);
    expect(page.description.length).toBeGreaterThanOrEqual(50);
    const names = page.variableMeasured.map(({ alternateName }: any) => alternateName);
    expect(names.sort()).toEqual(['common', 'rare']);
  });

  test('is described in enough words where its record says little, and claims nothing that is not stated', async () => {
    const { body } = await get('/data-set/bare.jsonld');
    expect(body['description'].length).toBeGreaterThanOrEqual(50);
    for (const name of ['license', 'isAccessibleForFree', 'dct:conformsTo', 'version'])
      expect(body, name).not.toHaveProperty([name]);
    const { text } = await get('/data-set/bare');
    expect(text).toContain('No conditions are stated. That is no permission');
    expect(text).toContain('No summary of its content is published');
    expect(text).toContain('anyone gets nothing of the data');
  });

  test('tells numbers as they may be told', async () => {
    const { text } = await get('/data-set/counted');
    // The summary names nothing that fewer persons have than its own threshold, which is above the stated one.
    expect(text).toMatch(/20 patients \(rounded to 10; groups of fewer than 1\d are not told\)/);
    expect(text).toContain('common');
    expect(text).not.toContain('rare');
    expect((await get('/data-set/counted.jsonld')).text).not.toContain('rare');
  });

  test('says what is asked for data that are not open', async () => {
    const { text } = await get('/data-set/asks');
    expect(text).toContain('health or medical or biomedical research');
    expect(text).toContain('accept the terms https://example.org/terms');
    expect(text).toContain('anyone gets nothing of the data');
    const { body } = await get('/data-set/asks.jsonld');
    expect(body).not.toHaveProperty('isAccessibleForFree');
    expect(body['conditionsOfAccess']).toContain('accept the terms https://example.org/terms');
  });
});

describe('signposts', () => {
  test.each(['lung', 'counted', 'hostile', 'bare', 'asks'])(
    'of %s meet levels 1 and 2 of FAIR Signposting',
    async (id) => {
      expect(await signpostingFaults(at(`/data-set/${id}`))).toEqual([]);
    },
  );

  test('lead to who, what licence, what to cite', async () => {
    const links = readLinkHeader((await get('/data-set/lung')).headers.get('link')!);
    const of = (rel: string) => links.filter((one) => one.rel === rel).map(({ target }) => target);
    expect(of('cite-as')).toEqual(['https://doi.org/10.1234/lung']);
    expect(of('author')).toEqual(['https://orcid.org/0000-0002-1825-0097']);
    expect(of('license')).toEqual(['https://spdx.org/licenses/CC-BY-4.0']);
    const item = links.find((one) => one.rel === 'item')!;
    expect(readExtendedValue(item.parameters['title*']!)).toBe('Patient?_tag=urn:ds|lung');
  });

  test('stand on metadata too', async () => {
    const links = readLinkHeader((await get('/data-set/lung.ris')).headers.get('link')!);
    expect(links.map(({ rel }) => rel)).toEqual(['describes', 'linkset']);
    expect(links[0]!.target).toBe(at('/data-set/lung'));
  });
});

describe('forms', () => {
  test.each([
    ['application/ld+json', 'application/ld+json'],
    ['text/x-bibtex', 'text/x-bibtex; charset=utf-8'],
    ['application/x-bibtex', 'text/x-bibtex; charset=utf-8'],
    ['application/x-research-info-systems', 'application/x-research-info-systems; charset=utf-8'],
    ['application/vnd.citationstyles.csl+json, application/json;q=0.5', 'application/vnd.citationstyles.csl+json'],
    ['application/linkset+json', 'application/linkset+json'],
    ['text/x-bibliography', 'text/x-bibliography; charset=utf-8'],
    ['text/html;q=0.5, application/ld+json', 'application/ld+json'],
    ['*/*', 'text/html; charset=utf-8'],
    ['text/*', 'text/html; charset=utf-8'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'text/html; charset=utf-8'],
  ])('for %s it is %s', async (accept, type) => {
    const { status, headers } = await get('/data-set/lung', { accept });
    expect([status, headers.get('content-type')]).toEqual([200, type]);
  });

  test('for FHIR it is the record', async () => {
    for (const accept of ['application/fhir+json', 'application/fhir+json, application/json']) {
      const { status, headers } = await get('/data-set/lung', { accept });
      expect([status, headers.get('location')]).toEqual([303, `${server.base}/Library/lung`]);
    }
  });

  test('for what there is not it says what there is', async () => {
    const { status, text } = await get('/data-set/lung', { accept: 'image/png' });
    expect(status).toBe(406);
    expect(text).toContain('application/ld+json');
  });

  test('have endings, and an id that ends so comes first', async () => {
    expect((await get('/data-set/lung.csl.json')).body).toMatchObject([{ title: 'Lung cohort', DOI: '10.1234/lung' }]);
    expect((await get('/data-set/lung.linkset.json')).body['linkset'][0].anchor).toBe(at('/data-set/lung'));
    expect((await get('/data-set/lung.bib')).text).toContain('<h1 dir="auto">Named as a form is</h1>');
    expect(texText(readBibtex((await get('/data-set/lung.bib.bib')).text).fields['title']!)).toBe('Named as a form is');
    expect((await get('/data-set/lung.txt')).text).toContain('Doe, Jane (2025): Lung cohort.');
  });

  test('HEAD has the headers without the body, and what is known is not sent again', async () => {
    for (const path of ['/data-set/lung', '/data-set/lung.jsonld', '/data-set/lung.ris']) {
      const whole = await get(path);
      const head = await server.ask('HEAD', at(path), { as: '' });
      const etag = whole.headers.get('etag')!;
      expect([head.status, head.text, head.headers.get('etag')]).toEqual([200, '', etag]);
      const again = await get(path, { 'if-none-match': etag });
      expect([again.status, again.text, again.headers.get('etag')]).toEqual([304, '', etag]);
      expect((await get(path, { 'if-none-match': 'W/"other"' })).status).toBe(200);
    }
  });
});

describe('what is not to be seen', () => {
  test('is answered as what is not there, a withdrawn one as gone', async () => {
    const page = (answer: Answer, id: string) => [answer.status, answer.text.replaceAll(id, 'ID')];
    const missing = page(await get('/data-set/nothing', { accept: 'text/html' }), 'nothing');
    expect(missing[0]).toBe(404);
    for (const id of ['closed', 'logic'])
      expect(page(await get(`/data-set/${id}`, { accept: 'text/html' }), id)).toEqual(missing);
    // A token does not change what anyone sees.
    const asWriter = await server.ask('GET', at('/data-set/closed'), { headers: { accept: 'text/html' } });
    expect(page(asWriter, 'closed')).toEqual(missing);
    const forms = await Promise.all(['closed', 'nothing'].map((id) => get(`/data-set/${id}.jsonld`)));
    expect(forms.map(({ status }) => status)).toEqual([404, 404]);
    const gone = await get('/data-set/gone', { accept: 'text/html' });
    expect(gone.status).toBe(410);
    expect(gone.text).toContain('This data set was withdrawn');
    expect((await get('/data-set/gone.jsonld', { accept: 'application/ld+json' })).status).toBe(410);
  });

  test('programs get an OperationOutcome', async () => {
    const asked = [get('/data-set/nothing', { accept: 'application/ld+json' }), get('/data-set/nothing.bib')];
    for (const { status, body } of await Promise.all(asked))
      expect([status, body['resourceType']]).toEqual([404, 'OperationOutcome']);
  });

  test('stands in the audit log like any other reading', async () => {
    await get('/data-set/lung', { 'x-request-id': 'landing-1' });
    const { body } = await server.ask('GET', '$audit-log?entity=Library/lung', { as: 'steward' });
    expect(JSON.stringify(body)).toContain('Library/lung');
  });
});

describe('a hostile record', () => {
  test('is shown as text in HTML and JSON-LD', async () => {
    const { status, text } = await get('/data-set/hostile');
    expect(status).toBe(200);
    expect(text).not.toMatch(/<script(?! type="application\/ld\+json">)/);
    expect(text).not.toContain('<img');
    expect(text).toContain('ä'.repeat(5000));
    expect(text.match(/<title>(.*?)<\/title>/)![1]!.length).toBeLessThan(500);
    const page = jsonLdIn(text);
    expect(page.name).toContain('</script><script>alert(1)</script>');
  });

  test('breaks no header', async () => {
    const { headers } = await get('/data-set/hostile');
    expect(headers.get('set-cookie')).toBeNull();
    const links = readLinkHeader(headers.get('link')!);
    expect(links.filter(({ rel }) => rel === 'cite-as').map(({ target }) => target)).toEqual([at('/data-set/hostile')]);
    const item = links.find(({ rel }) => rel === 'item')!;
    expect(item.target).toBe('https://x.example/a%22%3E%3Cscript%3E?q=a%7Cb,%3C%C3%A9%3E;rel=%22cite-as%22');
    expect(readExtendedValue(item.parameters['title*']!)).toContain('<é>');
  });

  test('comes back from its citations', async () => {
    const shown = hostile.replace(' \u202e', '  ');
    expect(texText(readBibtex((await get('/data-set/hostile.bib')).text).fields['title']!)).toBe(shown);
    const ris = readRis((await get('/data-set/hostile.ris')).text);
    expect(ris).toMatchObject({ TI: [shown], AU: [`${script} Set-Cookie: a=b`] });
    expect((await get('/data-set/hostile.csl.json')).body).toMatchObject([{ title: shown }]);
  });
});

describe('lists for crawlers', () => {
  test('robots.txt names the sitemap, and the sitemap every page that can be seen', async () => {
    const robots = await get('/robots.txt');
    expect(robots.text).toContain(`Sitemap: ${at('/sitemap.xml')}`);
    const { status, text, headers } = await get('/sitemap.xml');
    expect([status, headers.get('content-type')]).toEqual([200, 'application/xml; charset=utf-8']);
    const places = [...text.matchAll(/<loc>(.*?)<\/loc>/g)].map(([, place]) => place);
    const ids = ['lung', 'counted', 'hostile', 'asks', 'bare', 'lung.bib'];
    expect(places.sort()).toEqual(ids.map((id) => at(`/data-set/${id}`)).sort());
    expect((await get('/sitemap-1.xml')).text).toBe(text);
    expect((await get('/sitemap-2.xml')).status).toBe(404);
    expect((await get('/sitemap-x.xml')).status).toBe(404);
  });

  test('long lists are several files', async () => {
    const { sitemap, sitemapFile } = await import('../../src/rest/landing-sitemap.ts');
    const listed = Array.from({ length: 5 }, (_, n) => ({ id: `d${n}`, updated: 0 }));
    expect(sitemap(listed, 'https://a.example', 2)).toContain('<loc>https://a.example/sitemap-3.xml</loc>');
    expect(sitemapFile(listed, 3, 'https://a.example', 2)).toContain('/data-set/d4</loc>');
    expect(sitemapFile(listed, 4, 'https://a.example', 2)).toBeUndefined();
  });
});

test.each(fhirVersions)('a record of %s is described with its content', async (fhirVersion) => {
  const other = await startServer({ access, fhirVersion });
  try {
    await other.load([dataSet('x', [licence('CC0-1.0'), level('record')], { title: 'X' }), ...people('x', 12)]);
    await other.ask('POST', '$content-summary', { as: 'steward', body: { resourceType: 'Parameters' } });
    const { text } = await other.ask('GET', other.base.replace(/fhir$/, 'data-set/x'), { as: '' });
    for (const said of ['12 patients', 'common', '<caption>Completeness</caption>', 'female', '75–79'])
      expect(text).toContain(said);
  } finally {
    await other.close();
  }
});
