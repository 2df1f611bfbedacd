/** What follows from how a member answered: its status, and what is wrong with it. Pure. See docs/adr/0025-discovery.md */
import type { Look } from '../../interaction/index.ts';
import { isAboutCertificate } from './look.ts';
import { baseOf, type Member, type MemberChange, type MemberProblem, mayHoldData } from './member.ts';
import { addressOf, rolesOf, versionOf } from './statement.ts';

export interface JudgeLimits {
  /** failures in a row after which a member is `error`, and after which it is `off` */
  errorAfter: number;
  offAfter: number;
  /** milliseconds after which `seen` is written again although nothing else has changed */
  seenEvery: number;
  /** age of the newest content summary that is a problem, and time left to a certificate that is one */
  summaryAge: number;
  certificateLeft: number;
}

const hour = 3_600_000;
const day = 24 * hour;
export const judgeLimits: JudgeLimits = {
  errorAfter: 3,
  offAfter: 36,
  seenEvery: hour,
  summaryAge: 90 * day,
  certificateLeft: 14 * day,
};

/** What is known beside the answer. */
export interface JudgeFacts {
  /** failures in a row, with this one */
  failures: number;
  /** date of its newest content summary, milliseconds since 1970 */
  newestSummary?: number;
  /** when the certificate that it shows now ends */
  certificateUntil?: number;
}

/** What to change in the Endpoint; undefined where it may stay as it is, so that its history does not grow with every check. */
export function judge(
  member: Member,
  look: Look,
  facts: JudgeFacts,
  limits: JudgeLimits = judgeLimits,
): MemberChange | undefined {
  const problems = problemsOf(member, look, facts, limits);
  const status = statusOf(member, look, facts, limits);
  const isSeen = look.statement !== undefined;
  const certificateUntil = facts.certificateUntil ?? member.certificateUntil;
  const isNews =
    status !== member.status ||
    problems.join() !== member.problems.join() ||
    certificateUntil !== member.certificateUntil ||
    (isSeen && look.at - (member.seen ?? 0) >= limits.seenEvery);
  if (!isNews) return undefined;
  return {
    status,
    problems,
    ...(isSeen ? { seen: look.at } : {}),
    ...(certificateUntil === undefined ? {} : { certificateUntil }),
  };
}

/** Only what a check has turned off does a check turn on again: a steward's word stands. */
function statusOf(member: Member, look: Look, { failures }: JudgeFacts, limits: JudgeLimits): string {
  const { status } = member;
  if (look.statement !== undefined) return isFallen(member) ? 'active' : status;
  if (status !== 'active' && !isFallen(member)) return status;
  return failures >= limits.offAfter ? 'off' : failures >= limits.errorAfter ? 'error' : status;
}

const isFallen = ({ status, problems }: Member): boolean =>
  (status === 'error' || status === 'off') && problems.includes('no-answer');

function problemsOf(member: Member, look: Look, facts: JudgeFacts, limits: JudgeLimits): MemberProblem[] {
  const { statement, at } = look;
  const found = new Set<MemberProblem>();
  const until = facts.certificateUntil ?? member.certificateUntil;
  if (isAboutCertificate(look.reason) || (until !== undefined && until - at < limits.certificateLeft)) {
    found.add('certificate');
  }
  if (statement === undefined) {
    // One answer that is missing is no news. The problem also marks that a check has changed the status.
    if (isFallen(member) || (member.status === 'active' && facts.failures >= limits.errorAfter)) found.add('no-answer');
    for (const one of member.problems) if (one.startsWith('wrong-')) found.add(one);
  } else {
    const version = versionOf(statement);
    const isStated = member.versions.some((one) => version === one || version?.startsWith(`${one}.`));
    if (member.versions.length > 0 && !isStated) found.add('wrong-version');
    const roles = rolesOf(statement);
    if (roles.length > 0 && member.roles.some((one) => !roles.includes(one))) found.add('wrong-role');
    const address = addressOf(statement);
    if (address !== undefined && baseOf(address) !== member.address) found.add('wrong-address');
  }
  if (mayHoldData(member)) {
    if (facts.newestSummary === undefined) found.add('no-summary');
    else if (at - facts.newestSummary > limits.summaryAge) found.add('old-summary');
  }
  return [...found].sort();
}
