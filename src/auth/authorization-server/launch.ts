/** Registers launch contexts: what a record system tells us before it opens an app for a patient. https://hl7.org/fhir/smart-app-launch/app-launch.html#launch-app-ehr-launch */
import type { IncomingMessage } from 'node:http';
import { type AccessContext, isSteward } from '../../conditions/access-context.ts';
import { FhirError, outcomeOf } from '../../fhir/outcome.ts';
import { digestOf } from './digest.ts';
import { readBody } from './form.ts';
import { membersOf } from './read-member.ts';
import { covers } from './scope-request.ts';
import type { Site } from './site.ts';

/** What an app is told when it is opened. */
export interface LaunchContext {
  patient: string;
  encounter?: string;
  /** the app must show whom it is about */
  needPatientBanner: boolean;
  /** only this client may use it */
  client?: string;
  /** only this account may use it */
  account?: string;
}

const kind = 'Launch';
const lifetime = 10 * 60_000;

/** `POST /auth/launch`, JSON in and out: `{"patient": "1"}` gives `{"launch": "...", "expires_in": 600}`. */
export async function answerLaunch(
  request: IncomingMessage,
  site: Site,
): Promise<{ status: number; body: Readonly<Record<string, unknown>>; headers?: Readonly<Record<string, string>> }> {
  try {
    if (request.method !== 'POST') throw new FhirError('method-not-allowed', 'a launch is registered by POST');
    mayLaunch(await site.authenticate(request.headers));
    const context = contextOf(await readBody(request));
    const launch = Buffer.from(site.randomBytes(32)).toString('base64url');
    const item = { kind, id: digestOf(launch), content: JSON.stringify(context), expires: site.now() + lifetime };
    await site.storage.put(item);
    return { status: 201, body: { launch, expires_in: lifetime / 1000 } };
  } catch (error) {
    if (!(error instanceof FhirError)) throw error;
    const headers = error.status === 401 ? { 'www-authenticate': 'Bearer' } : {};
    return { status: error.status, body: { ...outcomeOf(error.issues) }, headers };
  }
}

/** Whoever opens apps for any patient must be someone who may see any patient. */
function mayLaunch(asker: AccessContext): void {
  const needed = { level: 'system', type: 'Patient', letters: ['r'], query: [] } as const;
  const isInScope = asker.scopes?.some((scope) => covers({ ...scope, level: 'system' }, needed)) ?? true;
  if (!(isSteward(asker) || asker.rights.readAll) || !isInScope)
    throw new FhirError(
      'forbidden',
      'launch contexts are registered by stewards and by services that may read everything',
    );
}

function contextOf(body: string | undefined): LaunchContext {
  let value: unknown;
  try {
    value = JSON.parse(body ?? '');
  } catch (cause) {
    throw new FhirError('structure', 'the body must be a JSON object such as {"patient": "1"}', { cause });
  }
  try {
    const members = membersOf(value, 'launch', ['patient', 'encounter', 'needPatientBanner', 'client', 'account']);
    const encounter = members.optionalText('encounter');
    const client = members.optionalText('client');
    const account = members.optionalText('account');
    return {
      patient: idOf(members.text('patient')),
      ...(encounter === undefined ? {} : { encounter: idOf(encounter) }),
      needPatientBanner: members.optionalFlag('needPatientBanner') ?? true,
      ...(client === undefined ? {} : { client }),
      ...(account === undefined ? {} : { account }),
    };
  } catch (cause) {
    throw new FhirError('value', (cause as Error).message, { cause }); // membersOf and idOf throw nothing else
  }
}

function idOf(text: string): string {
  if (!/^[A-Za-z0-9\-.]{1,64}$/.test(text)) throw new Error(`${text.slice(0, 64)} is no id of a resource`);
  return text;
}

/** The context that `launch` names, while it is neither used nor expired. */
export async function findLaunch(launch: string, { storage, now }: Site): Promise<LaunchContext | undefined> {
  const found = await storage.find(kind, digestOf(launch));
  if (found === undefined || found.consumed !== undefined || found.expires <= now()) return undefined;
  return JSON.parse(found.content) as LaunchContext; // written by answerLaunch
}

/** Uses the launch up; false when someone else has. */
export const useLaunch = (launch: string, { storage, now }: Site): Promise<boolean> =>
  storage.consume(kind, digestOf(launch), now());
