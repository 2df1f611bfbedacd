/** What a client asks a person for, and what the person gives. https://hl7.org/fhir/smart-app-launch/app-launch.html#ehr-authorizes-app */
import { parseScope } from '../../conditions/scope.ts';
import { type GrantContext, listOf } from './grant-context.ts';
import type { LaunchContext } from './launch.ts';
import { sortScopes } from './scope-request.ts';
import type { Account, RegisteredClient } from './settings.ts';

/** Everything that the person may give; the consent page shows exactly this. */
export interface Offer {
  client: RegisteredClient;
  account: Account;
  /** scopes to choose from */
  scopes: readonly string[];
  /** scopes that come with a patient in context */
  launchScopes: readonly string[];
  /** ids of the patients to choose from; the first is suggested */
  patients: readonly string[];
  /** any patient may be named: the person may read all of them anyway */
  anyPatient: boolean;
  launch?: LaunchContext;
  /** purposes that may be stated, and whether the client asks for them */
  purposes: readonly { purpose: string; isAsked: boolean }[];
  projects: readonly { project: string; isAsked: boolean }[];
}

/** The parameters of the authorization request that matter here. */
export interface AskedFor {
  scope: string;
  purposeOfUse: string;
  project: string;
}

export function offerOf(
  asked: AskedFor,
  client: RegisteredClient,
  account: Account,
  launch: LaunchContext | undefined,
): Offer {
  const { offered } = sortScopes(asked.scope, client.scopes, ['patient', 'user']);
  const isLaunch = (scope: string): boolean => scope === 'launch' || scope === 'launch/patient';
  const isOfPatient = (scope: string): boolean => parseScope(scope)?.level === 'patient';
  const asksForPatient = launch !== undefined || offered.some((one) => isLaunch(one) || isOfPatient(one));
  const own = [...(account.patient === undefined ? [] : [account.patient]), ...account.actsFor];
  const patients = !asksForPatient ? [] : launch === undefined ? own : [launch.patient];
  const anyPatient = asksForPatient && launch === undefined && account.rights.readAll;
  const hasPatient = patients.length > 0 || anyPatient;
  const purposes = listOf(asked.purposeOfUse);
  return {
    client,
    account,
    scopes: offered.filter((one) => !isLaunch(one) && (hasPatient || !isOfPatient(one))),
    launchScopes: hasPatient ? offered.filter(isLaunch) : [],
    patients,
    anyPatient,
    ...(launch === undefined ? {} : { launch }),
    purposes: account.purposes.map((purpose) => ({ purpose, isAsked: purposes.includes(purpose) })),
    projects: account.projects.map(({ id }) => ({ project: id, isAsked: id === asked.project })),
  };
}

/** What the person gives. */
export interface Given {
  granted: readonly string[];
  refused: readonly string[];
  context: GrantContext;
}

/** Reads the form against the offer: nothing that was not offered is given. Undefined when nothing is given. */
export function givenOf(fields: URLSearchParams, offer: Offer): Given | undefined {
  const ticked = new Set(fields.getAll('scope'));
  const patient = patientOf(fields, offer);
  const granted = offer.scopes.filter(
    (scope) => ticked.has(scope) && (patient !== undefined || parseScope(scope)?.level !== 'patient'),
  );
  if (granted.length === 0) return undefined;
  const withLaunch = patient === undefined ? granted : [...offer.launchScopes, ...granted];
  const stated = new Set(fields.getAll('purpose'));
  const purposes = offer.purposes.map(({ purpose }) => purpose).filter((purpose) => stated.has(purpose));
  const project = offer.projects.find((one) => one.project === fields.get('project'))?.project;
  const { launch } = offer;
  return {
    granted: withLaunch,
    refused: [...offer.launchScopes, ...offer.scopes].filter((scope) => !withLaunch.includes(scope)),
    context: {
      ...(patient === undefined ? {} : { patient, needPatientBanner: launch?.needPatientBanner ?? true }),
      ...(launch?.encounter === undefined ? {} : { encounter: launch.encounter }),
      ...(purposes.length === 0 ? {} : { purposes }),
      ...(project === undefined ? {} : { project }),
    },
  };
}

function patientOf(fields: URLSearchParams, { patients, anyPatient }: Offer): string | undefined {
  const chosen = fields.get('patient')?.trim() ?? '';
  if (patients.includes(chosen)) return chosen;
  const named = fields.get('other-patient')?.trim() ?? '';
  return anyPatient && /^[A-Za-z0-9\-.]{1,64}$/.test(named) ? named : undefined;
}
