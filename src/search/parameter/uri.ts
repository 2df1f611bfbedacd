/** Indexes and matches `uri` search parameters. https://hl7.org/fhir/R4B/search.html#uri */
import { FhirError } from '../../fhir/outcome.ts';
import type { ParameterKind } from './parameter.ts';
import { unescapeText } from './text-list.ts';

export const uri: ParameterKind = {
  table: 'uri',
  extract(node, { own }, { sink }) {
    if (typeof node.value !== 'string') return;
    sink.uri(own, node.value);
    // A canonical is found with its version and without.
    const bar = node.type === 'canonical' ? node.value.indexOf('|') : -1;
    if (bar > 0) sink.uri(own, node.value.slice(0, bar));
  },
  match(values, { code }, { hash }) {
    const uris = values.map(unescapeText);
    if (uris.includes('')) throw new FhirError('value', `${code} needs a URI`);
    return { table: 'uri', hashes: uris.map(hash) };
  },
};
