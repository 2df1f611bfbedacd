/** A FHIR search as rows of a form, and back as a query. https://hl7.org/fhir/R4B/search.html */

/** One criterion. `name` has its chain, but not the modifier of its end. */
export interface Criterion {
  name: string;
  modifier: string;
  comparator: string;
  value: string;
}

export interface Query {
  criteria: readonly Criterion[];
  /** a parameter, with a minus sign for descending */
  sort: string;
  includes: readonly string[];
  revincludes: readonly string[];
  count: string;
}

export const emptyCriterion: Criterion = { name: '', modifier: '', comparator: '', value: '' };

export const comparators = ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'] as const;

/** Values that a comparator may stand before begin with a digit or a sign. */
const compared = /^(eq|ne|gt|lt|ge|le|sa|eb|ap)(?=[-+.\d])/;

export function readQuery(text: string): Query {
  const pairs = [...new URLSearchParams(text)];
  const all = (name: string): string[] => pairs.filter(([one]) => one === name).map(([, value]) => value);
  const apart = new Set(['_sort', '_include', '_revinclude', '_count']);
  return {
    criteria: pairs.filter(([name]) => !apart.has(name)).map(([name, value]) => readCriterion(name, value)),
    sort: all('_sort').join(','),
    includes: all('_include'),
    revincludes: all('_revinclude'),
    count: all('_count').at(-1) ?? '',
  };
}

function readCriterion(name: string, value: string): Criterion {
  const [, comparator = ''] = compared.exec(value) ?? [];
  const colon = name.indexOf(':', name.lastIndexOf('.') + 1);
  const hasModifier = colon >= 0 && !name.startsWith('_has:') && !name.includes('include:');
  return {
    name: hasModifier ? name.slice(0, colon) : name,
    modifier: hasModifier ? name.slice(colon + 1) : '',
    comparator,
    value: value.slice(comparator.length),
  };
}

/** Rows without a name or a value ask nothing. */
export function writeQuery({ criteria, sort, includes, revincludes, count }: Query): string {
  const written = new URLSearchParams();
  for (const { name, modifier, comparator, value } of criteria) {
    if (name === '' || value === '') continue;
    written.append(modifier === '' ? name : `${name}:${modifier}`, `${comparator}${value}`);
  }
  if (sort !== '') written.append('_sort', sort);
  for (const one of includes) written.append('_include', one);
  for (const one of revincludes) written.append('_revinclude', one);
  if (count !== '') written.append('_count', count);
  return readable(written.toString());
}

/** What needs no escape in a query is easier to read without. https://www.rfc-editor.org/rfc/rfc3986#section-3.4 */
const readable = (query: string): string => query.replace(/%(3A|2C|2F|7C|24)/g, (sign) => decodeURIComponent(sign));
