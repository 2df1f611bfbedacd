/** One server passes the cases of the page on RESTful interactions. https://hl7.org/fhir/R4B/http.html */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fhirVersions } from '../../src/fhir/definitions/model.ts';
import { startServer, type TestServer } from '../server.ts';
import { httpCases } from './http.cases.ts';

describe.each(fhirVersions)('in %s', (fhirVersion) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ fhirVersion });
  });
  afterAll(async () => {
    await server.close();
    expect(server.errors).toEqual([]);
  });

  httpCases(
    (...asked) => server.ask(...asked),
    () => server.base,
  );

  test('health and metrics are there', async () => {
    const root = server.base.replace('/fhir', '');
    expect((await server.ask('GET', `${root}/health/live`)).body).toEqual({ status: 'alive' });
    expect((await server.ask('GET', `${root}/health/ready`)).body).toEqual({ status: 'ready' });
    expect((await server.ask('GET', `${root}/metrics`)).text).toContain('fairway_requests_total');
  });
});
