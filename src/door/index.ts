/** The door as others may import it. */

export type { WriteResult } from '../store/write.ts';
export { type DecisionMemory, rememberDecisions } from './decision-memory.ts';
export { type Door, type DoorTransaction, type NewWrite, openDoor, type Page } from './door.ts';
export { createPrepare, type Prepare } from './prepare.ts';
export { resourceOf, type StoredResource, textOf } from './stored.ts';
