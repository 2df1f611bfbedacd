/** What a grant is about, beyond its scopes: patient, purposes of use, project. https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html#launch-context-arrives-with-your-access_token */
import type { Site } from './site.ts';

/** Goes into every access token of the grant. */
export interface GrantContext {
  patient?: string;
  encounter?: string;
  needPatientBanner?: boolean;
  /** `system|code`, as stated by the person or service and permitted to it */
  purposes?: readonly string[];
  project?: string;
}

const kind = 'GrantContext';

/** Days after which a person is asked again, however often tokens were refreshed. */
export const grantSeconds = 180 * 86_400;

export const keepGrantContext = (grant: string, context: GrantContext, { storage, now }: Site): Promise<void> =>
  storage.put({ kind, id: grant, content: JSON.stringify(context), expires: now() + grantSeconds * 1000, grant });

export async function findGrantContext(grant: string, { storage }: Site): Promise<GrantContext> {
  const found = await storage.find(kind, grant);
  return found === undefined ? {} : (JSON.parse(found.content) as GrantContext); // written by keepGrantContext
}

/** The members of the token response that a grant's context gives. */
export function launchParametersOf(context: GrantContext): Readonly<Record<string, unknown>> {
  const { patient, encounter, needPatientBanner } = context;
  return {
    ...(patient === undefined ? {} : { patient, need_patient_banner: needPatientBanner ?? true }),
    ...(encounter === undefined ? {} : { encounter }),
  };
}

/** Texts of a request parameter that holds several. */
export const listOf = (value: unknown): string[] =>
  typeof value === 'string' ? value.split(/[\s,]+/).filter((one) => one !== '') : [];
