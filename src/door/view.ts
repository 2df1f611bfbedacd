/** What an asker sees of the store: classes, conditions on rows, and what leaves changed. See docs/adr/0011-views.md */
import type { AccessContext } from '../conditions/access-context.ts';
import type { Decision } from '../conditions/model.ts';
import type { ScopeLetter } from '../conditions/scope.ts';
import type { RowsOf, View } from '../search/index.ts';
import type { PermittedClasses } from '../search/tree.ts';
import type { Statements } from '../store/statement.ts';
import { type Deidentification, type Deidentify, projectOf } from './deidentified.ts';
import { bothRows, ownRows, type RowContext, scopeRows } from './scope-rows.ts';

/** What views are made of beside decision and statements. */
export interface ViewMeans {
  rows: RowContext;
  /** milliseconds since 1970 */
  now(): number;
  deidentify: Deidentify;
}

/** What one asker sees when doing one thing. */
export interface Views {
  /** of what leaves as it is */
  plain: View;
  /** all, those that leave changed among them; the first is the plain one */
  all: readonly View[];
  /** how resources of a class leave changed */
  deidentificationOf(accessClass: number): Deidentification | undefined;
  /** every way in which resources leave changed */
  deidentifications: readonly Deidentification[];
  /** whether the class alone lets a resource through as it is; `rowsOf` may ask more */
  permits(accessClass: number): boolean;
  rowsOf: RowsOf | undefined;
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
  const own = whole === 'all' ? undefined : ownRows(context, whole, means.rows);
  const rowsOf = bothRows(own, scoped);
  const classes = own === undefined ? whole : 'all';
  const plain: View = { classes, opened: whole, ...(rowsOf === undefined ? {} : { rowsOf }) };
  const byProfile = new Map<string, number[]>();
  for (const [accessClass, profile] of deidentified) {
    byProfile.set(profile, [...(byProfile.get(profile) ?? []), accessClass]);
  }
  const changed = [...byProfile].flatMap(([profile, list]) => {
    const deidentification = means.deidentify(profile, projectOf(context), statements);
    return deidentification === undefined ? [] : [{ deidentification, classes: list }];
  });
  const byClass = new Map(
    changed.flatMap((one) => one.classes.map((number) => [number, one.deidentification] as const)),
  );
  return {
    plain,
    all: [
      plain,
      ...changed.map(
        (one): View => ({
          classes: one.classes,
          veil: one.deidentification.veil,
          ...(scoped === undefined ? {} : { rowsOf: scoped }),
        }),
      ),
    ],
    deidentificationOf: (accessClass) => byClass.get(accessClass),
    deidentifications: changed.map((one) => one.deidentification),
    permits: permitsBy(classes),
    rowsOf,
    scopes: scoped,
  };
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
