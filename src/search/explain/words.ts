/** A criterion in plain words. https://hl7.org/fhir/R4B/search.html#modifiers */
import type { Prefix } from '../parameter/prefix.ts';
import type { CriterionReading } from './reading.ts';
import type { ValueReading } from './value.ts';

const comparators: Record<Prefix, string> = {
  eq: 'is',
  ne: 'is other than',
  gt: 'is more than',
  lt: 'is less than',
  ge: 'is at least',
  le: 'is at most',
  sa: 'begins after',
  eb: 'ends before',
  ap: 'is about',
};

/** What takes the place of a comparison of the parameter's own kind. */
const byModifier: Record<string, string> = {
  above: 'is or stands above',
  below: 'is or stands below',
  'code-text': 'has a code or display that begins with',
  contains: 'contains',
  exact: 'is exactly',
  identifier: 'names its target by the identifier',
  in: 'is in the value set or group',
  not: 'is not (or is absent), for',
  'not-in': 'is not in the value set or group',
  'of-type': 'is an identifier of the type and value',
  text: 'has words that begin with',
  'text-advanced': 'has the words',
};

const bySpecial: Record<string, string> = {
  _text: 'the narrative has the words',
  _content: 'some text has the words',
  _filter: 'the filter holds:',
  _list: 'it is in the list',
  _in: 'it is in the list or group',
};

/** `a Patient is referred to by "subject" whose "name" begins with "x"` */
export function wordsOf(reading: CriterionReading, types: readonly string[]): string {
  const { steps, code, modifier, values } = reading;
  const start = types.length === 1 ? types[0]! : 'the resource';
  const way = steps.map(({ direction, type, parameter, to }) => {
    const target = to.length > 3 ? `one of ${to.length} types` : to.join(' or ');
    return direction === 'forward'
      ? `by "${parameter.code}" it refers to ${target}, of which `
      : `some ${type} refers to it by "${parameter.code}", of which `;
  });
  const subject = steps.length === 0 ? `${start}: ` : `${start}: ${way.join('')}`;
  const special = bySpecial[code];
  if (special !== undefined) return `${subject}${special} ${quoted(values)}`;
  if (modifier === 'missing') {
    return `${subject}"${code}" ${values[0]?.text === 'true' ? 'is absent' : 'is present'}`;
  }
  return `${subject}"${code}" ${comparisonOf(reading)}`;
}

function comparisonOf({ modifier, values, parameters }: CriterionReading): string {
  const known = modifier === undefined ? undefined : byModifier[modifier];
  if (known !== undefined) return `${known} ${quoted(values)}`;
  const target = modifier === undefined ? '' : ` the ${modifier}`;
  if (parameters[0]?.kind === 'string') return `begins with ${quoted(values)}`;
  if (values.some(({ comparator }) => comparator !== undefined)) {
    return values.map((one) => `${comparators[one.comparator ?? 'eq']} ${shown(one)}`).join(' or ');
  }
  return `is${target} ${quoted(values)}`;
}

function shown({ text, code, comparator }: ValueReading): string {
  return comparator !== undefined && code !== undefined ? `${text} ${code}` : text;
}

/** A long list is cut, and says so. */
function quoted(values: readonly ValueReading[]): string {
  const most = 10;
  const first = values.slice(0, most).map(({ text }) => `"${text}"`);
  return values.length > most ? `${first.join(' or ')} or one of ${values.length - most} more` : first.join(' or ');
}
