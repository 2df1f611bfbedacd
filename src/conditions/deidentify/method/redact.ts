/** `redact`: the value does not leave. https://hl7.org/fhir/R5/secpriv-module.html#deId */
import type { Method } from './method.ts';

export const redact: Method = {
  name: 'redact',
  summary: 'Leaves the element out, with everything in it.',
  label: 'REDACTED',
  types: 'any',
  settings: {},
  compile: () => () => undefined,
  examples: [{ settings: {}, type: 'HumanName', value: { family: 'Smith' }, becomes: undefined }],
};
