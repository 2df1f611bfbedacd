/** What statements ask about a resource: its codes, labels, clinical time and references. https://hl7.org/fhir/R4B/consent-definitions.html#Consent.provision.data */
import type { Json, JsonObject, Resource } from '../fhir/json.ts';
import { objectOf, objectsOf } from '../fhir/json.ts';
import { parseReference } from '../fhir/reference.ts';
import { intervalOf } from '../search/index.ts';
import type { ResourceFacts } from './effect.ts';

/** Elements that say when something was clinically so, the most telling first. */
const clinicalTimes = [
  'effectiveDateTime',
  'effectivePeriod',
  'effectiveInstant',
  'performedDateTime',
  'performedPeriod',
  'occurrenceDateTime',
  'occurrencePeriod',
  'onsetDateTime',
  'onsetPeriod',
  'period',
  'actualPeriod',
  'started',
  'servicedPeriod',
  'servicedDate',
  'billablePeriod',
  'authoredOn',
  'whenHandedOver',
  'recordedDate',
  'dateAsserted',
  'date',
  'authored',
  'issued',
  'created',
] as const;

/** Reads the facts in one walk. `baseUrls` are the addresses of this server. */
export function factsOf(resource: Resource, baseUrls: readonly string[]): ResourceFacts {
  const codes = new Set<string>();
  const references = new Set<string>();
  const walk = (value: Json): void => {
    if (Array.isArray(value)) {
      for (const one of value) walk(one);
      return;
    }
    if (typeof value !== 'object' || value === null) return;
    const { code, system, reference } = value;
    if (typeof code === 'string') codes.add(`${typeof system === 'string' ? system : ''}|${code}`);
    if (typeof reference === 'string') addLocal(reference, baseUrls, references);
    for (const name in value) if (name !== 'meta') walk(value[name]!);
  };
  walk(resource);
  const time = clinicalTimeOf(resource);
  return {
    type: resource.resourceType,
    id: `${resource.resourceType}/${String(resource['id'])}`,
    codes: [...codes],
    labels: labelsOf(resource),
    references: [...references],
    ...(time === undefined ? {} : { from: time.low, to: time.high - 1 }),
  };
}

/** `system|code` of every security label. */
export function labelsOf(resource: Resource): string[] {
  return objectsOf(objectOf(resource['meta'])?.['security']).map(
    ({ system, code }) => `${typeof system === 'string' ? system : ''}|${typeof code === 'string' ? code : ''}`,
  );
}

function addLocal(reference: string, baseUrls: readonly string[], to: Set<string>): void {
  const parsed = parseReference(reference);
  if (parsed === undefined || (parsed.base !== undefined && !baseUrls.includes(parsed.base))) return;
  to.add(`${parsed.type}/${parsed.id}`);
}

export function clinicalTimeOf(resource: Resource): { low: number; high: number } | undefined {
  for (const name of clinicalTimes) {
    const value = resource[name];
    if (typeof value === 'string') {
      const interval = intervalOf(value);
      if (interval !== undefined) return interval;
    }
    const period = objectOf(value);
    if (period !== undefined) return periodOf(period);
  }
  return undefined;
}

const farPast = -8_640_000_000_000_000;
const farFuture = 8_640_000_000_000_000;

/** An open end is far away. */
function periodOf({ start, end }: JsonObject): { low: number; high: number } {
  return {
    low: (typeof start === 'string' ? intervalOf(start)?.low : undefined) ?? farPast,
    high: (typeof end === 'string' ? intervalOf(end)?.high : undefined) ?? farFuture,
  };
}
