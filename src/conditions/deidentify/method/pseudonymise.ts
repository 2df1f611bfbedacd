/** `pseudonymise`: a keyed hash leaves in the place of an identifier. https://hl7.org/fhir/R5/secpriv-module.html#pseudonymization */
import { type Json, type JsonObject, objectOf, objectsOf } from '../../../fhir/json.ts';
import { type Change, isText, type Method, type Release } from './method.ts';

const uris = ['uri', 'url', 'uuid'];

export const pseudonymise: Method = {
  name: 'pseudonymise',
  summary:
    'Puts a keyed hash (HMAC-SHA256, 128 bits) in the place of a text. The same value of the same domain has the same pseudonym within a project and another in every other project; nobody can compute it without the key of the site. The domain is the system of an Identifier, else the path of the rule. Of an Identifier use, system and the codes of its type leave with it; of a Reference only the reference.',
  label: 'PSEUDED',
  types: ['string', 'markdown', 'code', 'id', ...uris, 'Identifier', 'Reference'],
  settings: {
    domain: {
      summary: 'values of rules with the same domain can be told to be equal',
      isValid: (value) => isText(value),
    },
  },
  compile(settings, types, path) {
    const stated = settings['domain'];
    if (stated !== undefined && types.includes('Reference')) return 'a reference has no domain';
    const domainOf = (parent: JsonObject | undefined): string => {
      if (typeof stated === 'string') return JSON.stringify(['domain', stated]);
      const system = parent?.['system'];
      // Values of one system are the same wherever they stand; those of another never.
      if (typeof system === 'string') return JSON.stringify(['system', system]);
      return JSON.stringify(['path', path]);
    };
    return changeWith(domainOf);
  },
  examples: [
    {
      settings: {},
      type: 'Identifier',
      value: { system: 'urn:mrn', value: '0815', assigner: { display: 'General Hospital' } },
      becomes: { system: 'urn:mrn', value: '<["system","urn:mrn"] 0815>' },
    },
    { settings: { domain: 'd' }, type: 'string', value: 'A-7', becomes: '<["domain","d"] A-7>' },
    { settings: { domain: 'd' }, type: 'uri', value: 'urn:a', becomes: 'urn:uuid:<["domain","d"] urn:a>' },
  ],
};

function changeWith(domainOf: (parent: JsonObject | undefined) => string): Change {
  return (value, { type, name }, parent, release) => {
    switch (type) {
      case 'Identifier':
        return identifierOf(value, domainOf, release);
      case 'Reference': {
        const reference = objectOf(value)?.['reference'];
        const text = typeof reference === 'string' ? release.reference(reference) : undefined;
        return text === undefined ? undefined : { reference: text };
      }
      default: {
        if (typeof value !== 'string') return undefined;
        // A reference is a string whose pseudonym must lead to its target's.
        if (name === 'reference') return release.reference(value);
        const domain = domainOf(name === 'value' ? parent : undefined);
        return uris.includes(type) ? release.pseudonymUrn(domain, value) : release.pseudonym(domain, value);
      }
    }
  };
}

function identifierOf(
  value: Json,
  domainOf: (parent: JsonObject | undefined) => string,
  release: Release,
): JsonObject | undefined {
  const identifier = objectOf(value);
  const text = identifier?.['value'];
  if (identifier === undefined || typeof text !== 'string') return undefined;
  const { use, system } = identifier;
  const codings = objectsOf(objectOf(identifier['type'])?.['coding'])
    .map(({ system: of, code }) => ({ ...(isText(of) ? { system: of } : {}), ...(isText(code) ? { code } : {}) }))
    .filter((coding) => 'code' in coding);
  return {
    ...(isText(use) ? { use } : {}),
    ...(codings.length === 0 ? {} : { type: { coding: codings } }),
    ...(isText(system) ? { system } : {}),
    value: release.pseudonym(domainOf(identifier), text),
  };
}
