/** All operations: routes, the CapabilityStatement and the reference are made from this list. */
import { importOperation } from './import.ts';
import type { StreamOperation } from './operation.ts';

export const streamOperations: readonly StreamOperation[] = [importOperation];
export type { StreamOperation } from './operation.ts';
