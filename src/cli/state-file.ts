/** Keeps the answers of a walk in a file, so that a second run asks only for what is missing. See docs/reference/command-line.md */
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import type { Journal, Question } from '../federation/client/index.ts';
import type { JsonObject } from '../fhir/json.ts';
import { UsageError } from './environment.ts';

export interface State {
  journal: Journal;
  /** the question as it was asked first: with the day at which ages are reckoned */
  question: Question;
  close(): Promise<void>;
}

interface Place {
  at: number;
  bytes: number;
}

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url');

/**
 * The first line is the question, every other one an answer with the digest of what was asked. Answers stay on the
 * disk; only where they stand is kept in memory. What was not written to its end does not count.
 */
export async function openState(path: string, asked: Question, today: string): Promise<State> {
  const question: Question = { ...asked, patients: { asOf: today, ...asked.patients } };
  // What others may tell this person is for nobody else to read.
  const file = await open(path, 'a+', 0o600);
  try {
    const { first, places, end } = await readPlaces(file);
    const { size } = await file.stat();
    const earlier = size === 0 ? undefined : earlierQuestion(first ?? '', path);
    if (end < size) await file.truncate(end);
    if (earlier === undefined) await file.appendFile(`${JSON.stringify({ question })}\n`);
    else if (!isSame(earlier, asked)) throw new UsageError(`${path} holds the answers of another question`);
    return { journal: journalOf(file, places), question: earlier ?? question, close: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

function earlierQuestion(line: string, path: string): Question {
  try {
    const { question } = JSON.parse(line) as { question?: Question }; // written by us, or refused
    if (question?.patients !== undefined) return question;
  } catch {
    // told below
  }
  throw new UsageError(`${path} is no file of answers that find has kept`);
}

/** A day that was not stated is the one of the first run. */
function isSame(earlier: Question, asked: Question): boolean {
  const { asOf } = earlier.patients;
  const dated = { ...asked, patients: { ...(asOf === undefined ? {} : { asOf }), ...asked.patients } };
  return JSON.stringify(sorted(earlier)) === JSON.stringify(sorted(dated));
}

const sorted = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(sorted)
    : typeof value === 'object' && value !== null
      ? Object.fromEntries(
          Object.entries(value)
            .sort(([one], [two]) => (one < two ? -1 : 1))
            .map(([name, one]) => [name, sorted(one)]),
        )
      : value;

const keyLength = 43;

async function readPlaces(file: FileHandle) {
  const places = new Map<string, Place>();
  let first: string | undefined;
  let end = 0;
  let rest = Buffer.alloc(0);
  const piece = Buffer.alloc(1 << 20);
  for (let position = 0; ; ) {
    const { bytesRead } = await file.read(piece, 0, piece.length, position);
    if (bytesRead === 0) return { first, places, end };
    position += bytesRead;
    rest = Buffer.concat([rest, piece.subarray(0, bytesRead)]);
    for (let stop = rest.indexOf(10); stop >= 0; stop = rest.indexOf(10)) {
      if (first === undefined) first = rest.toString('utf8', 0, stop);
      else {
        const key = rest.toString('latin1', 0, keyLength);
        places.set(key, { at: end + keyLength + 1, bytes: stop - keyLength - 1 });
      }
      end += stop + 1;
      rest = rest.subarray(stop + 1);
    }
  }
}

function journalOf(file: FileHandle, places: Map<string, Place>): Journal {
  let writing = Promise.resolve();
  return {
    async read(key) {
      const place = places.get(digest(key));
      if (place === undefined) return undefined;
      const text = Buffer.alloc(place.bytes);
      await file.read(text, 0, place.bytes, place.at);
      return JSON.parse(text.toString('utf8')) as JsonObject; // as it was written
    },
    write(key, answer) {
      writing = writing.then(() => file.appendFile(`${digest(key)} ${JSON.stringify(answer)}\n`));
      return writing;
    },
  };
}
