/** Our implementation guide is valid by our own $validate, served as resources, and what the server really does. See docs/specification. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exampleResources } from '../../docs/specification-examples.ts';
import { specificationOf } from '../../src/app/specification.ts';
import { canonical } from '../../src/fhir/canonical.ts';
import { loadDefinitions } from '../../src/fhir/definitions/load.ts';
import { fhirVersions } from '../../src/fhir/definitions/model.ts';
import { startServer, type TestServer } from '../server.ts';

/** R5 would rather see a pattern than what FHIR's own extensions have: a fixed URL. */
const isExpected = ({ severity, diagnostics }: { severity: string; diagnostics: string }): boolean =>
  severity === 'information' || severity === 'success' || diagnostics.includes('eld-24');

describe.each(fhirVersions)('the implementation guide in %s', (fhirVersion) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ fhirVersion, servesSpecification: true });
  });
  afterAll(() => server.close());

  test('every artefact is valid by $validate and served under its canonical URL', async () => {
    const artefacts = specificationOf(await loadDefinitions(fhirVersion));
    expect(artefacts.length).toBeGreaterThan(50);
    for (const one of artefacts) {
      const name = `${one.resourceType}/${String(one['id'])}`;
      const validated = await server.ask('POST', '$validate', { body: one });
      const issues: { severity: string; diagnostics: string }[] = validated.body['issue'];
      expect(
        issues.filter((issue) => issue.severity === 'error' || !isExpected(issue)),
        name,
      ).toEqual([]);
      const url = encodeURIComponent(String(one['url']));
      const found = await server.ask('GET', `${one.resourceType}?url=${url}`, { as: '' });
      expect(found.body['entry']?.[0]?.resource, name).toMatchObject(one);
    }
  });

  test('what the CapabilityStatement names of ours is defined', async () => {
    const { body } = await server.ask('GET', 'metadata', { as: '' });
    const rest = body['rest'][0];
    const named = new Set<string>(
      [
        ...rest.operation,
        ...rest.resource.flatMap((one: any) => [...(one.operation ?? []), ...(one.searchParam ?? [])]),
      ]
        .map((one: any) => one.definition as string)
        .filter((url) => url.startsWith('https://fairway.health/')),
    );
    expect(named.size).toBeGreaterThan(20);
    const ours = (body['instantiates'] as string[]).filter((url) => url.startsWith(canonical.ours));
    const urls = new Set(specificationOf(await loadDefinitions(fhirVersion)).map((one) => one['url']));
    expect([...named, ...ours].filter((url) => !urls.has(url))).toEqual([]);
  });

  test('starting once more writes nothing anew', async () => {
    const again = await startServer({ fhirVersion, servesSpecification: true, database: server.address });
    const { body } = await again.ask('GET', 'CodeSystem/fairway-access', { as: '' });
    await again.close();
    expect(body['meta']['versionId']).toBe('1');
  });
});

test('examples are valid by $validate in R4B', async () => {
  const server = await startServer();
  for (const one of exampleResources()) {
    const { body } = await server.ask('POST', '$validate', { body: one });
    expect(
      body['issue'].filter(({ severity }: { severity: string }) => severity === 'error'),
      one.resourceType,
    ).toEqual([]);
  }
  await server.close();
});
