/** Reads what an AuditEvent says, of R4, R4B and R5. https://hl7.org/fhir/R4B/auditevent.html */
import type { Json } from '../../server/fhir.ts';

export interface AuditLine {
  /** ISO 8601 */
  readonly at: string;
  readonly who: string;
  /** what was done: an interaction, or an operation with its $ */
  readonly what: string;
  /** resources that it was about */
  readonly about: readonly string[];
  readonly purposes: readonly string[];
  readonly outcome: string;
  readonly isFailure: boolean;
}

export function lineOf(event: Json): AuditLine {
  const agents = listOf(event['agent']);
  const asker = agents.find(({ requestor }) => requestor === true) ?? agents[0] ?? {};
  const subtypes = [...listOf(event['subtype']), ...codingsOf(event['code'])];
  const outcome = event['outcome'];
  const code = typeof outcome === 'string' ? outcome : String(objectOf(objectOf(outcome)['code'])['code'] ?? '');
  const [detail] = listOf(objectOf(outcome)['detail']);
  const said = text(event['outcomeDesc']) ?? text(objectOf(detail)['text']);
  return {
    at: text(event['recorded']) ?? '',
    who: text(asker['name']) ?? nameOf(asker['who']) ?? text(asker['altId']) ?? '',
    what: text(subtypes.at(-1)?.['code']) ?? text(objectOf(event['type'])['code']) ?? '',
    about: distinct(
      listOf(event['entity']).flatMap(({ what, name, query, type }) => {
        // Under which number the request was taken down says nothing to people.
        if (codingsOf(type).some(({ code: kind }) => kind === 'XrequestId')) return [];
        const named = nameOf(what) ?? text(name) ?? decoded(text(query));
        return named === undefined ? [] : [named];
      }),
    ),
    purposes: [...listOf(event['purposeOfEvent']), ...listOf(event['authorization']), ...listOf(asker['purposeOfUse'])]
      .flatMap(codingsOf)
      .flatMap(({ code: purpose }) => text(purpose) ?? []),
    outcome: said ?? (/^(?:0|success|information)$/.test(code) ? '' : code),
    isFailure: !['0', 'success', 'information', ''].includes(code),
  };
}

const distinct = (texts: readonly string[]): string[] => [...new Set(texts)];

const nameOf = (reference: unknown): string | undefined => {
  const { display, reference: to, identifier } = objectOf(reference);
  return text(display) ?? text(to) ?? text(objectOf(identifier)['value']);
};

function decoded(base64: string | undefined): string | undefined {
  if (base64 === undefined) return undefined;
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0)));
  } catch {
    return base64;
  }
}

const codingsOf = (value: unknown): Json[] => {
  const { coding, code } = objectOf(value);
  return Array.isArray(coding) ? listOf(coding) : code === undefined ? [] : [objectOf(value)];
};
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const objectOf = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});
const listOf = (value: unknown): Json[] => (Array.isArray(value) ? value.map(objectOf) : []);
