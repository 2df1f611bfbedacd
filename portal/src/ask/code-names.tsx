/** What codes are called, as far as the server that serves the portal knows; others stay codes. https://hl7.org/fhir/R4B/valueset-operation-expand.html */
import { useQueries, useQueryClient } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { type CodedKind, codedKinds, type Question } from '../../../src/federation/client/index.ts';
import { getJson } from '../server/fhir.ts';
import { home } from '../server/home.ts';
import { type HeldCode, heldCodesOf, heldCodesPath } from './held-codes.ts';

interface Named {
  readonly kind: CodedKind;
  readonly code: string;
}

const keyOf = (code: string): readonly string[] => ['code-name', code];

/** The codes of a question, each once. */
function codesOf(question: Question): readonly Named[] {
  const found = new Map<string, Named>();
  const look = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(look);
    if (typeof value !== 'object' || value === null) return;
    for (const [name, inner] of Object.entries(value)) {
      const kind = codedKinds.find((one) => one === name);
      if (kind === undefined) look(inner);
      else for (const code of [(inner as { code: string | string[] }).code].flat()) found.set(code, { kind, code }); // a coded criterion
    }
  };
  look(question.patients.all);
  return [...found.values()];
}

/** `name` gives a code in words, and the code with it. */
export function useCodeNames(question: Question): (code: string) => string {
  const codes = useMemo(() => codesOf(question), [question]);
  const names = useQueries({
    queries: codes.map(({ kind, code }) => ({
      queryKey: keyOf(code),
      queryFn: ({ signal }: { signal: AbortSignal }) => nameOf(kind, code, signal),
      staleTime: Number.POSITIVE_INFINITY,
      retry: false,
    })),
    combine: (results) => results.map(({ data }) => data ?? ''),
  });
  const known = names.join('\n');
  // biome-ignore lint/correctness/useExhaustiveDependencies: the names are the texts in `known`
  return useMemo(() => {
    const byCode = new Map(codes.map(({ code }, at) => [code, names[at] ?? '']));
    return (code: string) => {
      const name = byCode.get(code) ?? '';
      return name === '' ? code : `${name} (${plainCode(code)})`;
    };
  }, [codes, known]);
}

/** Keeps the name of a code that was chosen from those found. */
export function useRememberName(): (code: HeldCode) => void {
  const queries = useQueryClient();
  return useCallback(({ text, display }) => queries.setQueryData(keyOf(text), display), [queries]);
}

/** The code without its system. */
const plainCode = (code: string): string => code.slice(code.lastIndexOf('|') + 1);

/** '' where it is not known, or nobody can say. */
async function nameOf(kind: CodedKind, code: string, signal: AbortSignal): Promise<string> {
  try {
    const found = heldCodesOf(await getJson(home, heldCodesPath(kind, plainCode(code)), { signal }));
    return found.codes.find(({ text, code: plain }) => text === code || plain === code)?.display ?? '';
  } catch (error) {
    if (signal.aborted) throw error;
    return '';
  }
}
