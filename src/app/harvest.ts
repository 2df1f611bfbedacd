/** Has the metadata of members taken on a schedule. See docs/reference/harvest.md */

import type { AccessContext } from '../conditions/access-context.ts';
import { anonymous } from '../conditions/access-context.ts';
import { harvestDue, harvestService } from '../federation/harvest/index.ts';
import type { Role, Server } from '../interaction/index.ts';
import type { Jobs } from '../store/jobs.ts';

/** Nothing is scheduled where there is no interval, or nobody to harvest for. */
export async function scheduleHarvest(
  jobs: Jobs,
  { roles, harvestSeconds = 0 }: { roles: readonly Role[]; harvestSeconds?: number },
  serverFor: (asker: AccessContext) => Server,
): Promise<void> {
  if (harvestSeconds === 0 || !(roles.includes('registry') || roles.includes('discovery'))) return;
  await jobs.every(harvestService, harvestSeconds, (signal) =>
    harvestDue(serverFor(anonymous), harvestSeconds, signal),
  );
}
