/** Reads what persons and services have in common: rights, and what decisions are made on. https://www.ga4gh.org/product/data-use-ontology-duo/ */
import type { ResearchPurpose, Rights, Visa } from '../../conditions/access-context.ts';
import { type Members, membersOf } from './read-member.ts';

/** What accounts and services have in common: what decisions are made on. */
export interface Standing {
  rights: Rights;
  affiliations: readonly string[];
  country?: string;
  forProfit?: boolean;
  acceptedTerms: readonly string[];
  /** `system|code` of the purposes of use that may be stated */
  purposes: readonly string[];
  projects: readonly Project[];
  research?: ResearchPurpose;
  /** what the operator vouches for as a visa would */
  visas: readonly Visa[];
}

interface Project {
  id: string;
  /** what this project does with the data; the account's own when it is not stated */
  research?: ResearchPurpose;
}

const roles = ['researcher', 'steward', 'committee', 'clinician', 'admin'] as const;
type AccountRole = (typeof roles)[number];

export const standingMembers = [
  'roles',
  'may',
  'committees',
  'publishes',
  'affiliations',
  'country',
  'forProfit',
  'acceptedTerms',
  'purposes',
  'projects',
  'research',
  'visas',
];
export function standingOf(members: Members): Standing {
  const { where } = members;
  const country = members.optionalText('country');
  if (country !== undefined && !/^[A-Z]{2}$/.test(country))
    throw new Error(`${where}.country must be an ISO 3166-1 code of two letters`);
  const purposes = members.texts('purposes');
  const wrong = purposes.find((purpose) => !/^[^|\s]+\|[^|\s]+$/.test(purpose));
  if (wrong !== undefined) throw new Error(`${where}.purposes: ${wrong} must be system|code`);
  const forProfit = members.optionalFlag('forProfit');
  const research = members.has('research') ? researchOf(members.value('research'), `${where}.research`) : undefined;
  return {
    rights: rightsOf(members),
    affiliations: members.texts('affiliations'),
    ...(country === undefined ? {} : { country }),
    ...(forProfit === undefined ? {} : { forProfit }),
    acceptedTerms: members.texts('acceptedTerms'),
    purposes,
    projects: members.list('projects').map((project, at) => projectOf(project, `${where}.projects[${at}]`)),
    ...(research === undefined ? {} : { research }),
    visas: members.list('visas').map((visa, at) => visaOf(visa, `${where}.visas[${at}]`)),
  };
}

function projectOf(value: unknown, where: string): Project {
  if (typeof value === 'string' && value !== '') return { id: value };
  const project = membersOf(value, where, ['id', 'research']);
  const id = project.text('id');
  return project.has('research')
    ? { id, research: researchOf(project.value('research'), `${where}.research`) }
    : { id };
}

const researchKinds = ['general', 'health', 'disease', 'ancestry', 'methods', 'clinical-care', 'genetic'];

function researchOf(value: unknown, where: string): ResearchPurpose {
  const research = membersOf(value, where, ['diseases', 'kinds', 'commercial']);
  const kinds = research.texts('kinds');
  const wrong = kinds.find((kind) => !researchKinds.includes(kind));
  if (wrong !== undefined) throw new Error(`${where}.kinds: ${wrong} is none of ${researchKinds.join(', ')}`);
  const commercial = research.optionalFlag('commercial');
  return { diseases: research.texts('diseases'), kinds, ...(commercial === undefined ? {} : { commercial }) };
}

/** Each role's rights; several roles have the rights of all of them. */
const rightsOfRole: Readonly<Record<AccountRole, Partial<Rights>>> = {
  researcher: {},
  steward: { steward: true },
  committee: { committees: ['*'] },
  clinician: { breakGlass: true },
  admin: { readAll: true, write: true, steward: true },
};

function rightsOf(members: Members): Rights {
  let rights: Rights = { readAll: false, write: false };
  for (const name of members.texts('roles')) {
    const role = roles.find((one) => one === name);
    if (role === undefined) throw new Error(`${members.where}.roles: ${name} is none of ${roles.join(', ')}`);
    rights = { ...rights, ...rightsOfRole[role] };
  }
  // Named committees narrow the role to them.
  if (members.has('committees')) rights = { ...rights, committees: members.texts('committees') };
  if (members.has('publishes'))
    rights = { ...rights, publishes: members.texts('publishes').map((one) => one.replace(/\/+$/, '')) };
  for (const right of members.texts('may')) {
    if (right === 'read') rights = { ...rights, readAll: true };
    else if (right === 'write') rights = { ...rights, write: true };
    else throw new Error(`${members.where}.may: ${right} is neither read nor write`);
  }
  return rights;
}

const visaTypes = ['AffiliationAndRole', 'AcceptedTermsAndPolicies', 'ResearcherStatus', 'ControlledAccessGrants'];

/** https://ga4gh.github.io/data-security/ga4gh-passport#visa-claim */
function visaOf(value: unknown, where: string): Visa {
  const visa = membersOf(value, where, ['type', 'value', 'source', 'by', 'asserted', 'expires']);
  const type = visa.text('type');
  if (!visaTypes.includes(type)) throw new Error(`${where}.type: ${type} is none of ${visaTypes.join(', ')}`);
  const by = visa.optionalText('by');
  return {
    type,
    value: visa.text('value'),
    source: visa.text('source'),
    ...(by === undefined ? {} : { by }),
    asserted: timeOf(visa, 'asserted'),
    expires: timeOf(visa, 'expires'),
  };
}

function timeOf(visa: Members, name: string): number {
  const text = visa.text(name);
  const time = /^\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d))?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw new Error(`${visa.where}.${name} must be a date or an instant, such as 2026-01-31`);
  return time;
}
