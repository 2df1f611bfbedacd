/** `$expunge`: erases a resource and its history for good, on legal grounds; that it was done, by whom and why, is kept. See docs/adr/0005. */
import { FhirError } from '../fhir/outcome.ts';
import { idPattern } from '../fhir/reference.ts';
import type { Operation } from './operation.ts';
import { inputsOf } from './parameters.ts';

export const expunge: Operation = {
  code: 'expunge',
  levels: ['instance'],
  affectsState: true,
  summary:
    'Erase a resource with all its versions for good. The act is recorded with its reason, never what was erased.',
  parameters: [
    { name: 'reason', min: 1, max: '1', type: 'string', documentation: 'The legal ground; it is recorded.' },
    {
      name: 'onlyPreviousVersions',
      min: 0,
      max: '1',
      type: 'boolean',
      documentation: 'Keep the current version and erase those before it.',
    },
  ],
  async perform(request, { door }) {
    const { type, id } = request;
    await door.mayWrite();
    const inputs = inputsOf(request, expunge.parameters, 'expunge');
    const reason = inputs.text('reason')?.trim() ?? '';
    if (reason === '') throw new FhirError('required', '$expunge needs a reason, which is recorded');
    const only = inputs.text('onlyPreviousVersions') ?? 'false';
    if (only !== 'true' && only !== 'false')
      throw new FhirError('value', `onlyPreviousVersions must be true or false, not ${only}`);
    if (!idPattern.test(id)) throw new FhirError('not-found', `there is no ${type}/${id.slice(0, 64)} here`);
    const versions = await door.erase(type, id, { onlySuperseded: only === 'true', reason });
    const parameter = [{ name: 'versions', valueInteger: versions }];
    return { status: 200, body: JSON.stringify({ resourceType: 'Parameters', parameter }) };
  },
};
