/** `substitute`: a stated value leaves instead. https://hl7.org/fhir/R5/secpriv-module.html#deId */
import type { Method } from './method.ts';

const texts = ['string', 'markdown', 'code', 'uri', 'url', 'canonical', 'id'];

export const substitute: Method = {
  name: 'substitute',
  summary: 'Puts the same stated text in the place of every value.',
  label: 'MASKED',
  types: texts,
  settings: { with: { summary: 'the text', isValid: (value) => typeof value === 'string' && /\S/.test(value) } },
  compile: (settings) => (settings['with'] === undefined ? 'it needs the setting with' : () => settings['with']),
  examples: [{ settings: { with: 'not told' }, type: 'string', value: 'Smith', becomes: 'not told' }],
};
