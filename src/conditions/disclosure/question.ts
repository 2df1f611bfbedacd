/** Recognises a question in other words, and whether it rests on more than the resources that it counts. https://hl7.org/fhir/R4B/search.html */
import type { Expression, Search } from '../../search/tree.ts';

/** A text that is the same for searches that differ in order, repetition and nesting only. */
export function questionText({ types, where }: Search): string {
  const text = textOf({ kind: 'and', of: where });
  return JSON.stringify([[...types].sort(), text]);
}

function textOf(expression: Expression): string {
  switch (expression.kind) {
    case 'and':
    case 'or': {
      const parts = [...new Set(flat(expression.kind, expression.of).map(textOf))].sort();
      return parts.length === 1 ? parts[0]! : `${expression.kind}(${parts.join(',')})`;
    }
    case 'not':
      return expression.of.kind === 'not' ? textOf(expression.of.of) : `not(${textOf(expression.of)})`;
    case 'chain':
    case 'reverse': {
      const { of, ...rest } = expression;
      return `${sorted(rest)}(${textOf(of)})`;
    }
    case 'overlap': {
      const sourceText = ({ of, ...rest }: (typeof expression.branches)[number][number]): string =>
        `${sorted(rest)}(${textOf(of)})`;
      const parts = expression.branches.map((sources) => [...new Set(sources.map(sourceText))].sort().join('|'));
      return `overlap(${[...new Set(parts)].sort().join(',')})`;
    }
    default:
      return sorted(expression);
  }
}

function flat(kind: 'and' | 'or', of: readonly Expression[]): readonly Expression[] {
  return of.flatMap((one) => (one.kind === kind ? flat(kind, one.of) : [one]));
}

/** All lists of a leaf are alternatives, so neither their order nor repetition means anything. */
function sorted(value: unknown): string {
  if (Array.isArray(value)) return `[${[...new Set(value.map(sorted))].sort().join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).map(([name, one]) => `${name}:${sorted(one)}`);
  return `{${entries.sort().join(',')}}`;
}

/** Whether other resources than the counted ones decide who is counted. What is not known does. */
export function isCrossing(where: readonly Expression[]): boolean {
  return where.some((expression) => {
    switch (expression.kind) {
      case 'and':
      case 'or':
        return isCrossing(expression.of);
      case 'not':
        return isCrossing([expression.of]);
      case 'match':
      case 'present':
      case 'key':
      case 'words':
      case 'type':
      case 'near':
      case 'updated':
      case 'none':
        return false;
      default:
        return true;
    }
  });
}
