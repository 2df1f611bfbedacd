/** Every case of the table of REST interactions, in every FHIR version, over HTTP. https://hl7.org/fhir/R4B/http.html */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fhirVersions } from '../../src/fhir/definitions/model.ts';
import { startServer, type TestServer } from '../server.ts';
import { restCases, type Step } from './rest.cases.ts';

let counter = 0;

describe.each(fhirVersions)('in %s', (version) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ fhirVersion: version });
  });
  afterAll(async () => {
    await server.close();
    expect(server.errors).toEqual([]);
  });

  const perform = async ({ ask: [method, path, body, headers], ...wanted }: Step, id: string): Promise<void> => {
    const own = (text: string): string => text.replaceAll('@', id);
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    // Selectors of XML Patch have an @ of their own.
    const sent =
      text === undefined
        ? undefined
        : text.replaceAll('/@value', '\u0001').replaceAll('@', id).replaceAll('\u0001', '/@value');
    const ownHeaders = Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name, own(value)]));
    const answer = await server.ask(method, own(path), {
      ...(sent === undefined ? {} : { body: sent }),
      headers: ownHeaders,
    });
    const said = `${method} ${own(path)}: ${answer.status} ${answer.text.slice(0, 600)}`;
    expect(answer.status, said).toBe(wanted.status);
    for (const [name, value] of Object.entries(wanted.headers ?? {}))
      expect(answer.headers.get(name), said).toContain(own(value));
    for (const one of wanted.has ?? []) expect(answer.text, said).toContain(own(one));
    for (const one of wanted.lacks ?? []) expect(answer.text, said).not.toContain(own(one));
    if (wanted.holds !== undefined) {
      const body = JSON.parse(JSON.stringify(answer.body).replaceAll(id, '@'));
      expect(Boolean(wanted.holds(body, answer)), said).toBe(true);
    }
    if (answer.status >= 400 && method !== 'HEAD') expect(answer.text).toContain('OperationOutcome');
  };

  describe.each(restCases)('$rule', ({ steps }) => {
    const id = `c${counter++}`;
    for (const [at, step] of steps.entries()) {
      test(`${at + 1}: ${step.ask[0]} ${step.ask[1]} -> ${step.status}`, () => perform(step, id));
    }
  });
});

test('the table is as large as it has to be', () => {
  const steps = restCases.reduce((sum, one) => sum + one.steps.length, 0);
  expect(steps * fhirVersions.length).toBeGreaterThanOrEqual(200);
});
