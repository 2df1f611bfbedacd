/** All interactions: routes, the CapabilityStatement and the reference are made from this list. */
import { createBatch } from './batch.ts';
import { capabilities } from './capabilities.ts';
import { create } from './create.ts';
import { deleteInteraction } from './delete.ts';
import { historyInstance } from './history-instance.ts';
import type { Interaction } from './interaction.ts';
import { read } from './read.ts';
import { searchType } from './search-type.ts';
import { update } from './update.ts';
import { vread } from './vread.ts';

/** Those on resources, which a Bundle may ask for too. */
const onResources: readonly Interaction[] = [
  read,
  vread,
  update,
  deleteInteraction,
  historyInstance,
  create,
  searchType,
];

export const interactions: readonly Interaction[] = [
  ...onResources,
  createBatch(onResources),
  capabilities(onResources),
];

export { accept } from './accept.ts';
export { knownType, matchInteraction } from './dispatch.ts';
export type { Interaction, InteractionRequest, Preference, Reply, Role, Server } from './interaction.ts';
export { createPageLinks } from './page-link.ts';
export { parametersOf } from './search-type.ts';
