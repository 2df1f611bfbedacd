/** Where a walk begins: at the server that serves the portal, in the parts that it says it plays. See docs/adr/0020-the-walk.md */
import type { Start } from '../../../src/federation/client/index.ts';

/** A server that says nothing of its part is asked as one that describes and holds data. */
export function startAt(base: string, roles: readonly ('repository' | 'registry' | 'discovery')[]): Start {
  if (roles.includes('discovery')) return { discovery: [base] };
  if (roles.includes('registry')) {
    return { registry: [base], ...(roles.includes('repository') ? { repository: [base] } : {}) };
  }
  return { repository: [base] };
}
