/** `keep`: the value leaves as it is. https://hl7.org/fhir/R5/secpriv-module.html#deId */
import type { Method } from './method.ts';

export const keep: Method = {
  name: 'keep',
  summary:
    'Lets a value leave as it is. A kept element is still looked into: rules for what stands in it hold, and its extensions need rules of their own where the default is redact.',
  label: undefined,
  types: 'any',
  settings: {
    bound: {
      summary: 'true: only codes of the value set to which the element is bound (required, and stated in full)',
      isValid: (value) => typeof value === 'boolean',
    },
  },
  compile({ bound }, types) {
    if (bound !== true) return (value) => value;
    if (types.some((type) => type !== 'code')) return 'bound is for elements of the type code';
    return (value, { codes }) => (typeof value === 'string' && codes?.has(value) === true ? value : undefined);
  },
  examples: [
    { settings: {}, type: 'string', value: 'as it is', becomes: 'as it is' },
    { settings: { bound: true }, type: 'code', value: 'not of any value set', becomes: undefined },
  ],
};
