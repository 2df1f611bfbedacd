/** Who asks in the demo, as their institutions would vouch for them: a researcher, a member of the committee, a steward. See docs/adr/0014-access-requests.md */
import type { AccessContext, Visa } from '../conditions/access-context.ts';
import { snomedSystem } from './condition.ts';
import { patientId } from './records.ts';
import { lowlandsTerms, type SiteName, sites } from './sites.ts';

export const personNames = ['researcher', 'committee', 'steward'] as const;
export type PersonName = (typeof personNames)[number];

const issuer = 'https://fairway.health/demo';
const nothing = { readAll: false, write: false };

/** The demo runs for years without anybody renewing it. */
const registered: Visa = {
  type: 'ResearcherStatus',
  value: 'https://doi.org/10.1038/s41431-018-0219-y',
  source: 'https://fairway.health/demo/university',
  by: 'so',
  asserted: Date.UTC(2025, 0, 1),
  expires: Date.UTC(2100, 0, 1),
};

export const people: Readonly<Record<PersonName, AccessContext>> = {
  researcher: {
    subject: { kind: 'person', issuer, id: 'researcher', name: 'Robin Example, researcher' },
    rights: nothing,
    visas: [registered],
    acceptedTerms: [lowlandsTerms],
    research: { kinds: ['disease'], diseases: [`${snomedSystem}|38341003`], commercial: false },
    affiliations: ['https://fairway.health/demo/university'],
    forProfit: false,
    country: 'NL',
  },
  committee: {
    subject: { kind: 'person', issuer, id: 'committee', name: 'Kim Example, for the committee' },
    rights: { ...nothing, committees: [`Organization/${sites.cohort.committee!.id}`] }, // the cohort has one
  },
  steward: {
    subject: { kind: 'person', issuer, id: 'steward', name: 'Sam Example, data steward' },
    // What is explained is what the one who asks finds; data sets are written and data taken in.
    rights: { ...nothing, readAll: true, write: true, steward: true },
  },
};

/** Who can log in: the same people, and one of the hospital's patients. */
export const accountNames = [...personNames, 'patient'] as const;
export type AccountName = (typeof accountNames)[number];

/** An account as the access file has it, without its password. See docs/reference/access-file.md */
export interface DemoAccount {
  readonly id: AccountName;
  readonly name: string;
  readonly [member: string]: unknown;
}

/** The accounts of one server with so many patients: each is the very person that the token of that name stands for, wherever one logs in. */
export function accountsAt(site: SiteName, patients: number): readonly DemoAccount[] {
  const known = personNames.map((name) => accountOf(name, people[name]));
  const { style } = sites[site];
  if (site !== 'hospital' || style === undefined) return known;
  // The last one is of routine care.
  return [...known, { id: 'patient', name: 'A patient of the hospital', patient: patientId(style, patients - 1) }];
}

function accountOf(id: PersonName, { subject, rights, visas = [], ...person }: AccessContext): DemoAccount {
  const { acceptedTerms, research, affiliations, forProfit, country } = person;
  return {
    id,
    name: subject.kind === 'person' ? (subject.name ?? id) : id,
    identity: { issuer, id },
    roles: rights.steward === true ? ['steward'] : [],
    may: rights.readAll ? ['read'] : [],
    ...(rights.committees === undefined ? {} : { committees: rights.committees }),
    ...(acceptedTerms === undefined ? {} : { acceptedTerms }),
    ...(research === undefined ? {} : { research }),
    ...(affiliations === undefined ? {} : { affiliations }),
    ...(forProfit === undefined ? {} : { forProfit }),
    ...(country === undefined ? {} : { country }),
    visas: visas.map(({ asserted, expires, ...visa }) => ({
      ...visa,
      asserted: new Date(asserted).toISOString(),
      expires: new Date(expires).toISOString(),
    })),
  };
}
