/** The demo community as others may import it. */
export { type CommunityPlan, metadataLines, recordLines, truthOf } from './community.ts';
export { type Addresses, dataSetUrl } from './metadata.ts';
export { type AccountName, accountNames, accountsAt, type PersonName, people, personNames } from './people.ts';
export { type SiteName, siteNames, sites } from './sites.ts';
export type { DemoQuestion } from './truth.ts';
