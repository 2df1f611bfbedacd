/** Collects the parameters of one SQL statement: values never become SQL text. https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-SPECIAL-CHARS */
import { FhirError } from '../../fhir/outcome.ts';
import type { PermittedClasses } from '../tree.ts';

/** SQL text with its parameters; arrays stay arrays. */
export interface Statement {
  text: string;
  values: readonly unknown[];
  /** Whether one plan serves whatever the values are: so with a single condition, whose index is the only way. */
  isPlannedOnce: boolean;
}

/** PostgreSQL takes 65,535 in one statement, and where persons are counted two builders share one. */
const mostValues = 32_000;

export class StatementBuilder {
  readonly values: unknown[] = [];
  #permitted: PermittedClasses;
  readonly #lists = new Map<readonly number[], string>();
  #aliases = 0;

  constructor(permitted: PermittedClasses) {
    this.#permitted = permitted;
  }

  /** A placeholder for `value`, cast to `type`. */
  add(value: unknown, type: string): string {
    if (this.values.length >= mostValues) {
      throw new FhirError('too-costly', 'what is asked has too many parts; ask for less at a time');
    }
    this.values.push(value);
    return `$${this.values.length}::${type}`;
  }

  /** A table alias that is not used yet. */
  alias(): string {
    return `t${this.#aliases++}`;
  }

  /** The condition that rows of `alias` are of a permitted class; goes with every table that is touched. */
  permitted(alias: string): string {
    return this.ofClasses(alias, this.#permitted);
  }

  /** The condition that rows of `alias` are of one of the classes. */
  ofClasses(alias: string, classes: PermittedClasses): string {
    if (classes === 'all') return '';
    let list = this.#lists.get(classes);
    if (list === undefined) this.#lists.set(classes, (list = this.add([...classes], 'int[]')));
    return ` and ${alias}.class = any(${list})`;
  }

  /** What `write` writes as if only these classes were permitted. */
  within<T>(classes: PermittedClasses, write: () => T): T {
    const outer = this.#permitted;
    this.#permitted = classes;
    try {
      return write();
    } finally {
      this.#permitted = outer;
    }
  }
}
