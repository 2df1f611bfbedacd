/** Pseudonyms that only the key of the site can make or read, other ones for every project. https://hl7.org/fhir/R5/secpriv-module.html#pseudonymization */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  timingSafeEqual,
} from 'node:crypto';
import type { Int64 } from '../../search/index-rows.ts';

/** `key` is the secret of the site, at least 32 bytes; `project` names who gets the data. */
export interface PseudonymSecret {
  key: Uint8Array;
  project: string;
}

export interface Pseudonyms {
  /** The id under which the resource with this key leaves. */
  pseudonymOf(key: Int64, type: string): string;
  /** The key of the resource of this type that leaves under `id`; undefined for ids that were not made for this type and project. */
  keyOfPseudonym(type: string, id: string): Int64 | undefined;
}

const salt = Buffer.from('fairway de-identification');

/** A key of its own for each use and project. */
function derive({ key, project }: PseudonymSecret, use: string): KeyObject {
  if (key.length < 32) throw new Error('the key of the site must have at least 32 bytes');
  // A list of texts in JSON: no use and project can be taken for another pair.
  // As a KeyObject it is set up once and not for every hash.
  return createSecretKey(Buffer.from(hkdfSync('sha256', key, salt, JSON.stringify([use, project]), 32)));
}

const form = /^p-([0-9a-f]{32})$/;
const noBlock = '0'.repeat(32);

/**
 * An id is one block of AES-256: the eight bytes of the resource's key and eight bytes that are known for each type and
 * project. As a permutation of blocks it says nothing of either, and an id that someone made up decrypts to the right
 * eight bytes once in 2^64 tries.
 */
export function createPseudonyms(secret: PseudonymSecret): Pseudonyms {
  const blockKey = derive(secret, 'id');
  const checkKey = derive(secret, 'id check');
  // One block of ECB after the other is one permutation each: the objects can be used again and again.
  const cipher = createCipheriv('aes-256-ecb', blockKey, null).setAutoPadding(false);
  const decipher = createDecipheriv('aes-256-ecb', blockKey, null).setAutoPadding(false);
  const checks = new Map<string, Buffer>();
  const checkOf = (type: string): Buffer => {
    let check = checks.get(type);
    if (check === undefined) {
      check = createHmac('sha256', checkKey).update(type).digest().subarray(0, 8);
      // Types come from requests, too: those of FHIR are few, others are not remembered.
      if (checks.size < 500) checks.set(type, check);
    }
    return check;
  };
  return {
    pseudonymOf(key, type) {
      const block = Buffer.alloc(16);
      block.writeBigInt64BE(BigInt(key), 0);
      checkOf(type).copy(block, 8);
      return `p-${cipher.update(block).toString('hex')}`;
    },
    keyOfPseudonym(type, id) {
      const digits = form.exec(id)?.[1];
      // What has not the form goes the same way, so that time tells nothing.
      const block = decipher.update(Buffer.from(digits ?? noBlock, 'hex'));
      const isOurs = timingSafeEqual(block.subarray(8), checkOf(type));
      return isOurs && digits !== undefined ? block.readBigInt64BE(0).toString() : undefined;
    },
  };
}

/** Keyed hash of texts, 128 bits in hexadecimal. */
export function createTextPseudonym(secret: PseudonymSecret): (domain: string, text: string) => string {
  const key = derive(secret, 'text');
  return (domain, text) =>
    createHmac('sha256', key)
      .update(JSON.stringify([domain, text]))
      .digest('hex')
      .slice(0, 32);
}

/** The days by which the dates of a person move: from -`most` to `most`, without 0, each as likely. */
export function createDateShift(secret: PseudonymSecret): (person: Int64, most: number) => number {
  const key = derive(secret, 'shift-dates');
  const remembered = new Map<string, number>();
  return (person, most) => {
    const name = `${most} ${person}`;
    let days = remembered.get(name);
    if (days === undefined) {
      // 48 bits over at most 730 values: no value is likelier by more than one in 10^11.
      const drawn = createHmac('sha256', key).update(name).digest().readUIntBE(0, 6) % (2 * most);
      days = drawn < most ? drawn - most : drawn - most + 1;
      if (remembered.size >= 50_000) remembered.clear();
      remembered.set(name, days);
    }
    return days;
  };
}

/** `urn:uuid:` of 128 bits, marked as a UUID whose bits are its maker's own (version 8). https://www.rfc-editor.org/rfc/rfc9562#section-5.8 */
export function uuidUrn(digits: string): string {
  const variant = (8 + (Number.parseInt(digits[16]!, 16) & 3)).toString(16);
  const parts = [digits.slice(0, 8), digits.slice(8, 12), `8${digits.slice(13, 16)}`, variant + digits.slice(17, 20)];
  return `urn:uuid:${parts.join('-')}-${digits.slice(20)}`;
}
