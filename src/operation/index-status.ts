/** `$index-status`: how far the indexing of an added search parameter is. See docs/adr/0006. */
import { FhirError } from '../fhir/outcome.ts';
import type { Operation } from './operation.ts';
import { inputsOf } from './parameters.ts';

export const indexStatus: Operation = {
  code: 'index-status',
  levels: ['instance'],
  types: ['SearchParameter'],
  affectsState: false,
  summary:
    'How far the indexing of an added search parameter is: whether it is ready; for those who read everything also resources done and resources in all.',
  parameters: [],
  async perform(request, { door }) {
    const { type, id } = request;
    inputsOf(request, indexStatus.parameters, 'index-status');
    await door.read(type, id);
    const status = await door.indexing(id);
    if (status === undefined)
      throw new FhirError('not-found', `SearchParameter/${id} adds nothing to what can be searched by here`);
    const parameter = [
      { name: 'ready', valueBoolean: status.ready },
      ...(status.done === undefined ? [] : [{ name: 'done', valueInteger: status.done }]),
      ...(status.total === undefined ? [] : [{ name: 'total', valueInteger: status.total }]),
    ];
    return { status: 200, body: JSON.stringify({ resourceType: 'Parameters', parameter }) };
  },
};
