/** Profiles and resources for tests of de-identification. */

import {
  createDeidentifier,
  type DeidentificationProfile,
  type DeidentifierMeans,
  deidentificationProfileOf,
} from '../../src/conditions/deidentify/index.ts';
import { deidentificationType } from '../../src/fhir/canonical.ts';
import type { Definitions } from '../../src/fhir/definitions/model.ts';
import { parseResource, resourceText, storedTail } from '../../src/fhir/format/json.ts';
import type { Json, JsonObject, Resource } from '../../src/fhir/json.ts';
import { resourceKey } from '../../src/search/index-rows.ts';
import { createHash } from '../../src/store/hash.ts';

export const hash = createHash('a secret of tests');
export const base = 'http://here.example/fhir/R4B';

export const library = (content: Json | string): Resource => ({
  resourceType: 'Library',
  status: 'active',
  content: [
    {
      contentType: deidentificationType,
      data: Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)).toString('base64'),
    },
  ],
});

/** The profile; throws with the reasons when it is none. */
export function profileOf(content: object, definitions: Definitions): DeidentificationProfile {
  const read = deidentificationProfileOf(library(content as JsonObject), definitions);
  if ('because' in read) throw new Error(read.because.join('; '));
  return read.profile;
}

export const means = (project = 'one'): DeidentifierMeans => ({
  key: new Uint8Array(32).fill(7),
  project,
  hash,
  baseUrls: [base],
  now: () => Date.UTC(2025, 5, 15),
});

export const keyOf = (type: string, id: string): string => resourceKey(hash, type, id);

/** The text that leaves of a resource that is written as `text`. */
export function leavingText(
  text: string,
  profile: DeidentificationProfile,
  options: { persons?: readonly string[]; project?: string; updated?: number } = {},
): string {
  const { resource, scan } = parseResource(text);
  const type = resource.resourceType;
  const id = (resource['id'] as string | undefined) ?? 'none';
  const deidentify = createDeidentifier(profile, means(options.project));
  const updated = options.updated ?? Date.UTC(2025, 4, 5, 10, 20, 30, 123);
  const stored = { type, id, key: keyOf(type, id), version: 3, updated, tail: storedTail(text, scan) };
  const left = deidentify(stored, options.persons ?? ['1']);
  return resourceText(type, left.id, 3, left.updated, left.tail);
}

/** What leaves, without its meta. */
export function leaving(
  resource: object,
  profile: DeidentificationProfile,
  options: Parameters<typeof leavingText>[2] = {},
): JsonObject {
  const { meta: _, ...left } = JSON.parse(leavingText(JSON.stringify(resource), profile, options)) as JsonObject;
  return left;
}
