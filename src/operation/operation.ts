/** How an operation is registered. https://hl7.org/fhir/R4B/operations.html */
import type { Readable } from 'node:stream';
import type { Reply, Server } from '../interaction/index.ts';

/** An operation whose body is streamed: it sees the bytes as they come. */
export interface StreamOperation {
  /** without the `$` */
  code: string;
  level: 'system';
  contentTypes: readonly string[];
  summary: string;
  perform(body: Readable, server: Server): Promise<Reply>;
}
