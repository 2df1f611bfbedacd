/** The reply to a write, or the error that a refused one is. https://hl7.org/fhir/R4B/http.html#ops */

import type { WriteResult } from '../door/index.ts';
import { resourceText } from '../fhir/format/json.ts';
import { FhirError, type Issue, outcomeOf } from '../fhir/outcome.ts';
import type { Preference, Reply } from './interaction.ts';

export interface WrittenResource {
  type: string;
  id: string;
  tail: string;
}

export type Done = Extract<WriteResult, { done: 'created' | 'replaced' | 'deleted' }>;

/** The result as success, or a thrown FhirError. */
export function successOf(result: WriteResult, type: string, id: string): Done {
  // Whether there is another version or none is not for everyone who may write.
  if (result.done === 'version-conflict')
    throw new FhirError(
      'precondition',
      `${type}/${id} is not at the version of If-Match: it has changed, or is not here`,
    );
  if (result.done === 'taken') throw new FhirError('conflict', `the id ${id} cannot be used for a ${type} here`);
  if (result.done === 'nothing') throw new FhirError('not-found', `there is no ${type}/${id} here`);
  return result;
}

/** What the client asked to get back after a create or update. */
export function replyOf(
  written: WrittenResource,
  done: Done,
  base: string,
  prefer: Preference['return'] = 'representation',
): Reply {
  const { type, id, tail } = written;
  const reply: Reply = {
    status: done.done === 'created' ? 201 : 200,
    versionId: done.version,
    lastModified: done.updated,
    location: `${base}/${type}/${id}/_history/${done.version}`,
    ...(done.warnings === undefined ? {} : { warnings: done.warnings }),
  };
  if (prefer === 'minimal') return reply;
  if (prefer === 'OperationOutcome') {
    const diagnostics = `${type}/${id} ${done.done} as version ${done.version}`;
    const warnings = (done.warnings ?? []).map(
      (one): Issue => ({ severity: 'warning', code: 'processing', diagnostics: one }),
    );
    const outcome = outcomeOf([{ severity: 'information', code: 'processing', diagnostics }, ...warnings]);
    return { ...reply, body: JSON.stringify(outcome) };
  }
  return { ...reply, body: resourceText(type, id, done.version, done.updated, tail) };
}
