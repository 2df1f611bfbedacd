/** Finds the interaction that a method and an address below the base mean. https://hl7.org/fhir/R4B/http.html */
import type { Definitions } from '../fhir/definitions/model.ts';
import { FhirError } from '../fhir/outcome.ts';
import type { Interaction } from './interaction.ts';

/** Path variables of a match. */
export interface Matched {
  interaction: Interaction;
  type: string;
  id: string;
  versionId: string;
  target: string;
}

/** The interaction for `path` (without query, without leading slash). */
export function matchInteraction(interactions: readonly Interaction[], method: string, path: string): Matched {
  const segments = path.split('/');
  let known = false;
  for (const interaction of interactions) {
    for (const route of interaction.routes) {
      const variables = matchPath(route.path.slice(1).split('/'), segments);
      if (variables === undefined) continue;
      known = true;
      if (route.method === method || (method === 'HEAD' && route.method === 'GET'))
        return { interaction, ...variables };
    }
  }
  if (known) throw new FhirError('method-not-allowed', `${method} is not possible at ${path}`);
  throw new FhirError('not-found', `there is nothing at ${path.slice(0, 200)}`);
}

function matchPath(pattern: readonly string[], segments: readonly string[]): Omit<Matched, 'interaction'> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const found = { type: '', id: '', versionId: '', target: '' };
  for (const [at, part] of pattern.entries()) {
    const segment = segments[at]!;
    if (part === ':type') {
      if (!/^[A-Z]/.test(segment)) return undefined;
      found.type = segment;
    } else if (part === ':id') {
      if (segment === '' || /^[_$]/.test(segment)) return undefined;
      found.id = segment;
    } else if (part === ':target') {
      if (!/^(?:[A-Z]|\*$)/.test(segment)) return undefined;
      found.target = segment;
    } else if (part === ':versionId') found.versionId = segment;
    else if (part !== segment) return undefined;
  }
  return found;
}

/** Refuses an interaction that is not for this type. What has an address of the system, too, is for no type there. */
export function forType({ code, types }: Interaction, type: string): void {
  if (types === undefined || type === '' || types.includes(type)) return;
  throw new FhirError('not-supported', `${code} is for ${types.join(', ')}, not ${type}`);
}

/** Refuses types that this FHIR version does not have. */
export function knownType(type: string, definitions: Definitions): void {
  if (type === '' || definitions.types[type]?.kind === 'resource') return;
  throw new FhirError('not-found', `FHIR ${definitions.fhirVersion} has no resource type "${type.slice(0, 64)}"`);
}
