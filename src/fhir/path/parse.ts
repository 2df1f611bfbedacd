/** Parses the part of FHIRPath that search parameters are written in. https://hl7.org/fhirpath/N1/ */

/** A parsed expression. */
export type Ast =
  | { kind: 'name'; name: string }
  | { kind: 'this' }
  | { kind: 'variable'; name: string }
  | { kind: 'literal'; value: string | number | boolean }
  | { kind: 'member'; of: Ast; name: string }
  | { kind: 'index'; of: Ast; at: number }
  | { kind: 'call'; of: Ast | undefined; name: string; args: readonly Ast[] }
  | { kind: 'type'; operator: 'as' | 'is'; of: Ast; type: string }
  | { kind: 'binary'; operator: '|' | '=' | '!=' | 'and' | 'or'; left: Ast; right: Ast };

type BinaryOperator = Extract<Ast, { kind: 'binary' }>['operator'];

const tokenPattern =
  /\s*(?:(\$this\b)|(%[A-Za-z]+)|('(?:[^'\\]|\\.)*')|(\d+(?:\.\d+)?)|([A-Za-z_][A-Za-z0-9_]*)|(!=|[.()[\]|=,]))/y;

/** Weakest first. https://hl7.org/fhirpath/N1/#operator-precedence */
const precedence: Record<string, number> = { or: 1, and: 2, '=': 3, '!=': 3, is: 4, as: 4, '|': 5 };

/** Throws an Error that names what cannot be read. */
export function parsePath(expression: string): Ast {
  const tokens = tokenize(expression);
  let at = 0;
  const peek = (): string | undefined => tokens[at];
  const take = (): string => {
    const token = tokens[at++];
    if (token === undefined) throw new Error(`the expression ends too early: ${expression}`);
    return token;
  };
  const expect = (wanted: string): void => {
    const token = take();
    if (token !== wanted) throw new Error(`expected ${wanted}, found ${token} in: ${expression}`);
  };

  function binary(weakest: number): Ast {
    let left = postfix(primary());
    for (;;) {
      const operator = peek();
      const strength = operator === undefined ? undefined : precedence[operator];
      if (operator === undefined || strength === undefined || strength < weakest) return left;
      at++;
      if (operator === 'as' || operator === 'is') left = { kind: 'type', operator, of: left, type: typeName() };
      else left = { kind: 'binary', operator: operator as BinaryOperator, left, right: binary(strength + 1) }; // one of precedence's keys
    }
  }

  function typeName(): string {
    let name = take();
    while (peek() === '.') {
      at++;
      name = take();
    }
    return name;
  }

  function primary(): Ast {
    const token = take();
    if (token === '(') {
      const inner = binary(1);
      expect(')');
      return inner;
    }
    if (token === '$this') return { kind: 'this' };
    if (token.startsWith('%')) return { kind: 'variable', name: token.slice(1) };
    if (token.startsWith("'")) return { kind: 'literal', value: token.slice(1, -1).replace(/\\(.)/g, '$1') };
    if (/^\d/.test(token)) return { kind: 'literal', value: Number(token) };
    if (token === 'true' || token === 'false') return { kind: 'literal', value: token === 'true' };
    if (!/^[A-Za-z_]/.test(token)) throw new Error(`unexpected ${token} in: ${expression}`);
    return peek() === '(' ? { kind: 'call', of: undefined, name: token, args: args() } : { kind: 'name', name: token };
  }

  function postfix(start: Ast): Ast {
    let ast = start;
    for (;;) {
      if (peek() === '.') {
        at++;
        const name = take();
        ast = peek() === '(' ? { kind: 'call', of: ast, name, args: args() } : { kind: 'member', of: ast, name };
      } else if (peek() === '[') {
        at++;
        ast = { kind: 'index', of: ast, at: Number(take()) };
        expect(']');
      } else return ast;
    }
  }

  function args(): Ast[] {
    expect('(');
    const list: Ast[] = [];
    while (peek() !== ')') {
      list.push(binary(1));
      if (peek() === ',') at++;
    }
    expect(')');
    return list;
  }

  const ast = binary(1);
  if (at < tokens.length) throw new Error(`unexpected ${tokens[at]} in: ${expression}`);
  return ast;
}

function tokenize(expression: string): string[] {
  const tokens: string[] = [];
  tokenPattern.lastIndex = 0;
  const end = expression.trimEnd().length;
  while (tokenPattern.lastIndex < end) {
    const from = tokenPattern.lastIndex;
    const match = tokenPattern.exec(expression);
    if (match === null) throw new Error(`cannot read "${expression.slice(from, from + 20)}" in: ${expression}`);
    tokens.push(match[0].trimStart());
  }
  return tokens;
}
