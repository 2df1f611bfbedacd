/** Finds codes among those that the content summaries name which the asker may read. See docs/adr/0028-held-codes.md */
import { FhirError } from '../fhir/outcome.ts';
import type { Int64 } from '../search/index-rows.ts';
import { typedWords } from '../search/plain-words.ts';
import type { PermittedClasses } from '../search/tree.ts';
import {
  type CodeQuestion,
  countHeldCodesStatement,
  heldCodesStatement,
  heldHierarchyStatement,
} from '../store/held-code.ts';
import type { Row, Store } from '../store/store.ts';
import type { DecisionMemory } from './decision-memory.ts';
import { holdStill } from './holding.ts';
import type { Views } from './view.ts';

export interface AskedCodes extends Omit<CodeQuestion, 'words' | 'readsNames'> {
  /** as it was typed */
  filter: string;
}

/** What summaries tell of a code in one resource type. */
export interface HeldContent {
  type: string;
  dataSets: number;
  /** data sets of them that tell no number of patients */
  untold: number;
  /** data sets of them whose number is rounded */
  rounded: number;
  /** as the others tell; absent where none does */
  patients?: number;
}

export interface FoundCode {
  /** '' where there is none */
  system: string;
  code: string;
  /** '' where there is none */
  display: string;
  content: readonly HeldContent[];
  hasBelow: boolean;
  parents: readonly string[];
}

export interface FoundCodes {
  /** of all pages */
  total: number;
  codes: readonly FoundCode[];
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: PostgreSQL takes no NUL, and the others part texts
const controls = /[\u0000-\u001f]/g;

export async function heldCodes(
  asked: AskedCodes,
  { store, decision }: { store: Store; decision: DecisionMemory },
): Promise<FoundCodes> {
  const words = typedWords(asked.filter.replace(controls, ' '));
  const [found] = await holdStill(decision, async (at) => {
    const views = at.views('s');
    const permitted = classesFor(views);
    if (permitted === 'none') return { epoch: at.epoch, found: { total: 0, codes: [] } };
    return find({ ...asked, words, readsNames: views.scopes?.('CodeSystem') === undefined }, permitted, store);
  });
  return found;
}

/** A summary is no part of anyone's compartment, so that nothing but its class lets it through. */
function classesFor({ plain, scopes }: Views): PermittedClasses | 'none' {
  const must = scopes?.('MeasureReport');
  if (must?.kind === 'none') return 'none';
  if (must !== undefined)
    throw new FhirError('not-supported', 'codes are not found by a token that is restricted to some MeasureReports');
  return plain.opened ?? plain.classes;
}

async function find(
  question: CodeQuestion,
  permitted: PermittedClasses,
  store: Store,
): Promise<{ epoch: number; found: FoundCodes }> {
  const { epoch, found: rows } = await store.query(heldCodesStatement(question, permitted, store.hash));
  if (rows.length === 0) {
    const isFirst = question.offset === 0 && question.count > 0;
    if (isFirst) return { epoch, found: { total: 0, codes: [] } };
    const counted = await store.query(countHeldCodesStatement(question, permitted, store.hash));
    return { epoch: counted.epoch, found: { total: Number(counted.found[0]?.['total'] ?? 0), codes: [] } };
  }
  const keys = rows.map((row) => [row['system_key'] as number, row['code_key'] as Int64] as const);
  const hierarchy = await store.query(heldHierarchyStatement(keys, question.types, permitted));
  const byKey = new Map(hierarchy.found.map((row) => [`${row['system_key']} ${row['code_key']}`, row]));
  const codes = rows.map((row) => codeOf(row, byKey.get(`${row['system_key']} ${row['code_key']}`)));
  return { epoch: Math.max(epoch, hierarchy.epoch), found: { total: Number(rows[0]!['total']), codes } };
}

/** The columns are those of the statements. */
function codeOf(row: Row, hierarchy: Row | undefined): FoundCode {
  const types = JSON.parse(row['types'] as string) as [string, number, number, number, number][];
  return {
    system: row['system'] as string,
    code: row['code'] as string,
    display: row['display'] as string,
    content: types.map(([type, dataSets, told, rounded, patients]) => ({
      type,
      dataSets,
      untold: dataSets - told,
      rounded,
      ...(told === 0 ? {} : { patients }),
    })),
    hasBelow: hierarchy?.['has_below'] === true,
    parents: JSON.parse((hierarchy?.['parents'] as string | undefined) ?? '[]') as string[],
  };
}
