/** Sends files to `$import` chunk by chunk, and gathers what became of each line. See docs/reference/rest */
import { ask, type Json } from '../../server/fhir.ts';
import { type Chunk, chunksOf, isDocument, type ReadFile } from './chunks.ts';
import { type ResourceTag, tagged } from './tagged.ts';

export interface Fault {
  file: string;
  /** line, or entry of a Bundle; 0 for the whole file */
  place: number;
  isEntry: boolean;
  text: string;
  /** what was taken in but is not understood as a condition */
  isWarning: boolean;
}

export interface Sent {
  created: number;
  replaced: number;
  refused: number;
  faults: readonly Fault[];
  /** faults that are counted and not kept */
  unlisted: number;
  bytes: number;
}

export const nothingSent: Sent = { created: 0, replaced: 0, refused: 0, faults: [], unlisted: 0, bytes: 0 };

const mostFaults = 10_000;

interface Sending {
  base: string;
  /** each resource gets it, so that it belongs to a data set */
  tag: ResourceTag | undefined;
  signal: AbortSignal;
  onProgress(sent: Sent): void;
}

/** Throws FhirProblem when the server takes nothing, and what `signal` was aborted with; what was sent before stays. */
export async function sendFiles(files: readonly ReadFile[], { base, tag, signal, onProgress }: Sending): Promise<Sent> {
  let sent = nothingSent;
  for (const file of files) {
    const before = sent.bytes;
    const change = (text: string): string => (tag === undefined ? text : tagged(text, tag));
    let read = 0;
    try {
      for await (const chunk of chunksOf(file, change, (bytes) => (read += bytes))) {
        const answer = await ask(base, '$import', {
          method: 'POST',
          body: chunk.text,
          headers: { 'content-type': 'application/fhir+ndjson' },
          signal,
        });
        sent = { ...added(sent, answer.body, file.name, chunk), bytes: before + read };
        onProgress(sent);
      }
    } catch (error) {
      // Bytes that are no text, or not packed as the name says; anything else ends the import.
      if (!(error instanceof TypeError)) throw error;
      sent = withFault(sent, { file: file.name, place: 0, isEntry: false, text: error.message, isWarning: false });
    }
    sent = { ...sent, bytes: before + file.size };
    onProgress(sent);
  }
  return sent;
}

function withFault(sent: Sent, fault: Fault): Sent {
  return { ...sent, refused: sent.refused + 1, faults: [...sent.faults, fault] };
}

function added(sent: Sent, body: Json, file: string, { places }: Chunk): Sent {
  const parameters = (body['parameter'] ?? []) as { name: string; valueInteger?: number; resource?: Json }[]; // as $import answers
  const count = (name: string): number => parameters.find((one) => one.name === name)?.valueInteger ?? 0;
  const found = ['outcome', 'warnings'].flatMap((name) => {
    const issues = (parameters.find((one) => one.name === name)?.resource?.['issue'] ?? []) as Json[];
    return issues.map((issue) => faultOf(String(issue['diagnostics'] ?? ''), name === 'warnings', file, places));
  });
  const room = Math.max(0, mostFaults - sent.faults.length);
  return {
    created: sent.created + count('created'),
    replaced: sent.replaced + count('replaced'),
    refused: sent.refused + count('refused'),
    faults: [...sent.faults, ...found.slice(0, room)],
    unlisted: sent.unlisted + Math.max(0, found.length - room),
    bytes: sent.bytes,
  };
}

function faultOf(diagnostics: string, isWarning: boolean, file: string, places: readonly number[]): Fault {
  const [, line, text] = /^line (\d+): ([\s\S]*)$/.exec(diagnostics) ?? [];
  const place = line === undefined ? 0 : (places[Number(line) - 1] ?? 0);
  return { file, place, isEntry: isDocument(file), text: text ?? diagnostics, isWarning };
}

/** A table that spreadsheets read. https://www.rfc-editor.org/rfc/rfc4180 */
export function faultTable(faults: readonly Fault[]): string {
  // A cell that begins like a formula is run by some programs.
  const cell = (text: string): string => `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
  const rows = faults.map(({ file, place, text, isWarning }) =>
    [cell(file), String(place), isWarning ? 'warning' : 'refused', cell(text)].join(','),
  );
  return `${['file,place,kind,text', ...rows].join('\r\n')}\r\n`;
}
