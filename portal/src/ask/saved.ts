/** Questions that the reader keeps in this browser; they go nowhere else. https://developer.mozilla.org/docs/Web/API/Window/localStorage */
import { type Question, readQuestion } from '../../../src/federation/client/index.ts';
import { plainOf } from './link.ts';

export interface SavedQuestion {
  readonly name: string;
  readonly question: Question;
  /** instant of the last answer */
  readonly answeredAt?: string;
}

const key = 'fairway-questions';

/** Those that can still be read; the last one saved comes first. */
export function savedQuestions(storage: Storage): readonly SavedQuestion[] {
  try {
    const kept: unknown = JSON.parse(storage.getItem(key) ?? '[]');
    return Array.isArray(kept) ? kept.flatMap(readSaved) : [];
  } catch {
    return [];
  }
}

function readSaved(value: unknown): SavedQuestion[] {
  const { name, question, answeredAt } = (value ?? {}) as Record<string, unknown>; // whatever stood there
  if (typeof name !== 'string') return [];
  try {
    const read = readQuestion(question as Parameters<typeof readQuestion>[0]); // what JSON holds
    return [{ name, question: read, ...(typeof answeredAt === 'string' ? { answeredAt } : {}) }];
  } catch {
    return [];
  }
}

const keep = (storage: Storage, all: readonly SavedQuestion[]): void =>
  storage.setItem(key, JSON.stringify(all.map(({ question, ...one }) => ({ ...one, question: plainOf(question) }))));

/** One of the same name is replaced. Throws where the browser has no room. */
export function save(storage: Storage, one: SavedQuestion): readonly SavedQuestion[] {
  keep(storage, [one, ...savedQuestions(storage).filter(({ name }) => name !== one.name)]);
  return savedQuestions(storage);
}

export function forget(storage: Storage, name: string): readonly SavedQuestion[] {
  keep(
    storage,
    savedQuestions(storage).filter((one) => one.name !== name),
  );
  return savedQuestions(storage);
}
