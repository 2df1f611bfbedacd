/** Asks a server and keeps what it sent to the letter, with what HTTP said beside it. https://hl7.org/fhir/R4B/http.html */
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { addressOf } from '../server/address.ts';
import { FhirProblem, send } from '../server/fhir.ts';
import { useAsker } from '../server/query.ts';
import { isObject, objectsOf, parseValue, textOf, type Value, type ValueObject } from './value.ts';

export interface TextAnswer {
  url: string;
  status: number;
  statusText: string;
  /** media type without parameters */
  type: string;
  headers: readonly (readonly [name: string, value: string])[];
  text: string;
  /** from sending to the last byte */
  milliseconds: number;
  bytes: number;
}

export interface TextRequest {
  method?: string;
  accept?: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
  signal?: AbortSignal;
}

const jsonType = 'application/fhir+json';

/** Whatever the status is. Throws FhirProblem where nothing answers. */
export async function askText(base: string, path: string, request: TextRequest = {}): Promise<TextAnswer> {
  const { method = 'GET', accept = jsonType, headers, body, signal } = request;
  const url = addressOf(base, path);
  const begun = performance.now();
  const response = await send(base, url, {
    method,
    headers: { accept, ...headers },
    // The same address is asked for in several formats, and servers that do not say so would get them mixed up.
    cache: 'no-store',
    ...(body === undefined ? {} : { body }),
    ...(signal === undefined ? {} : { signal }),
  });
  const bytes = new Uint8Array(await response.arrayBuffer());
  return {
    url,
    status: response.status,
    statusText: response.statusText,
    type: (response.headers.get('content-type') ?? '').split(';')[0]!.trim().toLowerCase(),
    headers: [...response.headers],
    text: new TextDecoder().decode(bytes),
    milliseconds: performance.now() - begun,
    bytes: bytes.length,
  };
}

/** The answer is no FHIR: a page for people, or something else. */
export class NotFhir extends FhirProblem {
  readonly kind: 'html' | 'other';
  constructor(answer: TextAnswer, server: string) {
    super(firstWords(answer.text), { status: answer.status, server });
    this.kind = answer.type.includes('html') || /^\s*<(?:!doctype html|html)/i.test(answer.text) ? 'html' : 'other';
  }
}

/** What a page says, without its marks. */
const firstWords = (text: string): string =>
  text
    .slice(0, 20_000)
    .replace(/<(script|style)[\s\S]*?<\/\1>/gi, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 200);

/** What was sent, read; throws FhirProblem for refusals and NotFhir for what is no FHIR. */
export function readResource(answer: TextAnswer, base: string): ValueObject {
  const value = valueIn(answer.text);
  if (!isObject(value) || typeof value['resourceType'] !== 'string') throw new NotFhir(answer, base);
  if (answer.status >= 400) throw refusal(answer.status, value, base);
  return value;
}

export function valueIn(text: string): Value | undefined {
  try {
    return parseValue(text);
  } catch {
    return undefined;
  }
}

function refusal(status: number, outcome: ValueObject, server: string): FhirProblem {
  const texts = objectsOf(outcome['issue']).flatMap((issue) => {
    const details = issue['details'];
    return textOf(issue['diagnostics']) ?? (isObject(details) ? textOf(details['text']) : undefined) ?? [];
  });
  return new FhirProblem(texts.join('; ') || `status ${status}`, { status, server });
}

export interface ResourceAnswer {
  answer: TextAnswer;
  resource: ValueObject;
}

/** The resource at `path`, with the text that it came as. Not asked while `path` is undefined. */
export function useResource(
  base: string,
  path: string | undefined,
  headers?: Readonly<Record<string, string>>,
): UseQueryResult<ResourceAnswer> {
  const who = useAsker(base);
  return useQuery({
    queryKey: ['explore', base, path, headers, who],
    queryFn: async ({ signal }) => {
      const answer = await askText(base, path!, { signal, ...(headers === undefined ? {} : { headers }) });
      return { answer, resource: readResource(answer, base) };
    },
    enabled: path !== undefined,
  });
}
