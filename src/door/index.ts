/** The door as others may import it. */

export type { ChainedEntry } from '../store/audit-entry.ts';
export type { WriteResult } from '../store/write.ts';
export { type AuditDoor, type Audited, type AuditQuestion, compartmentParameters, type FoundEntries } from './audit.ts';
export { openCustomParameters } from './custom-parameters.ts';
export { rememberDecisions } from './decision-memory.ts';
export { type Door, type DoorTransaction, type HistoryPlace, type NewWrite, openDoor } from './door.ts';
export { createPrepare } from './prepare.ts';
export { type StoredResource, textOf } from './stored.ts';
