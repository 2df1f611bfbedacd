/** Indexes and matches `uri` search parameters. https://hl7.org/fhir/R4B/search.html#uri */
import { FhirError } from '../../fhir/outcome.ts';
import type { ParameterKind } from './parameter.ts';
import { unescapeText } from './text-list.ts';

export const uri: ParameterKind = {
  modifiers: ['not'],
  table: 'uri',
  extract(node, parameter, { sink }) {
    if (typeof node.value === 'string') sink.uri(parameter, node.value);
  },
  match(values, { code }, { hash }) {
    const uris = values.map(unescapeText);
    if (uris.includes('')) throw new FhirError('value', `${code} needs a URI`);
    return { table: 'uri', hashes: uris.map(hash) };
  },
};
