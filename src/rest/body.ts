/** Takes request bodies in: FHIR's formats become JSON, everything else the content of a Binary. https://hl7.org/fhir/R4B/binary.html#rest */
import type { Definitions } from '../fhir/definitions/model.ts';
import { decodeUtf8 } from '../fhir/format/json.ts';
import { fromTurtle } from '../fhir/format/turtle.ts';
import { fromXml } from '../fhir/format/xml.ts';
import { FhirError } from '../fhir/outcome.ts';
import { patchTypes } from '../interaction/index.ts';
import { formatOf } from './negotiate.ts';

export interface Body {
  /** JSON, a patch or a form as text */
  text: string;
  /** without parameters; of FHIR's formats always JSON's */
  contentType: string;
}

export interface Sent {
  bytes: Uint8Array | undefined;
  contentType: string;
  method: string;
  type: string;
  id: string;
  securityContext: string | undefined;
  isForm: boolean;
}

/** Throws `unsupported-media-type` and what the format is faulted for. */
export function readBody(sent: Sent, definitions: Definitions): Body {
  const { bytes, method, type } = sent;
  if (bytes === undefined || bytes.length === 0) return { text: '', contentType: '' };
  const contentType = sent.contentType.split(';')[0]!.trim().toLowerCase();
  if (method === 'PATCH' && (patchTypes as readonly string[]).includes(contentType))
    return { text: decodeUtf8(bytes), contentType };
  switch (formatOf(contentType)) {
    case 'json':
      return { text: decodeUtf8(bytes), contentType: 'application/fhir+json' };
    case 'xml':
      return { text: fromXml(decodeUtf8(bytes), definitions), contentType: 'application/fhir+json' };
    case 'turtle':
      return { text: fromTurtle(decodeUtf8(bytes), definitions), contentType: 'application/fhir+json' };
    default:
  }
  if (contentType === 'application/x-www-form-urlencoded' && sent.isForm)
    return { text: decodeUtf8(bytes), contentType };
  if (type === 'Binary' && (method === 'POST' || method === 'PUT'))
    return { text: binaryText(sent, bytes), contentType: 'application/fhir+json' };
  throw new FhirError(
    'unsupported-media-type',
    method === 'PATCH'
      ? `a patch must be one of ${patchTypes.join(', ')}, not ${contentType || 'nothing'}`
      : `the body must be application/fhir+json, application/fhir+xml or text/turtle (application/fhir+ndjson for $import), not ${contentType || 'of no stated type'}`,
  );
}

/** Content of any other type is that of a Binary. */
function binaryText({ contentType, id, securityContext }: Sent, bytes: Uint8Array): string {
  return JSON.stringify({
    resourceType: 'Binary',
    ...(id === '' ? {} : { id }),
    contentType,
    ...(securityContext === undefined ? {} : { securityContext: { reference: securityContext } }),
    data: Buffer.from(bytes).toString('base64'),
  });
}
