/** Evaluates the conditions of a visa against the other visas of the same person. https://ga4gh.github.io/data-security/ga4gh-passport#conditions */

/** The fields of a visa that a condition may ask for. */
export interface VisaFields {
  type: string;
  value: string;
  source: string;
  by?: string;
}

/** All fields of one clause must match the same visa. */
interface Clause {
  type: string;
  fields: readonly (readonly [name: 'value' | 'source' | 'by', pattern: string])[];
}

/** Alternatives, each a list of clauses that must all be met. */
export type Conditions = readonly (readonly Clause[])[];

const fieldNames = ['value', 'source', 'by'];

/** Undefined when `stated` is malformed anywhere: then the visa is nothing, whatever its other alternatives say. */
export function readConditions(stated: unknown): Conditions | undefined {
  if (!Array.isArray(stated)) return undefined;
  const alternatives: Clause[][] = [];
  for (const one of stated as unknown[]) {
    if (!Array.isArray(one)) return undefined;
    const clauses = one.map(readClause);
    if (!clauses.every((clause) => clause !== undefined)) return undefined;
    alternatives.push(clauses);
  }
  return alternatives;
}

function readClause(stated: unknown): Clause | undefined {
  if (typeof stated !== 'object' || stated === null || Array.isArray(stated)) return undefined;
  const fields: (readonly [name: 'value' | 'source' | 'by', pattern: string])[] = [];
  let type: string | undefined;
  for (const [name, text] of Object.entries(stated)) {
    if (typeof text !== 'string') return undefined;
    if (name === 'type') type = text;
    else if (fieldNames.includes(name))
      fields.push([name as 'value', text]); // one of the three
    else return undefined;
  }
  return type === undefined || fields.length === 0 ? undefined : { type, fields };
}

/**
 * Whether one alternative is met. `visas` are those that are accepted, of the same person and without conditions of
 * their own. Nothing is true of an empty list: neither no alternative nor an alternative without clauses is met.
 */
export function areMet(conditions: Conditions, visas: readonly VisaFields[]): boolean {
  return conditions.some(
    (clauses) => clauses.length > 0 && clauses.every((clause) => visas.some((visa) => meets(visa, clause))),
  );
}

function meets(visa: VisaFields, { type, fields }: Clause): boolean {
  return visa.type === type && fields.every(([name, text]) => matches(visa[name], text));
}

/** `text` is `const:`, `pattern:` or `split_pattern:` and what the field must be; another beginning matches nothing. */
function matches(field: string | undefined, text: string): boolean {
  if (field === undefined) return false;
  const at = text.indexOf(':');
  const wanted = text.slice(at + 1);
  switch (at < 0 ? '' : text.slice(0, at)) {
    case 'const':
      return field === wanted;
    case 'pattern':
      return matchesPattern(field, wanted);
    case 'split_pattern':
      return field.split(';').some((part) => matchesPattern(part, wanted));
    default:
      return false;
  }
}

/**
 * Whether the whole text is as the pattern says: `?` is one character, `*` any number of them, everything else itself.
 * Written out, since a regular expression made of a pattern has meanings that the pattern does not have.
 */
export function matchesPattern(text: string, pattern: string): boolean {
  const characters = [...text];
  const parts = [...pattern];
  let at = 0;
  let part = 0;
  /** the last `*`, and how far what it stands for reaches */
  let star = -1;
  let reach = 0;
  while (at < characters.length) {
    if (parts[part] === '*') {
      star = part++;
      reach = at;
    } else if (part < parts.length && (parts[part] === '?' || parts[part] === characters[at])) {
      part++;
      at++;
    } else if (star >= 0) {
      // The last star takes one more; earlier ones need not, since it can take whatever they could.
      part = star + 1;
      at = ++reach;
    } else {
      return false;
    }
  }
  while (parts[part] === '*') part++;
  return part === parts.length;
}
