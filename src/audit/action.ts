/** What each interaction is in the terms of AuditEvent and of IHE's Basic Audit Log Patterns. https://profiles.ihe.net/ITI/BALP/content.html */

export type Action = 'C' | 'R' | 'U' | 'D' | 'E';

interface Kind {
  action: Action;
  /** https://hl7.org/fhir/R4B/valueset-audit-event-sub-type.html */
  subtype: string;
  /** which pattern it follows; none has one of its own for what else there is */
  pattern?: 'Create' | 'Read' | 'Update' | 'Delete' | 'Query';
}

const kinds: Readonly<Record<string, Kind>> = {
  create: { action: 'C', subtype: 'create', pattern: 'Create' },
  read: { action: 'R', subtype: 'read', pattern: 'Read' },
  vread: { action: 'R', subtype: 'vread', pattern: 'Read' },
  update: { action: 'U', subtype: 'update', pattern: 'Update' },
  patch: { action: 'U', subtype: 'patch', pattern: 'Update' },
  delete: { action: 'D', subtype: 'delete', pattern: 'Delete' },
  'search-type': { action: 'E', subtype: 'search-type', pattern: 'Query' },
  'search-system': { action: 'E', subtype: 'search-system', pattern: 'Query' },
  // R4 has no code for it.
  'search-compartment': { action: 'E', subtype: 'search', pattern: 'Query' },
  'history-instance': { action: 'R', subtype: 'history-instance' },
  'history-type': { action: 'R', subtype: 'history-type' },
  'history-system': { action: 'R', subtype: 'history-system' },
  batch: { action: 'E', subtype: 'batch' },
  $import: { action: 'C', subtype: 'operation' },
  $expunge: { action: 'D', subtype: 'operation' },
  '$meta-add': { action: 'U', subtype: 'operation' },
  '$meta-delete': { action: 'U', subtype: 'operation' },
};
const operation: Kind = { action: 'E', subtype: 'operation' };

export const kindOf = (interaction: string): Kind =>
  Object.hasOwn(kinds, interaction) ? kinds[interaction]! : operation;

/** Which interactions have an action: those named, or (of `E`, for operations may be added) all but those. */
export function interactionsOf(action: Action): { interactions: string[] } | { otherThan: string[] } {
  const codes = Object.keys(kinds);
  if (action === 'E') return { otherThan: codes.filter((one) => kinds[one]!.action !== 'E') };
  return { interactions: codes.filter((one) => kinds[one]!.action === action) };
}
