/** What a token's SMART scopes and the asker's own compartment let through, as conditions on the rows of each type. https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html */
import type { AccessContext } from '../conditions/access-context.ts';
import type { Scope, ScopeLetter } from '../conditions/scope.ts';
import { compartmentOf, parseCriterion, type RowsOf, type SearchContext } from '../search/index.ts';
import { type Int64, resourceKey } from '../search/index-rows.ts';
import type { Expression } from '../search/tree.ts';

/** What compiling conditions needs to know of the server. */
export type RowContext = Omit<SearchContext, 'handling'>;

const none: Expression = { kind: 'none' };

/** What the scopes allow to do by `letter`; undefined when the token is not restricted by scopes. */
export function scopeRows(context: AccessContext, letter: ScopeLetter, rows: RowContext): RowsOf | undefined {
  const { scopes } = context;
  if (scopes === undefined) return undefined;
  return remembered((type) => {
    const covering = scopes.filter(
      (scope) => (scope.type === '*' || scope.type === type) && scope.letters.includes(letter),
    );
    const alternatives = covering.map((scope) => conditionsOf(scope, type, context, rows));
    if (alternatives.some((all) => all.length === 0)) return undefined;
    const of = alternatives.map((all): Expression => (all.length === 1 ? all[0]! : { kind: 'and', of: all }));
    if (of.length === 0) return none;
    return of.length === 1 ? of[0] : { kind: 'or', of };
  });
}

/** What one scope asks of a resource of the type; an empty list: nothing. What is not understood lets nothing through. */
function conditionsOf(scope: Scope, type: string, context: AccessContext, rows: RowContext): Expression[] {
  const all: Expression[] = [];
  if (scope.level === 'patient') {
    if (context.patient === undefined) return [none];
    const self = resourceKey(rows.hash, 'Patient', context.patient);
    // What is never in a compartment (organizations, practitioners) is for the data sets to open.
    const own = compartmentOfPatient(type, self, rows);
    if (own !== undefined) all.push(own);
  }
  for (const [name, value] of scope.query) {
    try {
      all.push(parseCriterion(type, name, value, { ...rows, handling: 'strict' }));
    } catch {
      return [none];
    }
  }
  return all;
}

/**
 * What is one person's own. Other patients that link to this one are other persons, for whom FHIR's compartment is too
 * wide; and a Group tells of all its members.
 */
function compartmentOfPatient(type: string, self: Int64, rows: RowContext): Expression | undefined {
  if (type === 'Patient') return { kind: 'key', keys: [self] };
  return type === 'Group' ? undefined : compartmentOf(type, 'Patient', self, rows);
}

/** Everything of the asker's own compartment. Undefined for askers without one. */
export function ownRows({ subject }: AccessContext, rows: RowContext): RowsOf | undefined {
  if (subject.kind !== 'person' || subject.patient === undefined) return undefined;
  const self = resourceKey(rows.hash, 'Patient', subject.patient);
  return remembered((type) => compartmentOfPatient(type, self, rows) ?? none);
}

/** What is of the classes that data sets open, and beside it what is the asker's own. */
export function openedOrOwn(classes: readonly number[], own: RowsOf): RowsOf {
  const opened: Expression = { kind: 'class', classes };
  return remembered((type) => {
    const must = own(type);
    return must === undefined || must.kind === 'none' ? opened : { kind: 'or', of: [opened, must] };
  });
}

/** What is another's: nobody's own data are shown to them changed. */
export function othersRows(own: RowsOf): RowsOf {
  return remembered((type) => {
    const of = own(type);
    return of === undefined || of.kind === 'none' ? undefined : { kind: 'not', of };
  });
}

/** Both must hold. */
export function bothRows(one: RowsOf | undefined, other: RowsOf | undefined): RowsOf | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return remembered((type) => {
    const [x, y] = [one(type), other(type)];
    if (x === undefined || y === undefined) return x ?? y;
    return x.kind === 'none' || y.kind === 'none' ? none : { kind: 'and', of: [x, y] };
  });
}

function remembered(rowsOf: RowsOf): RowsOf {
  const known = new Map<string, Expression | undefined>();
  return (type) => {
    if (!known.has(type)) known.set(type, rowsOf(type));
    return known.get(type);
  };
}
