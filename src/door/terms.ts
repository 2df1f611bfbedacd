/** What goes with resources on their way out: obligations, and the data sets that state them. See docs/adr/0010. */
import type { Decision, Obligation } from '../conditions/model.ts';

/** What a recipient has to keep to, and the data sets (`Library/id`) that say so. */
export interface Terms {
  dataSets: readonly string[];
  obligations: readonly Obligation[];
}

export const noTerms: Terms = { dataSets: [], obligations: [] };

/** Both, each once. */
export function joined(one: Terms, other: Terms): Terms {
  if (other === noTerms || one === other) return one;
  if (one === noTerms) return other;
  const dataSets = [...new Set([...one.dataSets, ...other.dataSets])].sort();
  const all = [...one.obligations, ...other.obligations];
  return { dataSets, obligations: [...new Map(all.map((each) => [obligationText(each), each])).values()] };
}

/** `CODE` or `CODE;parameter`, without its system: what a header says. */
export function obligationText({ code, parameter }: Obligation): string {
  const plain = code.slice(code.lastIndexOf('|') + 1);
  return parameter === undefined ? plain : `${plain};${parameter}`;
}

/** What goes with each class, made once for each decision. */
export function termsByClass({ givenBy, obligations: all }: Decision): (accessClass: number) => Terms {
  const known = new Map<number, Terms>();
  return (accessClass) => {
    let terms = known.get(accessClass);
    if (terms === undefined) {
      const dataSets = givenBy.get(accessClass) ?? [];
      const obligations = all.get(accessClass) ?? [];
      terms = dataSets.length + obligations.length === 0 ? noTerms : { dataSets, obligations };
      known.set(accessClass, terms);
    }
    return terms;
  };
}
