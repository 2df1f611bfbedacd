/** Harvesting as others may import it. */
export { openSource } from './collect.ts';
export type { Member } from './member.ts';
export { reportOf, reportParameter } from './report.ts';
export { harvestDue, harvestMember, harvestService, openCommunity, takePublished } from './run.ts';
