/** One request to a FHIR server, for commands that act on a single server. https://hl7.org/fhir/R4B/http.html */
import { type Command, Option } from 'commander';
import { type JsonObject, objectOf, objectsOf, parseJson } from '../../fhir/json.ts';
import { type Environment, UsageError } from '../environment.ts';

export interface ServerOptions {
  repository: string;
  token?: string;
  json?: boolean;
}

/** The flags that name the server and who asks. */
export function addServerOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--repository <base>', 'FHIR base address of the server')
        .env('FAIRWAY_REPOSITORY')
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--token <token>', 'bearer token for that server, alone or as BASE=TOKEN').env('FAIRWAY_TOKEN'),
    )
    .option('--json', 'print what the server answered');
}

export type Call = (method: 'GET' | 'POST', path: string, body?: JsonObject) => Promise<JsonObject>;

/** Calls below the base; a refusal is an Error that says what the server said. */
export function callerOf({ repository, token }: ServerOptions, environment: Environment): Call {
  return callerAt('--repository', repository, token, environment);
}

/** `flag` is where the base address was stated. */
export function callerAt(flag: string, address: string, token: string | undefined, environment: Environment): Call {
  if (!URL.canParse(address) || !/^https?:/.test(address))
    throw new UsageError(`${flag} must be a FHIR base address such as https://example.org/fhir, not ${address}`);
  const base = address.replace(/\/+$/, '');
  const bearer = tokenFor(base, token);
  return async (method, path, body) => {
    const response = await environment.fetch(`${base}/${path}`, {
      method,
      headers: {
        accept: 'application/fhir+json',
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/fhir+json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer = objectOf(parseJson(text));
    if (response.ok && answer !== undefined) return answer;
    throw new Error(`${base} answered ${response.status}: ${saidIn(answer) ?? text.slice(0, 200)}`);
  };
}

/** As with find `BASE=TOKEN`, and several of them, so that one setting serves all commands; one of another server is not sent. */
function tokenFor(base: string, stated = ''): string | undefined {
  const words = stated.split(/\s+/).filter((word) => word !== '');
  const own = words.find((word) => word.startsWith(`${base}=`) || word.startsWith(`${base}/=`));
  return own === undefined
    ? words.find((word) => !/^https?:/.test(word))
    : own.slice(own.indexOf('=', base.length) + 1);
}

function saidIn(answer: JsonObject | undefined): string | undefined {
  const said = objectsOf(answer?.['issue']).flatMap(({ diagnostics }) =>
    typeof diagnostics === 'string' ? [diagnostics] : [],
  );
  return said.length === 0 ? undefined : said.join('; ');
}

/** A Parameters resource of these inputs; absent ones are left out. */
export function parametersOf(inputs: readonly (readonly [name: string, value: JsonObject | undefined])[]): JsonObject {
  const parameter = inputs.flatMap(([name, value]) => (value === undefined ? [] : [{ name, ...value }]));
  return { resourceType: 'Parameters', parameter };
}

export const stringInput = (value: string | undefined): JsonObject | undefined =>
  value === undefined ? undefined : { valueString: value };
