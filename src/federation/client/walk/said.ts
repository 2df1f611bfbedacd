/** Hears what servers say about the use of the data that they send: in headers, links and security labels. See docs/reference/terms.md */
import { isObligation, linksOfHeader, nothingSaid, obligationsOfHeader, type Said } from '../../../fair/terms.ts';
import { granularities } from '../../../fhir/canonical.ts';
import { type JsonObject, objectOf, objectsOf } from '../../../fhir/json.ts';
import { parseReference } from '../../../fhir/reference.ts';
import { textOf } from '../server/bundle.ts';
import type { HttpAnswer } from '../server/http.ts';

export interface Listener {
  hear(answer: HttpAnswer): void;
  said(): Said;
}

/** `earlier`: what was said before, in a part of the same download. */
export function createListener(earlier: Said = nothingSaid): Listener {
  const obligations = new Map(earlier.obligations.map((one) => [`${one.code} ${one.parameter ?? ''}`, one]));
  const labels = new Set<string>(earlier.labels);
  const licences = new Set(earlier.licences);
  const acceptedTerms = new Set(earlier.acceptedTerms);
  let { granularity, accessUntil } = earlier;

  function hearHeaders({ headers, url }: HttpAnswer): void {
    for (const one of obligationsOfHeader(headers.get('fairway-obligations') ?? '')) {
      obligations.set(`${one.code} ${one.parameter ?? ''}`, one);
    }
    for (const target of linksOfHeader(headers.get('link') ?? '', 'license')) licences.add(addressOf(target, url));
    for (const target of linksOfHeader(headers.get('fairway-accepted-terms') ?? '')) acceptedTerms.add(target);
    granularity = weaker(granularity, headers.get('fairway-granularity') ?? undefined);
    const until = Date.parse(headers.get('fairway-access-until') ?? '');
    if (!Number.isNaN(until)) accessUntil = Math.min(until, accessUntil ?? until);
  }

  function hearLabels(resource: JsonObject | undefined): void {
    for (const coding of objectsOf(objectOf(resource?.['meta'])?.['security'])) {
      const code = textOf(coding['code']);
      if (code === undefined) continue;
      const label = `${textOf(coding['system']) ?? ''}|${code}`;
      const display = textOf(coding['display']);
      if (!isObligation(label)) labels.add(label);
      else if (!obligations.has(`${label} `)) {
        obligations.set(`${label} `, { code: label, ...(display === undefined ? {} : { display }) });
      }
    }
  }

  return {
    hear(answer) {
      hearHeaders(answer);
      const { body, url } = answer;
      // What a server says of its capabilities is no data.
      if (body['resourceType'] === 'CapabilityStatement') return;
      hearLabels(body);
      for (const entry of objectsOf(body['entry'])) hearLabels(objectOf(entry['resource']));
      for (const link of body['resourceType'] === 'Bundle' ? objectsOf(body['link']) : []) {
        const target = textOf(link['url']);
        if (target !== undefined && link['relation'] === 'license') licences.add(addressOf(target, url));
      }
    },
    said: () => ({
      obligations: withoutBare([...obligations.values()]),
      labels: [...labels],
      licences: [...licences],
      acceptedTerms: [...acceptedTerms],
      ...(granularity === undefined ? {} : { granularity }),
      ...(accessUntil === undefined ? {} : { accessUntil }),
    }),
  };
}

/** A label says DELAU where the header says DELAU;12: the one with its parameter says it all. */
function withoutBare(all: readonly Said['obligations'][number][]): Said['obligations'] {
  const full = new Set(all.filter(({ parameter }) => parameter !== undefined).map(({ code }) => code));
  return all.filter(({ code, parameter }) => parameter !== undefined || !full.has(code));
}

/** Absolute, and of a resource without its version. */
function addressOf(target: string, from: string): string {
  const address = URL.canParse(target, from) ? new URL(target, from).href : target;
  const reference = parseReference(address);
  return reference?.base === undefined ? address : `${reference.base}/${reference.type}/${reference.id}`;
}

/** Several answers may grant different levels; the whole is granted no more than the least of them. */
function weaker(one: string | undefined, other: string | undefined): string | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  // Levels that are not known rank below all others.
  const levels: readonly string[] = granularities;
  const rank = (level: string): number => levels.indexOf(level);
  return rank(other) < rank(one) ? other : one;
}
