/** What an asker sees of the store: classes, conditions on rows, and what leaves changed. See docs/adr/0011-views.md */
import type { AccessContext } from '../conditions/access-context.ts';
import type { Decision } from '../conditions/model.ts';
import type { ScopeLetter } from '../conditions/scope.ts';
import type { RowsOf, View } from '../search/index.ts';
import type { PermittedClasses } from '../search/tree.ts';
import type { Statements } from '../store/statement.ts';
import { type Deidentification, type Deidentify, projectOf } from './deidentified.ts';
import { bothRows, openedOrOwn, othersRows, ownRows, type RowContext, scopeRows } from './scope-rows.ts';

/** What views are made of beside decision and statements. */
export interface ViewMeans {
  rows: RowContext;
  /** milliseconds since 1970 */
  now(): number;
  deidentify: Deidentify;
}

/** Of what leaves changed by one profile. */
export interface ChangedView extends View {
  classes: readonly number[];
  deidentification: Deidentification;
}

/** What one asker sees when doing one thing. */
export interface Views {
  /** of what leaves as it is */
  plain: View;
  /** all, those that leave changed among them; the first is the plain one */
  all: readonly (View | ChangedView)[];
  /** the view of what leaves changed that resources of a class are in, those that are the asker's own apart */
  changedOf(accessClass: number): ChangedView | undefined;
  /** whether the class alone lets a resource through as it is; the rows of the plain view may ask more */
  permits(accessClass: number): boolean;
  /** what the scopes alone ask, for writing; undefined: nothing */
  scopes: RowsOf | undefined;
}

export function createViews(
  context: AccessContext,
  decision: Decision,
  statements: Statements,
  letter: ScopeLetter,
  means: ViewMeans,
): Views {
  const { deidentified } = decision;
  const whole = wholeClasses(decision);
  const scoped = scopeRows(context, letter, means.rows);
  const own = whole === 'all' ? undefined : ownRows(context, means.rows);
  const plain = plainView(whole, own, scoped);
  const byProfile = new Map<string, number[]>();
  for (const [accessClass, profile] of deidentified) {
    byProfile.set(profile, [...(byProfile.get(profile) ?? []), accessClass]);
  }
  const rowsOf = bothRows(own === undefined ? undefined : othersRows(own), scoped);
  const changed = [...byProfile].flatMap(([profile, classes]): ChangedView[] => {
    const deidentification = means.deidentify(profile, projectOf(context), statements);
    if (deidentification === undefined) return [];
    return [{ deidentification, classes, veil: deidentification.veil, ...(rowsOf === undefined ? {} : { rowsOf }) }];
  });
  const byClass = new Map<number, ChangedView>();
  for (const view of changed) for (const number of view.classes) byClass.set(number, view);
  return {
    plain,
    all: [plain, ...changed],
    changedOf: (accessClass) => byClass.get(accessClass),
    permits: permitsBy(plain.classes),
    scopes: scoped,
  };
}

/** Of what leaves as it is: what data sets open so, and what is the asker's own, whatever data sets make of it for others. */
function plainView(whole: PermittedClasses, own: RowsOf | undefined, scoped: RowsOf | undefined): View {
  if (whole === 'all' || own === undefined) {
    return { classes: whole, opened: whole, ...(scoped === undefined ? {} : { rowsOf: scoped }) };
  }
  const rowsOf = bothRows(openedOrOwn(whole, own), scoped);
  return { classes: 'all', opened: whole, own, ...(rowsOf === undefined ? {} : { rowsOf }) };
}

/** The classes that leave as they are. */
function wholeClasses({ records, deidentified }: Decision): PermittedClasses {
  return records === 'all' || deidentified.size === 0 ? records : records.filter((one) => !deidentified.has(one));
}

function permitsBy(permitted: PermittedClasses): (accessClass: number) => boolean {
  if (permitted === 'all') return () => true;
  const set = new Set(permitted);
  return (accessClass) => set.has(accessClass);
}
