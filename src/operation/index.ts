/** All operations: routes, the CapabilityStatement and the reference are made from this list. */
import { accessRequests } from './access/access-requests.ts';
import { decideAccess } from './access/decide-access.ts';
import { answerAccess, revokeAccess, withdrawAccess } from './access/follow-up.ts';
import { requestAccess } from './access/request-access.ts';
import { assess } from './assess.ts';
import { auditLog } from './audit-log.ts';
import { contentSummary } from './content-summary.ts';
import { disclosures } from './disclosures.ts';
import { everything } from './everything.ts';
import { expand } from './expand.ts';
import { explain } from './explain.ts';
import { explainSearchOperation } from './explain-search.ts';
import { expunge } from './expunge.ts';
import { facets } from './facets.ts';
import { feasibility } from './feasibility/feasibility.ts';
import { harvest } from './harvest.ts';
import { importOperation } from './import.ts';
import { indexStatus } from './index-status.ts';
import { jobs } from './jobs.ts';
import { lastn } from './lastn.ts';
import { admit } from './member/admit.ts';
import { join } from './member/join.ts';
import { members } from './member/members.ts';
import { meta, metaAdd, metaDelete } from './meta.ts';

import type { Operation, StreamOperation } from './operation.ts';
import { previewConditions } from './preview-conditions.ts';
import { publish } from './publish.ts';
import { validate } from './validate.ts';

export const streamOperations: readonly StreamOperation[] = [importOperation];
export const operations: readonly Operation[] = [
  accessRequests,
  answerAccess,
  decideAccess,
  requestAccess,
  revokeAccess,
  withdrawAccess,
  assess,
  auditLog,
  contentSummary,
  disclosures,
  everything,
  expand,
  explain,
  explainSearchOperation,
  expunge,
  facets,
  harvest,
  feasibility,
  indexStatus,
  jobs,
  lastn,
  admit,
  join,
  members,
  meta,
  metaAdd,
  metaDelete,
  previewConditions,
  publish,
  validate,
];
export { interactionOf, type Operation, type StreamOperation } from './operation.ts';
