/** A FHIR server that knows little: a few plain parameters, pages, and no counts. https://hl7.org/fhir/R4B/search.html */
import type { JsonObject } from '../../src/fhir/json.ts';
import { bundle, type Handler, outcome } from './stranger.ts';

const pageSize = 20;

/** Serves the resources. Parameters other than code, gender, birthdate, value-quantity and url are refused. */
export function little(resources: readonly JsonObject[]): Handler {
  const types = [...new Set(resources.map((one) => String(one['resourceType'])))].filter(
    (type) => type !== 'Medication',
  );
  return ({ path, query }, response, base) => {
    if (path === 'metadata') {
      return {
        resourceType: 'CapabilityStatement',
        fhirVersion: '4.0.1',
        rest: [{ mode: 'server', resource: types.map((type) => ({ type })) }],
      };
    }
    try {
      const tests = [...query].flatMap(([name, value]) => testOf(name, value));
      const found = resources.filter((one) => one['resourceType'] === path && tests.every((is) => is(one)));
      const from = Number(query.get('page') ?? 0);
      const next = new URLSearchParams([...query].filter(([name]) => name !== 'page'));
      next.set('page', String(from + pageSize));
      const link = from + pageSize < found.length ? [{ relation: 'next', url: `${base}/${path}?${next}` }] : [];
      return bundle(found.slice(from, from + pageSize), { link });
    } catch (error) {
      response.statusCode = 400;
      return outcome((error as Error).message);
    }
  };
}

function testOf(name: string, value: string): ((resource: any) => boolean)[] {
  switch (name) {
    case '_count':
    case 'page':
    case '_summary':
      return [];
    case 'url':
      return [(one) => one.url === value];
    case 'gender':
      return [(one) => one.gender === value];
    case 'birthdate': {
      const day = value.slice(2);
      return [
        (one) => one.birthDate !== undefined && (value.startsWith('le') ? one.birthDate <= day : one.birthDate > day),
      ];
    }
    case 'code':
    case 'vaccine-code': {
      const codes = value.split(',').map((token) => token.split('|').at(-1));
      return [
        (one) =>
          codes.includes((one.code ?? one.vaccineCode ?? one.medicationCodeableConcept)?.coding[0].code as string),
      ];
    }
    case 'value-quantity':
      return [(one) => one.valueQuantity?.value > Number(/^gt(\d+)\|\|g$/.exec(value)![1])];
    default:
      throw new Error(`the parameter ${name} is not known here`);
  }
}
