/** What goes with resources on their way out: obligations, and the data sets that state them. See docs/adr/0010. */
import type { AccessContext } from '../conditions/access-context.ts';
import { granteeKeys } from '../conditions/grant.ts';
import type { Decision, Grant, Obligation } from '../conditions/model.ts';
import { canonical } from '../fhir/canonical.ts';
import type { Statements } from '../store/statement.ts';

/** What a recipient has to keep to, and the data sets (`Library/id`) that say so. */
export interface Terms {
  dataSets: readonly string[];
  obligations: readonly Obligation[];
  /** when what was granted ends, milliseconds since 1970; absent where nothing that ends was granted */
  until?: number;
}

export const noTerms: Terms = { dataSets: [], obligations: [] };

/** Both, each once. */
export function joined(one: Terms, other: Terms): Terms {
  if (other === noTerms || one === other) return one;
  if (one === noTerms) return other;
  const dataSets = [...new Set([...one.dataSets, ...other.dataSets])].sort();
  const all = [...one.obligations, ...other.obligations];
  const obligations = [...new Map(all.map((each) => [obligationText(each), each])).values()];
  return { dataSets, obligations, ...earliest([one.until, other.until]) };
}

function earliest(ends: readonly (number | undefined)[]): { until?: number } {
  const stated = ends.filter((one) => one !== undefined);
  return stated.length === 0 ? {} : { until: Math.min(...stated) };
}

const actCode = `${canonical.actCode}|`;

/** `CODE` or `CODE;parameter`, with its system where that is not v3-ActCode: what a header says. */
export function obligationText({ code, parameter }: Obligation): string {
  const short = code.startsWith(actCode) ? code.slice(actCode.length) : code;
  return parameter === undefined ? short : `${short};${parameter}`;
}

/** What goes with each class, made once for each decision. */
export function termsByClass(
  { givenBy, obligations: all }: Decision,
  context: AccessContext,
  { grants }: Statements,
  now: number,
): (accessClass: number) => Terms {
  const keys = granteeKeys(context);
  const own = grants.filter((grant) => grant.grantees.some((one) => keys.includes(one)) && isInForce(grant, now));
  const known = new Map<number, Terms>();
  return (accessClass) => {
    let terms = known.get(accessClass);
    if (terms === undefined) {
      const dataSets = givenBy.get(accessClass) ?? [];
      const obligations = all.get(accessClass) ?? [];
      const ends = dataSets.map((dataSet) => endOf(own.filter((grant) => grant.dataSet === dataSet)));
      terms = dataSets.length + obligations.length === 0 ? noTerms : { dataSets, obligations, ...earliest(ends) };
      known.set(accessClass, terms);
    }
    return terms;
  };
}

const isInForce = ({ from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY }: Grant, now: number): boolean =>
  from <= now && now <= to;

/** The grant that lasts longest counts; one that does not end is no end. */
function endOf(grants: readonly Grant[]): number | undefined {
  if (grants.length === 0 || grants.some(({ to }) => to === undefined)) return undefined;
  return Math.max(...grants.map(({ to }) => to!));
}
