/** Has a data set assessed: by its own server where that can, else from this page by the client. See docs/reference/assessment.md */
import { type AssessmentReport, assessmentReportOf } from '../../../src/fair/landing/index.ts';
import type { JsonObject } from '../../../src/fhir/json.ts';
import { isBelow } from '../server/address.ts';
import { FhirProblem, getJson } from '../server/fhir.ts';
import { tokensByBase } from '../server/tokens.ts';
import type { Place } from './load.ts';

export interface Assessed {
  report: AssessmentReport;
  /** whether only the server of the record was asked, so that more is not measured */
  isNarrow: boolean;
}

export async function assess({ base, id }: Place, signal: AbortSignal): Promise<Assessed> {
  try {
    const path = `Library/${encodeURIComponent(id)}/$assess`;
    const parameters = (await getJson(base, path, { signal })) as JsonObject; // JSON, as every answer
    const report = assessmentReportOf(parameters);
    if (report !== undefined) return { report, isNarrow: false };
  } catch (error) {
    if (!(error instanceof FhirProblem) || ![400, 404, 405, 501].includes(error.status)) throw error;
  }
  // The client is much, and mostly the server can do it.
  const [{ assessDataset }, { parametersOf, r4Shape }] = await Promise.all([
    import('../../../src/federation/client/index.ts'),
    import('../../../src/fair/assessment/fhir.ts'),
  ]);
  const assessment = await assessDataset(`${base}/Library/${id}`, {
    tokens: tokensByBase(),
    // A reader's browser does not go about asking strangers.
    refuse: (address) => (isBelow(base, address) ? undefined : 'the page asks only the server of the record'),
  });
  const report = assessmentReportOf(parametersOf(assessment, r4Shape));
  if (report === undefined) throw new Error('the assessment cannot be read');
  return { report, isNarrow: true };
}
