/** Page links: an opaque, authenticated token that says where the next page begins and whom it was made for. https://hl7.org/fhir/R4B/http.html#paging */
import { createCipheriv, createDecipheriv, hash, randomBytes } from 'node:crypto';
import { FhirError } from '../fhir/outcome.ts';

/** Name of the parameter that carries the token. */
export const pageParameter = '_page';

export interface PageLinks {
  /** Seals `position` (JSON) for one asker and one query. */
  seal(position: unknown, tiedTo: string): string;
  /** Throws `invalid` for a token that is not ours, was changed, or was made for someone or something else. */
  open(token: string, tiedTo: string): unknown;
}

const cipher = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/** `secret` is 32 bytes in hexadecimal, shared by all processes of one database. */
export function createPageLinks(secret: string): PageLinks {
  const key = Buffer.from(secret, 'hex');
  return {
    seal(position, tiedTo) {
      const nonce = randomBytes(nonceBytes);
      const sealing = createCipheriv(cipher, key, nonce).setAAD(binding(tiedTo));
      const text = Buffer.concat([sealing.update(JSON.stringify(position), 'utf8'), sealing.final()]);
      return Buffer.concat([nonce, sealing.getAuthTag(), text]).toString('base64url');
    },
    open(token, tiedTo) {
      const bytes = Buffer.from(token, 'base64url');
      try {
        // Letters that decoding passes over would make many links of one.
        if (bytes.toString('base64url') !== token) throw new Error('not as it was sealed');
        const opening = createDecipheriv(cipher, key, bytes.subarray(0, nonceBytes))
          .setAAD(binding(tiedTo))
          .setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
        const text = Buffer.concat([opening.update(bytes.subarray(nonceBytes + tagBytes)), opening.final()]);
        return JSON.parse(text.toString('utf8')) as unknown;
      } catch {
        // One message for every reason: what exactly is wrong with a forged token is nobody's business.
        throw new FhirError('invalid', 'this page link is not valid here; start again from the first page');
      }
    },
  };
}

const binding = (tiedTo: string): Buffer => hash('sha256', tiedTo, 'buffer');
