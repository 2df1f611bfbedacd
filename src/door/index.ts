/** The door as others may import it. */

export type { HarvestMemory, HarvestRecord } from '../store/harvest.ts';
export type { WriteResult } from '../store/write.ts';
export { type Audited, type AuditQuestion, compartmentParameters, type FoundEntries } from './audit.ts';
export type { ToldContent, ToldFact } from './content.ts';
export { type Counter, createCounter } from './count.ts';
export { openCustomParameters } from './custom-parameters.ts';
export { rememberDecisions } from './decision-memory.ts';
export { createDeidentify, createResolve } from './deidentified.ts';
export { type Door, openDoor } from './door.ts';
export type { Assessment, Previewed } from './explain.ts';
export type { Narrowing, StatementPlan } from './explain-search.ts';
export type { FacetCount, FacetCounts } from './facets.ts';
export type { AskedCodes, FoundCode, HeldContent } from './held-codes.ts';
export { createPersonsOf, createPrepare } from './prepare.ts';
export type { HistoryPlace } from './reading.ts';
export { resourceOf, type StoredResource, textOf } from './stored.ts';
export { obligationText, type Terms } from './terms.ts';
export type { DoorTransaction, NewWrite } from './writing.ts';
