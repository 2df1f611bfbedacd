/** What stewards do with members, by the operations of the home server. See docs/reference/discovery.md#members and docs/reference/harvest.md */
import { type JsonObject, objectsOf } from '../../../src/fhir/json.ts';
import { getJson } from '../server/fhir.ts';
import { home } from '../server/home.ts';

type Input = readonly [name: string, value: Record<string, unknown>];

async function perform(operation: string, inputs: readonly Input[]): Promise<JsonObject[]> {
  const parameter = inputs.map(([name, value]) => ({ name, ...value }));
  const answer = await getJson(home, `$${operation}`, {
    method: 'POST',
    body: { resourceType: 'Parameters', parameter },
  });
  return objectsOf((answer as JsonObject)['parameter']);
}

export async function admit(address: string): Promise<void> {
  await perform('admit', [['address', { valueUrl: address }]]);
}

/** `reason` is told to those who run the server. */
export async function refuse(address: string, reason: string): Promise<void> {
  await perform('admit', [
    ['address', { valueUrl: address }],
    ['decision', { valueCode: 'refuse' }],
    ['reason', { valueString: reason }],
  ]);
}

export interface HarvestReport {
  readonly ended?: string;
  readonly taken: number;
  readonly unchanged: number;
  readonly removed: number;
  readonly refused: number;
  /** what was refused or failed, in the server's words */
  readonly faults: readonly string[];
}

/** Undefined where one is no steward: then the server only hears that there is news, and looks soon. */
export async function harvest(address: string): Promise<HarvestReport | undefined> {
  const answer = await perform('harvest', [['address', { valueUrl: address }]]);
  const report = answer.find(({ name }) => name === 'report');
  return report === undefined ? undefined : reportOf(objectsOf(report['part']));
}

function reportOf(parts: readonly JsonObject[]): HarvestReport {
  const number = (name: string): number => {
    const value = parts.find((one) => one['name'] === name)?.['valueInteger'];
    return typeof value === 'number' ? value : 0;
  };
  const ended = parts.find(({ name }) => name === 'ended')?.['valueInstant'];
  const faults = parts
    .filter(({ name }) => name === 'outcome')
    .flatMap(({ resource }) => objectsOf((resource as JsonObject | undefined)?.['issue']))
    .map(({ diagnostics, code }) => String(diagnostics ?? code));
  return {
    taken: number('taken'),
    unchanged: number('unchanged'),
    removed: number('removed') + number('retired'),
    refused: number('refused'),
    faults,
    ...(typeof ended === 'string' ? { ended } : {}),
  };
}

/** Equal answers one after the other. */
export interface Streak {
  readonly since: string;
  readonly until: string;
  readonly times: number;
  /** of HTTP; 0 where there was no answer */
  readonly status: number;
  readonly milliseconds: number;
  readonly reason?: string;
}

/** How a member answered the home server's checks, the newest first: for stewards. */
export async function lastAnswers(address: string): Promise<Streak[]> {
  const query = new URLSearchParams({ address, answers: '10' });
  const answer = (await getJson(home, `$members?${query}`)) as JsonObject;
  return objectsOf(answer['parameter'])
    .flatMap((member) => objectsOf(member['part']))
    .filter(({ name }) => name === 'answer')
    .map((streak) => {
      const parts = objectsOf(streak['part']);
      const value = (name: string): unknown =>
        Object.entries(parts.find((one) => one['name'] === name) ?? {}).find(([key]) => key.startsWith('value'))?.[1];
      const reason = value('reason');
      return {
        since: String(value('since')),
        until: String(value('until')),
        times: Number(value('times')),
        status: Number(value('status')),
        milliseconds: Number(value('milliseconds')),
        ...(typeof reason === 'string' ? { reason } : {}),
      };
    });
}
