/** All interactions: routes, the CapabilityStatement and the reference are made from this list. */
import { createBatch } from './batch.ts';
import { capabilities } from './capabilities.ts';
import { create } from './create.ts';
import { deleteInteraction } from './delete.ts';
import { historyInstance } from './history-instance.ts';
import { historySystem } from './history-system.ts';
import { historyType } from './history-type.ts';
import type { Interaction } from './interaction.ts';
import { patch } from './patch.ts';
import { read } from './read.ts';
import { searchCompartment } from './search-compartment.ts';
import { searchSystem } from './search-system.ts';
import { searchType } from './search-type.ts';
import { update } from './update.ts';
import { vread } from './vread.ts';

/** Those on resources, which a Bundle may ask for too. */
const onResources: readonly Interaction[] = [
  read,
  vread,
  update,
  patch,
  deleteInteraction,
  historyInstance,
  historyType,
  create,
  searchType,
  searchCompartment,
];

const onSystem: readonly Interaction[] = [historySystem, searchSystem];

/** All interactions of a server that has `operations` too. */
export function interactionsWith(operations: readonly Interaction[]): readonly Interaction[] {
  const inBundles = [...operations, ...onResources, ...onSystem];
  return [...inBundles, createBatch(inBundles), capabilities(onResources, onSystem, operations)];
}

export { accept, acceptOwn } from './accept.ts';
export { bundleText, searchEntry } from './bundle.ts';
export { type Admission, admissions, type Community, checkJob, type Look } from './community.ts';
export { forType, knownType, matchInteraction } from './dispatch.ts';
export { expectedVersion, versionNumber } from './etag.ts';
export type {
  Interaction,
  InteractionRequest,
  Method,
  PerformedEntry,
  Preference,
  Reply,
  Role,
  Server,
} from './interaction.ts';
export { createPageLinks, type PageLinks, pageParameter } from './page-link.ts';
export { patchTypes } from './patch.ts';
export { compartmentPlace } from './search-compartment.ts';
export { parametersOf } from './search-type.ts';
export { disclosureExtension, searchReply } from './searchset.ts';
export { type Done, successOf } from './written.ts';
