/** Parses `_filter`: comparisons joined by and, or, not and brackets. https://hl7.org/fhir/R4B/search_filter.html */
import { FhirError } from '../fhir/outcome.ts';
import { limits, type SearchContext } from './context.ts';
import { parseCriterion } from './criterion.ts';
import { foldText, parameterKey } from './index-rows.ts';
import { dateTests } from './parameter/date.ts';
import { parameterOf } from './parameter-of.ts';
import type { Expression } from './tree.ts';
import { UnknownParameter } from './unknown-parameter.ts';

interface Token {
  kind: 'word' | 'text' | 'sign';
  text: string;
  at: number;
}

const tokenPattern = /\s*(?:"((?:[^"\\]|\\.)*)"|([()[\]])|([^\s()[\]"]+))/y;

/** The expression that `filter` is for resources of `type`. */
export function parseFilter(type: string, filter: string, context: SearchContext): Expression {
  return new FilterParser(filter, context).parse(type);
}

class FilterParser {
  readonly #filter: string;
  readonly #context: SearchContext;
  readonly #tokens: Token[];
  #next = 0;
  #depth = 0;

  constructor(filter: string, context: SearchContext) {
    this.#filter = filter;
    this.#context = context;
    this.#tokens = this.#tokenize();
  }

  parse(type: string): Expression {
    const expression = this.#either(type);
    const rest = this.#tokens[this.#next];
    if (rest !== undefined) throw this.#fault(`"${rest.text}" is not expected`, rest.at);
    return expression;
  }

  #tokenize(): Token[] {
    const tokens: Token[] = [];
    const end = this.#filter.trimEnd().length;
    tokenPattern.lastIndex = 0;
    while (tokenPattern.lastIndex < end) {
      const at = tokenPattern.lastIndex;
      const match = tokenPattern.exec(this.#filter);
      if (match === null) throw this.#fault('this cannot be read', at);
      const [, quoted, sign, word] = match;
      if (quoted !== undefined) tokens.push({ kind: 'text', text: quoted.replace(/\\(.)/g, '$1'), at });
      else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign, at });
      else tokens.push({ kind: 'word', text: word!, at });
    }
    if (tokens.length === 0) throw this.#fault('it is empty', 0);
    if (tokens.length > 4 * limits.parameters) throw new FhirError('too-costly', '_filter has too many parts');
    return tokens;
  }

  #fault(what: string, at: number): FhirError {
    return new FhirError('value', `_filter cannot be understood at character ${at + 1}: ${what}`);
  }

  #isWord(text: string): boolean {
    const token = this.#tokens[this.#next];
    return token?.kind === 'word' && token.text === text;
  }

  #isSign(text: string): boolean {
    const token = this.#tokens[this.#next];
    return token?.kind === 'sign' && token.text === text;
  }

  #take(what: string): Token {
    const token = this.#tokens[this.#next++];
    if (token === undefined) throw this.#fault(`it ends where ${what} is needed`, this.#filter.length);
    return token;
  }

  #takeSign(sign: string): void {
    const token = this.#take(sign);
    if (token.kind !== 'sign' || token.text !== sign) throw this.#fault(`${sign} is needed`, token.at);
  }

  /** `and` binds more tightly than `or`. */
  #either(type: string): Expression {
    const of = [this.#both(type)];
    while (this.#isWord('or')) {
      this.#next++;
      of.push(this.#both(type));
    }
    return of.length === 1 ? of[0]! : { kind: 'or', of };
  }

  #both(type: string): Expression {
    const of = [this.#one(type)];
    while (this.#isWord('and')) {
      this.#next++;
      of.push(this.#one(type));
    }
    return of.length === 1 ? of[0]! : { kind: 'and', of };
  }

  #one(type: string): Expression {
    if (++this.#depth > 8 * limits.depth) throw new FhirError('too-costly', '_filter nests too deeply');
    try {
      if (this.#isWord('not')) {
        this.#next++;
        return { kind: 'not', of: this.#one(type) };
      }
      if (this.#isSign('(')) {
        this.#next++;
        const inner = this.#either(type);
        this.#takeSign(')');
        return inner;
      }
      return this.#comparison(type);
    } finally {
      this.#depth--;
    }
  }

  /** `name op value`, or a path: `subject.name co "x"`. */
  #comparison(type: string): Expression {
    const name = this.#take('a search parameter');
    if (name.kind !== 'word') throw this.#fault('a search parameter is needed', name.at);
    // Conditions on the way, `related[type eq x].target`, need one element to meet both: rows do not know elements.
    if (this.#isSign('[')) {
      throw new UnknownParameter('not-supported', '_filter: conditions in square brackets are not supported here');
    }
    const operator = this.#take('an operator');
    const value = this.#take('a value');
    if (operator.kind !== 'word') throw this.#fault('an operator is needed', operator.at);
    if (value.kind === 'sign') throw this.#fault('a value is needed', value.at);
    return this.#along(type, name.text.split('.'), name.at, (target, code) =>
      this.#compare(target, code, operator, value.text),
    );
  }

  /** Follows references: all names but the last lead from one resource to another. */
  #along(
    type: string,
    path: readonly string[],
    at: number,
    end: (type: string, code: string) => Expression,
  ): Expression {
    const [first, ...rest] = path;
    if (rest.length === 0) return end(type, first!);
    if (path.length > limits.depth)
      throw new FhirError('too-costly', `_filter: more than ${limits.depth} steps of chaining`);
    const [code, stated] = first!.split(':') as [string, string?];
    const parameter = parameterOf(type, code, this.#context);
    if (parameter.type !== 'reference') throw this.#fault(`${code} is no reference and leads nowhere`, at);
    const targets = stated === undefined ? (parameter.targets ?? this.#context.definitions.resourceTypes) : [stated];
    let refusal: UnknownParameter | undefined;
    const branches = targets.flatMap((target): Expression[] => {
      try {
        const of = this.#along(target, rest, at, end);
        return [{ kind: 'chain', parameter: parameterKey(this.#context.hash, type, code), type: target, of }];
      } catch (error) {
        if (!(error instanceof UnknownParameter)) throw error;
        refusal ??= error;
        return [];
      }
    });
    if (branches.length === 0) throw refusal ?? this.#fault(`${first} leads to nothing`, at);
    return branches.length === 1 ? branches[0]! : { kind: 'or', of: branches };
  }

  #compare(type: string, name: string, operator: Token, value: string): Expression {
    const context = this.#context;
    const criterion = (modifier: string, text = escaped(value)): Expression =>
      parseCriterion(type, modifier === '' ? name : `${name}:${modifier}`, text, context);
    const kind = name === '_id' || name === '_lastUpdated' ? undefined : parameterOf(type, name, context).type;
    switch (operator.text) {
      case 'pr':
        if (value !== 'true' && value !== 'false') throw this.#fault('pr needs true or false', operator.at);
        return criterion('missing', value === 'true' ? 'false' : 'true');
      case 'eq':
        return kind === 'string' ? this.#text(type, name, 'equal', value) : criterion('');
      case 'ne':
        return kind === 'date' || kind === 'number' || kind === 'quantity'
          ? criterion('', `ne${value}`)
          : { kind: 'not', of: this.#compare(type, name, { ...operator, text: 'eq' }, value) };
      case 'co':
        return kind === 'string' ? this.#text(type, name, 'contains', value) : criterion('contains');
      case 'sw':
        if (kind === 'string') return this.#text(type, name, 'starts', value);
        break;
      case 'ew':
        if (kind === 'string') return this.#text(type, name, 'ends', value);
        break;
      case 'gt':
      case 'lt':
      case 'ge':
      case 'le':
      case 'ap':
      case 'sa':
      case 'eb':
        if (kind === undefined || kind === 'date' || kind === 'number' || kind === 'quantity') {
          return criterion('', `${operator.text}${value}`);
        }
        break;
      case 'po':
        if (kind === 'date') return this.#overlap(type, name, value);
        break;
      case 'ss':
        return criterion('above');
      case 'sb':
        return criterion('below');
      case 'in':
        return criterion('in');
      case 'ni':
        return criterion('not-in');
      case 're':
        if (kind === 'reference') return criterion('');
        break;
      default:
        throw this.#fault(`there is no operator "${operator.text}"`, operator.at);
    }
    throw this.#fault(`${operator.text} does not go with ${name}, a ${kind ?? 'special parameter'}`, operator.at);
  }

  #text(type: string, name: string, how: 'equal' | 'contains' | 'starts' | 'ends', value: string): Expression {
    const text = foldText(value);
    if (text === '') throw new FhirError('value', `_filter: ${name} needs a text to look for`);
    return {
      kind: 'match',
      parameter: parameterKey(this.#context.hash, type, name),
      test: { table: 'string', how, texts: [text] },
    };
  }

  /** The periods have a moment in common. */
  #overlap(type: string, name: string, value: string): Expression {
    const [{ lowAtLeast: low, highAtMost: high }] = dateTests(value, name, this.#context.now()) as [
      { lowAtLeast?: number; highAtMost?: number },
    ];
    return {
      kind: 'match',
      parameter: parameterKey(this.#context.hash, type, name),
      test: { table: 'date', ranges: [{ lowBelow: high!, highAbove: low! }] },
    };
  }
}

/** A value of _filter is one value; what a comma list would split is escaped. `|` keeps its meaning. */
const escaped = (value: string): string => value.replace(/[\\,$]/g, '\\$&');
