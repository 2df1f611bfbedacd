/** Why someone gets what: of a resource, of a data set, and what goes with it. See docs/adr/0010. */
import type { AccessContext } from '../conditions/access-context.ts';
import { dataSetStatementOf, isDataSet } from '../conditions/data-set-statement.ts';
import { decide, explain, grantedBy } from '../conditions/decision.ts';
import type { DataSetStatement, Reason } from '../conditions/model.ts';
import { type AskerKind, askerOfKind, type Preview, previewOf } from '../conditions/preview.ts';
import type { Granularity } from '../fhir/canonical.ts';
import type { Resource } from '../fhir/json.ts';
import { FhirError } from '../fhir/outcome.ts';
import type { Int64 } from '../search/index-rows.ts';
import type { StoredResource } from '../store/read.ts';
import { diseasesOf, hierarchyOf } from '../store/statement.ts';
import type { Store } from '../store/store.ts';
import type { DecisionMemory } from './decision-memory.ts';
import { joined, noTerms, type Terms } from './terms.ts';

/** What was decided for one resource, and what decided it. */
export interface Explanation {
  /** the most that the asker gets of it: a granularity */
  granted: Granularity;
  reasons: readonly Reason[];
}

export async function termsOf(stored: readonly StoredResource[], decision: DecisionMemory): Promise<Terms> {
  const at = await decision.latest();
  const [first, ...others] = new Set(stored.map((one) => one.class));
  if (first === undefined) return noTerms;
  return others.reduce((terms, one) => joined(terms, at.termsOf(one)), at.termsOf(first));
}

/** What a data set would give to an asker, whatever it contains; undefined when there is no such data set. */
export async function assessOne(
  asker: AccessContext,
  dataSet: string,
  store: Store,
  now: number,
): Promise<Assessment | undefined> {
  const statements = await store.statements(await store.epoch());
  const key = store.hash(dataSet);
  const statement = statements.dataSets.get(key);
  if (statement === undefined) return undefined;
  // A class of its own, on which nothing but the data set bears; who was granted what before is told to nobody who asks.
  const only = { class: -1, isMetadata: false, dataSets: [key], effects: [] };
  const alone = { ...statements, classes: [only], grants: [] };
  const granted = grantedBy(decide(asker, alone, now, statements), only.class);
  return { statement, granted, reasons: explain(asker, alone, only.class, now, statements) };
}

/** A data set's statement, and what it gives to an asker. */
export interface Assessment extends Explanation {
  statement: DataSetStatement;
}

/** The reasons for what `asker` may have of the resource; undefined when there is none with this key. */
export async function explainOne(
  asker: AccessContext,
  key: Int64,
  store: Store,
  now: number,
): Promise<Explanation | undefined> {
  const { found, epoch } = await store.read(key);
  if (found === undefined || found.tail === null) return undefined;
  const statements = await store.statements(epoch);
  const decision = decide(asker, statements, now, statements);
  const reasons = explain(asker, statements, found.class, now, statements);
  const scoped = scopeReason(asker, found.type);
  if (scoped === undefined) return { granted: grantedBy(decision, found.class), reasons };
  const granted = scoped.outcome === 'deny' ? 'none' : grantedBy(decision, found.class);
  return { granted, reasons: [...reasons, scoped] };
}

/** What the token's scopes do to reading and searching resources of the type. */
function scopeReason({ scopes }: AccessContext, type: string): Reason | undefined {
  if (scopes === undefined) return undefined;
  const covering = scopes.filter(
    (one) => (one.type === type || one.type === '*') && (one.letters.includes('r') || one.letters.includes('s')),
  );
  const source = 'scopes';
  if (covering.length === 0)
    return { source, outcome: 'deny', text: `no scope allows to read or search ${type}`, kind: 'scopes' };
  const isWhole = covering.some(({ level, query }) => level !== 'patient' && query.length === 0);
  const text = isWhole ? `all of ${type}` : `of ${type} only what the scopes name`;
  return { source, outcome: 'permit', text: `the scopes allow to read ${text}`, kind: 'scopes' };
}

/** Who would ask for what a draft describes: of a kind, described, or whoever has the draft previewed. */
export type Previewed = { kind: AskerKind } | { kind: 'described' | 'self'; asker: AccessContext };

/**
 * What a data set that is not stored would give, on its own: of what is stored only the hierarchies of the diseases
 * that it names are looked at, as the decision on the stored data set would.
 */
export async function previewDraft(
  draft: Resource,
  askers: readonly Previewed[],
  store: Store,
  now: number,
): Promise<{ statement: DataSetStatement; previews: readonly Preview[] }> {
  if (!isDataSet(draft)) throw new FhirError('value', 'the draft must be a Library of the type asset-collection');
  const statement = dataSetStatementOf(draft);
  const isBelow = await hierarchyOf(diseasesOf([statement]), store.sql, store.hash);
  const previews = askers.map((one) => {
    const asker = 'asker' in one ? one.asker : askerOfKind(one.kind, statement);
    return previewOf(statement, asker, now, { isBelow });
  });
  return { statement, previews };
}
