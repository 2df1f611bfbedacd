/** Puts a question to a server that takes it whole, by `$feasibility`. See docs/reference/feasibility.md */
import { canonical } from '../../../fhir/canonical.ts';
import { type JsonObject, objectOf, objectsOf } from '../../../fhir/json.ts';
import { operationUrl } from '../../../fhir/specification/operation.ts';
import type { Extent } from '../answer.ts';
import type { PatientCriterion, Question } from '../question/question.ts';
import { patientsGroup } from '../question/question-group.ts';
import { reasonText } from '../reason/reason.ts';
import { escapeValue, queryOf, textOf } from '../server/bundle.ts';
import { ServerError } from '../server/http.ts';
import type { Peer } from '../server/peer.ts';
import { reportedTotal, type Total } from '../server/total.ts';
import type { Walk } from '../walk/walk.ts';
import { askedBy } from './patient-search.ts';

/** Whether it has the operation as we define it; others may have another of that name. */
export const offersFeasibility = ({ operations }: Peer): boolean =>
  operations.get('Patient/$feasibility')?.split('|')[0] === operationUrl('feasibility');

/** What is sent, and where. */
export interface FeasibilityRequest {
  url: string;
  sent: JsonObject;
}

/** The question about the patients of one data set, as the operation takes it. */
export function feasibilityRequest(
  peer: Peer,
  extent: Extent,
  { patients }: Question,
  asOf: string,
): FeasibilityRequest {
  const within = criterionOfExtent(extent);
  const all = within === undefined ? patients.all : [within, ...patients.all];
  const group = patientsGroup({ patients: { ...patients, all, asOf } }, peer.fhirVersion);
  const sent = { resourceType: 'Parameters', parameter: [{ name: 'question', resource: group }] };
  return { url: `${peer.base}/Patient/$feasibility`, sent };
}

/** The count, as far as it is told. Throws ServerError, with what it cannot be asked where it says so. */
export async function askFeasibility(walk: Walk, peer: Peer, { url, sent }: FeasibilityRequest): Promise<Total> {
  const report = await walk.http.post('count', peer.base, url, sent, (body) => reportedTotal(body).total ?? 0);
  if (report['resourceType'] !== 'MeasureReport') {
    throw new ServerError(reasonText('no-report'), 200);
  }
  if (report['status'] !== 'complete') throw new ServerError(whyNotAsked(report), 422);
  return reportedTotal(report);
}

/** What belongs to the data set, as one more thing that is asked of a patient. */
function criterionOfExtent(extent: Extent): PatientCriterion | undefined {
  switch (extent.kind) {
    case 'whole':
      return undefined;
    case 'search': {
      const asked = askedBy(extent.query);
      return asked.length === 0 ? undefined : { where: queryOf(extent.type, asked) };
    }
    case 'group':
      return { where: `Patient?_has:Group:member:_id=${escapeValue(extent.id)}` };
    case 'list':
      return { where: `Patient?_has:List:item:_id=${escapeValue(extent.id)}` };
    case 'manifest':
      return { where: `Patient?_has:DocumentManifest:item:_id=${escapeValue(extent.id)}` };
  }
}

function whyNotAsked(report: Parameters<typeof reportedTotal>[0]): string {
  const extension = objectsOf(report['extension']).find(({ url }) => url === canonical.notAsked);
  const reference = textOf(objectOf(extension?.['valueReference'])?.['reference']);
  const outcome = objectsOf(report['contained']).find(({ id }) => reference === `#${String(id)}`);
  const reasons = objectsOf(outcome?.['issue']).map((issue) => textOf(issue['diagnostics']));
  const told = reasons
    .filter((reason) => reason !== undefined)
    .join('; ')
    .slice(0, 300);
  return told === ''
    ? reasonText('report-not-complete', { status: String(report['status']) })
    : reasonText('not-askable-there', { said: told });
}
