/** Reads what a committee granted: a Consent of our grant category. See docs/adr/0010-statements-and-effects.md */
import { canonical } from '../fhir/canonical.ts';
import { type JsonObject, objectOf, objectsOf, type Resource } from '../fhir/json.ts';
import { type AccessContext, subjectKey } from './access-context.ts';
import { levelOf, profileOf } from './data-set-statement.ts';
import type { Grant } from './model.ts';
import { purposesOf } from './provision-parts.ts';
import { obligationOf, single } from './requirement.ts';
import { attempt, isOurs, listOf, localTarget, notUnderstood, onlyKnown, periodOf } from './stated.ts';

/** Whether the resource is meant as a grant, well formed or not. */
export function isGrant(resource: Resource): boolean {
  if (resource.resourceType !== 'Consent') return false;
  const codings = objectsOf(resource['category']).flatMap((concept) => objectsOf(concept['coding']));
  return (
    codings.some((coding) => coding['system'] === canonical.accessCode && coding['code'] === 'grant') ||
    objectsOf(resource['extension']).some((extension) => extension['url'] === canonical.grant)
  );
}

/** The grant that an active Consent states, or why it states none; neither when it is no grant or not active. */
export function grantOf(resource: Resource, bases: readonly string[] = []): { grant?: Grant; because?: string } {
  if (!isGrant(resource) || resource['status'] !== 'active') return {};
  const result = attempt(() => read(resource, bases));
  return result.because === undefined ? { grant: result.value } : { because: result.because };
}

const partNames = new Set(['data-set', 'grantee', 'project', 'level', 'profile', 'obligation']);

function read(consent: Resource, bases: readonly string[]): Grant {
  const { extensions, parts } = shapeOf(consent);
  if (extensions.length !== 1) notUnderstood('a grant has its extension exactly once');
  const all = (name: string): JsonObject[] => parts.filter((part) => part['url'] === name);
  const strings = (name: string): string[] =>
    all(name).map(({ valueString }) =>
      typeof valueString === 'string' && valueString !== '' ? valueString : notUnderstood(`${name} is no string`),
    );
  const one = (name: string): JsonObject | undefined => single(all(name), `${name} of a grant`)[0];
  const dataSet = localTarget(objectOf(one('data-set')?.['valueReference'])?.['reference'], bases);
  if (dataSet?.startsWith('Library/') !== true) notUnderstood('a grant is for a Library on this server');
  const grantees = [...strings('grantee'), ...strings('project').map((project) => `project ${project}`)];
  if (grantees.length === 0) notUnderstood('a grant names nobody that it is for');
  const level = levelOf(one('level')?.['valueCode']);
  if (level === 'none') notUnderstood('a grant of nothing is none');
  const profile = profileOf(one('profile'), level);
  return {
    source: `Consent/${String(consent['id'])}`,
    dataSet: dataSet!, // tested above
    grantees,
    level,
    ...(profile === undefined ? {} : { profile }),
    ...limitsOf(consent),
    obligations: all('obligation').map(obligationOf),
  };
}

function shapeOf(consent: Resource): { extensions: JsonObject[]; parts: JsonObject[] } {
  if (consent['modifierExtension'] !== undefined) notUnderstood('a modifier extension is not understood');
  if (consent['patient'] !== undefined || consent['subject'] !== undefined) notUnderstood('a grant is about no person');
  const all = listOf(consent['extension'], 'Consent.extension');
  const unknown = all.find(({ url }) => isOurs(url) && url !== canonical.grant);
  if (unknown !== undefined) notUnderstood(`the condition ${String(unknown['url'])} is not understood`);
  const extensions = all.filter((one) => one['url'] === canonical.grant);
  const parts = extensions.flatMap((one) => listOf(one['extension'], 'grant'));
  const other = parts.find(({ url }) => typeof url !== 'string' || !partNames.has(url));
  if (other !== undefined) notUnderstood(`the part ${String(other['url'])} of a grant is not understood`);
  return { extensions, parts };
}

const provisionKeys = new Set(['type', 'period', 'purpose']);

/** Period and purposes stand in the provision; in R5 the period may stand at the root, too. Both then hold. */
function limitsOf(consent: Resource): Pick<Grant, 'purposes' | 'from' | 'to'> {
  const stated = consent['provision'];
  const provisions = Array.isArray(stated)
    ? listOf(stated, 'provision')
    : [objectOf(stated)].filter((x) => x !== undefined);
  if (stated !== undefined && provisions.length !== 1) notUnderstood('a grant has one provision');
  const [provision = {}] = provisions;
  onlyKnown(provision, provisionKeys, 'provision');
  const decision = consent['decision'];
  const isPermit = provision['type'] === undefined || provision['type'] === 'permit';
  const isDecided = decision === undefined || decision === 'permit' || (decision === 'deny' && Array.isArray(stated));
  if (!isPermit || !isDecided) notUnderstood('a grant permits');
  const periods = [provision['period'], consent['period']]
    .filter((period) => period !== undefined)
    .map((period) => periodOf(period, 'the period of a grant'));
  const from = periods.map((one) => one.from).filter((one) => one !== undefined);
  const to = periods.map((one) => one.to).filter((one) => one !== undefined);
  return {
    purposes: purposesOf(listOf(provision['purpose'], 'provision.purpose')),
    ...(from.length === 0 ? {} : { from: Math.max(...from) }),
    ...(to.length === 0 ? {} : { to: Math.min(...to) }),
  };
}

/** Keys by which a grant may name the asker: the subject, whatever client acts for it, and the project. Nobody in particular has none. */
export function granteeKeys(context: AccessContext): string[] {
  if (context.subject.kind === 'anonymous') return [];
  const { client: _, ...withoutClient } = context;
  const subject = subjectKey(withoutClient);
  return context.project === undefined ? [subject] : [subject, `project ${context.project}`];
}
