/** Criteria that are no rows of one parameter: _id, _lastUpdated, _type, _list, _in, _text, _content, _query. https://hl7.org/fhir/R5/search.html#all */
import { FhirError } from '../fhir/outcome.ts';
import { idPattern } from '../fhir/reference.ts';
import type { SearchContext } from './context.ts';
import { resourceKey } from './index-rows.ts';
import { membership } from './membership.ts';
import { dateTests } from './parameter/date.ts';
import { unescapeText } from './parameter/text-list.ts';
import type { Expression } from './tree.ts';
import { unknownModifier } from './unknown-parameter.ts';
import { foldWords } from './words.ts';

interface Special {
  type: string;
  code: string;
  modifier: string | undefined;
  /** split at commas, still escaped */
  values: readonly string[];
  /** as sent */
  value: string;
  context: SearchContext;
}

export const specialCriteria: ReadonlyMap<string, (asked: Special) => Expression> = new Map([
  ['_id', parseId],
  ['_lastUpdated', parseLastUpdated],
  ['_list', (asked: Special) => membership(plainValues(asked), '_list', asked.context, 'List')],
  ['_in', (asked: Special) => membership(plainValues(asked), '_in', asked.context)],
  ['_text', (asked: Special) => words(asked, 'narrative')],
  ['_content', (asked: Special) => words(asked, 'content')],
  ['_query', parseQuery],
]);

function plainValues({ type, code, modifier, values }: Special): readonly string[] {
  if (modifier !== undefined) throw unknownModifier(code, modifier, type);
  return values;
}

function parseId({ type, modifier, values, context }: Special): Expression {
  if (modifier !== undefined && modifier !== 'not') throw unknownModifier('_id', modifier, type);
  // What cannot be an id is the id of nothing.
  const ids = values.map(unescapeText).filter((id) => idPattern.test(id));
  const of: Expression = { kind: 'key', keys: ids.map((id) => resourceKey(context.hash, type, id)) };
  return modifier === 'not' ? { kind: 'not', of } : of;
}

function parseLastUpdated(asked: Special): Expression {
  const { context } = asked;
  return {
    kind: 'updated',
    ranges: plainValues(asked).flatMap((value) => dateTests(value, '_lastUpdated', context.now())),
  };
}

/** Alternatives are those of the query's own syntax: words, "phrases", or, -without. */
function words(asked: Special, column: 'narrative' | 'content'): Expression {
  plainValues(asked);
  const query = unescapeText(asked.value);
  if (!/[\p{L}\p{N}]/u.test(query)) throw new FhirError('value', `${asked.code} needs words to look for`);
  return { kind: 'words', column, query: foldWords(query) };
}

function parseQuery({ value }: Special): Expression {
  throw new FhirError('not-supported', `this server has no named query "${value}"; it has none at all`);
}
