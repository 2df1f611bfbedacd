/** Performs an operation on a request for access. See docs/adr/0014-access-requests.md */
import { type JsonObject, objectOf, objectsOf } from '../../fhir/json.ts';
import { type Environment, UsageError } from '../environment.ts';
import { type Call, callerOf, type ServerOptions } from './fhir-call.ts';
import { requestText } from './request-text.ts';

export const requestArgument = 'number (id) of the request, or the id of its data set where that has no other';

/** Performs an operation on the request that `named` names, and shows what became of it. */
export async function act(
  named: string,
  states: readonly string[],
  operation: string,
  body: JsonObject,
  options: ServerOptions,
  environment: Environment,
): Promise<void> {
  const call = callerOf(options, environment);
  const task = await call('POST', `Task/${await requestIdOf(named, states, call)}/${operation}`, body);
  environment.stdout.write(options.json === true ? `${JSON.stringify(task, null, 2)}\n` : requestText(task, options));
}

/**
 * The id of a request that is named by its id, or by its data set where only one of its requests is in `states`: who has
 * one request before them should not have to copy its number.
 */
async function requestIdOf(named: string, states: readonly string[], call: Call): Promise<string> {
  if (/^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(named)) return named;
  const query = new URLSearchParams(states.map((one): [string, string] => ['state', one]));
  const tasks = objectsOf((await call('GET', `$access-requests?${query}`))['entry']).map((entry) =>
    objectOf(entry['resource']),
  );
  const isMeant = (task: JsonObject | undefined): boolean =>
    task?.['id'] === named || objectOf(task?.['focus'])?.['reference'] === `Library/${named}`;
  const ids = tasks.filter(isMeant).map((task) => String(task?.['id']));
  if (ids.length === 1) return ids[0]!;
  const state = states.join(' or ');
  throw new UsageError(
    ids.length === 0
      ? `there is no request ${named} here that is yours and ${state}, nor one for a data set of that id; see fairway access requests`
      : `${ids.length} requests for ${named} are ${state}; give the number of one: ${ids.join(', ')}`,
  );
}
