/** What would make a search cheaper or clearer, from its form alone. See docs/adr/0033-explaining-searches.md */
import type { Search } from '../tree.ts';
import type { SearchCost } from './cost.ts';
import type { PartExplanation } from './part.ts';

export interface Hint {
  code: string;
  /** the parameter that it is about, as sent; absent: the search as a whole */
  about?: string;
  text: string;
}

/** More alternatives than these are a value set. */
const manyAlternatives = 100;
/** Pages beyond this take long to send and to read. */
const largePage = 500;

export function hintsOf(search: Search, parts: readonly PartExplanation[], cost: SearchCost): Hint[] {
  return [...parts.flatMap(ofPart), ...ofSearch(search, parts, cost)];
}

function ofPart(part: PartExplanation): Hint[] {
  const { name, value } = part;
  const hint = (code: string, text: string): Hint => ({ code, about: name, text });
  if (part.role === 'ignored') return [hint('ignored', `${name} has no effect here: ${part.why}`)];
  if (part.role === 'include' && /(^|:)\*/.test(value))
    return [hint('include-all', 'Name the references that are needed: * follows all of them.')];
  if (part.role !== 'criterion') return [];
  const { steps, parameters, modifier, values, access } = part;
  const hints: Hint[] = [];
  const wide = steps.find(({ direction, to }) => direction === 'forward' && to.length > 1);
  if (wide !== undefined) {
    const example = `${wide.parameter.code}:${wide.to.includes('Patient') ? 'Patient' : wide.to[0]}`;
    hints.push(
      hint('chain-type', `Say where it leads, such as ${example}: now ${wide.to.length} types are looked through.`),
    );
  }
  if (
    modifier === undefined &&
    parameters.some(({ isCoded }) => isCoded) &&
    values.some(({ system }) => system === undefined)
  )
    hints.push(hint('code-system', 'State the system, system|code: the code alone is looked for in all systems.'));
  if (access === 'scan')
    hints.push(
      hint('scan', 'Every value is read to answer this: a beginning, :exact or another condition is cheaper.'),
    );
  if (access === 'open-range') hints.push(hint('open-range', 'Give the other end too, so that less is read.'));
  if (parameters[0]?.kind === 'reference' && modifier === undefined && values.some(({ text }) => !/[/:]/.test(text)))
    hints.push(hint('reference-type', 'Write Type/id: the id alone may be that of a resource of any type.'));
  if (values.length > manyAlternatives)
    hints.push(hint('alternatives', 'So many codes are better kept as a ValueSet and asked for with :in.'));
  return hints;
}

function ofSearch(search: Search, parts: readonly PartExplanation[], { reasons }: SearchCost): Hint[] {
  const hints: Hint[] = [];
  if (reasons.includes('only-tests'))
    hints.push({ code: 'only-tests', text: 'Add a condition that says what is wanted: now every resource is tested.' });
  if (reasons.includes('counts-all') && !search.countOnly)
    hints.push({ code: 'total', text: 'Leave out _total where it is not needed: for it all matches are counted.' });
  if (reasons.includes('many-joins'))
    hints.push({
      code: 'many-joins',
      text: 'Ask in two steps: first for what the chain leads to, then for what refers to it.',
    });
  if (!search.countOnly && search.count > largePage)
    hints.push({ code: 'page-size', text: 'Ask for smaller pages and follow the links to the next ones.' });
  const stated = parts.find(({ name }) => name === '_count');
  if (stated !== undefined && Number(stated.value) > search.count && !search.countOnly)
    hints.push({ code: 'page-limit', about: '_count', text: `A page has at most ${search.count} matches here.` });
  return hints;
}
