/** How one parameter of a search is read, and how it finds. https://hl7.org/fhir/R4B/search.html */
import type { SearchContext } from '../context.ts';
import { parseSearch } from '../parse.ts';
import { resultParameters } from '../result.ts';
import type { Search } from '../tree.ts';
import { type Access, weightOf } from './cost.ts';
import { type CriterionReading, type ParameterReading, readCriterion, readParameter } from './reading.ts';
import { wordsOf } from './words.ts';

interface Sent {
  name: string;
  value: string;
}

/** One parameter of the search. */
export type PartExplanation = Sent &
  (
    | ({ role: 'criterion'; access: Access; text: string } & CriterionReading)
    | { role: 'sort'; parameters: readonly ParameterReading[] }
    | { role: 'include' }
    | { role: 'result' }
    /** lenient handling passed it over */
    | { role: 'ignored'; why: string }
  );

/** What was let pass for the whole search is let pass here; what was not has been refused. */
export function explainPart(name: string, value: string, { types }: Search, context: SearchContext): PartExplanation {
  const sent = { name, value };
  const alone = parseSearch({ types, path: '' }, [[name, value]], { ...context, handling: 'lenient' });
  const [why] = alone.warnings;
  if (why !== undefined) return { ...sent, role: 'ignored', why };
  const word = name.split(':')[0]!;
  if (word === '_include' || word === '_revinclude') return { ...sent, role: 'include' };
  if (word === '_sort') {
    const codes = value.split(',').map((one) => one.replace(/^-/, ''));
    const parameters = codes.flatMap((code) => types.slice(0, 1).flatMap((type) => readParameter(type, code, context)));
    return { ...sent, role: 'sort', parameters };
  }
  if (word === '_type' || (resultParameters.has(word) && !name.includes('.'))) return { ...sent, role: 'result' };
  const reading = readCriterion(types, name, value, context);
  const { access } = weightOf(alone.where[0] ?? { kind: 'none' });
  return { ...sent, role: 'criterion', ...reading, access, text: wordsOf(reading, types) };
}
