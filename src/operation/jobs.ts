/** `$jobs`: what this server does by itself, when it last did, and what failed; for stewards. See docs/adr/0024-jobs.md */
import { isSteward } from '../conditions/access-context.ts';
import { FhirError } from '../fhir/outcome.ts';
import type { Operation } from './operation.ts';
import { inputsOf } from './parameters.ts';

export const jobs: Operation = {
  code: 'jobs',
  levels: ['system'],
  affectsState: false,
  summary:
    'What the server does by itself: each job with its state, when it last succeeded, what failed and when it is due next. For stewards.',
  parameters: [],
  async perform(request, server) {
    inputsOf(request, jobs.parameters, 'jobs');
    const { context } = server.door;
    if (!isSteward(context))
      throw new FhirError(
        context.subject.kind === 'anonymous' ? 'login' : 'forbidden',
        'the jobs of this server are shown to stewards',
      );
    const states = await server.jobs();
    const parameter = states.map(({ name, seconds, due, isRunning, succeeded, failures, error }) => ({
      name: 'job',
      part: [
        { name: 'name', valueString: name },
        { name: 'state', valueCode: isRunning ? 'running' : failures > 0 ? 'failed' : 'waiting' },
        { name: 'seconds', valueDecimal: seconds },
        { name: 'due', valueInstant: new Date(due).toISOString() },
        ...(succeeded === undefined ? [] : [{ name: 'succeeded', valueInstant: new Date(succeeded).toISOString() }]),
        { name: 'failures', valueInteger: failures },
        ...(error === undefined ? [] : [{ name: 'error', valueString: error }]),
      ],
    }));
    return { status: 200, body: JSON.stringify({ resourceType: 'Parameters', parameter }), disclosed: [] };
  },
};
