/** The members of a community as others may import them. */
export { keepStatement, memberService, put, statementId } from './check.ts';
export { type CommunityMeans, createCommunity, scheduleChecks } from './community.ts';
export {
  baseOf,
  endpointWith,
  isAskable,
  type Member,
  type Membership,
  mayHoldData,
  memberOf,
  memberships,
  newEndpoint,
  shownTo,
} from './member.ts';
export { rolesOf } from './statement.ts';
