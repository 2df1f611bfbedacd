/** What came of a harvest: counts, and why records were refused. https://hl7.org/fhir/R4B/operationoutcome.html */
import type { Json, JsonObject, Resource } from '../../fhir/json.ts';
import { type Issue, type IssueCode, outcomeOf } from '../../fhir/outcome.ts';

/** Findings that a report spells out; all are counted. */
const mostIssues = 500;

const counted = ['taken', 'unchanged', 'retired', 'removed', 'refused', 'returned', 'known'] as const;
type Counted = (typeof counted)[number];

export interface HarvestReport {
  member: string;
  /** whether what changed was read, or everything, or what was sent */
  how: 'changes' | 'everything' | 'published';
  /** milliseconds since 1970 */
  started: number;
  ended: number;
  /**
   * taken: written here; unchanged since the last time; retired: data sets that are no more; removed: other records;
   * refused; returned: came from here; known: came by a shorter way.
   */
  counts: Record<Counted, number>;
  issues: { severity: 'error' | 'warning'; code: IssueCode; record: string; text: string }[];
  /** findings that are not spelled out */
  unlisted: number;
  /** why the run ended before its time */
  failure?: string;
}

export function newReport(member: string, how: HarvestReport['how'], now: number): HarvestReport {
  const counts = { taken: 0, unchanged: 0, retired: 0, removed: 0, refused: 0, returned: 0, known: 0 };
  return { member, how, started: now, ended: now, counts, issues: [], unlisted: 0 };
}

export function addIssue(report: HarvestReport, issue: HarvestReport['issues'][number]): void {
  if (report.issues.length < mostIssues) report.issues.push(issue);
  else report.unlisted++;
}

/** A record that is not taken, and why. */
export function refuse(report: HarvestReport, record: string, code: IssueCode, text: string): void {
  report.counts.refused++;
  addIssue(report, { severity: 'error', code, record, text });
}

export const jsonOf = (report: HarvestReport): Json => JSON.parse(JSON.stringify(report)) as Json;

/** The report as a stored JSON value gives it back. */
export const reportOf = (stored: Json): HarvestReport => stored as unknown as HarvestReport; // written by jsonOf

const instant = (at: number): string => new Date(at).toISOString();

/** One output parameter of `$harvest` and `$publish`. */
export function reportParameter(report: HarvestReport): JsonObject {
  const issues: Issue[] = report.issues.map(({ severity, code, record, text }) => ({
    severity,
    code,
    diagnostics: `${record}: ${text}`,
  }));
  if (report.unlisted > 0) {
    const diagnostics = `${report.unlisted} more findings are not listed`;
    issues.push({ severity: 'warning', code: 'too-costly', diagnostics });
  }
  if (report.failure !== undefined)
    issues.unshift({ severity: 'fatal', code: 'transient', diagnostics: report.failure });
  return {
    name: 'report',
    part: [
      { name: 'member', valueUrl: report.member },
      { name: 'how', valueCode: report.how },
      { name: 'started', valueInstant: instant(report.started) },
      { name: 'ended', valueInstant: instant(report.ended) },
      ...counted.map((name) => ({ name, valueInteger: report.counts[name] })),
      ...(issues.length === 0 ? [] : [{ name: 'outcome', resource: outcomeOf(issues) as unknown as Resource }]), // plain JSON
    ],
  };
}
