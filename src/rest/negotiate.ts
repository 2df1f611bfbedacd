/** Reads what a client wants to get and sends: formats, preferences. https://hl7.org/fhir/R4B/http.html#mime-type */
import { FhirError } from '../fhir/outcome.ts';
import type { Preference } from '../interaction/index.ts';
import { mediaRangesOf } from './accept.ts';

export type Format = 'json' | 'xml' | 'turtle' | 'ndjson';

/** What each format is called, the first name being the one that is sent. */
const names: Record<Format, readonly string[]> = {
  json: ['application/fhir+json', 'application/json', 'text/json', 'json', 'application/json+fhir'],
  xml: ['application/fhir+xml', 'application/xml', 'text/xml', 'xml', 'application/xml+fhir'],
  turtle: ['text/turtle', 'ttl', 'turtle', 'application/x-turtle', 'application/fhir+turtle'],
  ndjson: ['application/fhir+ndjson', 'application/ndjson', 'application/x-ndjson', 'ndjson'],
};
const formats = new Map(
  (Object.keys(names) as Format[]).flatMap((format) => names[format].map((name) => [name, format])),
);

/** The Content-Type of a format. */
export const contentTypeOf = (format: Format): string => `${names[format][0]}; charset=utf-8`;

/** The format of a media type, or undefined for one that is none of FHIR's. */
export function formatOf(mediaType: string): Format | undefined {
  // In a query `+` means a space.
  return formats.get(mediaType.split(';')[0]!.trim().toLowerCase().replace(' ', '+'));
}

/** How a reply is to be written. */
export interface Wanted {
  format: Format;
  pretty: boolean;
  /** a media type that is none of FHIR's: of interest for Binary */
  raw?: string;
}

/** `_format` goes before Accept. Throws `not-acceptable` for what cannot be sent. */
export function wantedOf(
  accept: string | undefined,
  parameters: readonly (readonly [string, string])[],
  canBeRaw: boolean,
): Wanted {
  const stated = parameters.find(([name]) => name === '_format')?.[1];
  const pretty = parameters.some(([name, value]) => name === '_pretty' && value === 'true');
  if (stated !== undefined) {
    const format = formatOf(stated);
    if (format === undefined) {
      throw new FhirError(
        'not-acceptable',
        `_format=${stated.slice(0, 100)} is not supported here; json, xml, ttl and ndjson are`,
      );
    }
    return { format, pretty };
  }
  if (accept === undefined || accept === '*/*') return { format: 'json', pretty };
  return fromAccept(accept, pretty, canBeRaw);
}

function fromAccept(accept: string, pretty: boolean, canBeRaw: boolean): Wanted {
  for (const mediaType of byPreference(accept)) {
    const format = formatOf(mediaType);
    if (format !== undefined) return { format, pretty };
    if (canBeRaw && mediaType !== '*/*') return { format: 'json', pretty, raw: mediaType };
    if (mediaType === '*/*' || mediaType === 'application/*' || mediaType === 'text/*')
      return { format: 'json', pretty };
  }
  throw new FhirError(
    'not-acceptable',
    `this server sends application/fhir+json, application/fhir+xml, text/turtle and application/fhir+ndjson, not ${accept.slice(0, 100)}`,
  );
}

/** The media types of an Accept header, the most wanted first. */
function byPreference(accept: string): string[] {
  return mediaRangesOf(accept)
    .filter(({ quality }) => quality > 0)
    .sort((one, two) => two.quality - one.quality)
    .map(({ type }) => type);
}

const standard: Preference = { handling: 'strict' };

/** `return=minimal; handling=lenient` and the like; unknown preferences are no errors. */
export function parsePrefer(prefer: string | undefined): Preference {
  if (prefer === undefined) return standard;
  const wanted = prefer.split(/[,;]/).map((part) => part.trim());
  const returned = (['minimal', 'representation', 'OperationOutcome'] as const).find((one) =>
    wanted.includes(`return=${one}`),
  );
  return {
    ...(returned === undefined ? {} : { return: returned }),
    handling: wanted.includes('handling=lenient') ? 'lenient' : 'strict',
  };
}
