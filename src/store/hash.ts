/** The keyed 64-bit hash that names resources, parameters and values; its secret lives in the database. See docs/adr/0002. */
import { hash as digest, randomBytes } from 'node:crypto';
import type { Hash } from '../search/index-rows.ts';
import type { Sql } from './connect.ts';

/** Texts repeat (codes, parameters, patients), so results are remembered; the memory is dropped whole when this many are held. */
const remembered = 200_000;

/** A hash of its own for every secret: whoever does not know it cannot choose texts that collide. */
export function createHash(secret: string): Hash {
  let memory = new Map<string, string>();
  return (text) => {
    const known = memory.get(text);
    if (known !== undefined) return known;
    // Prefix-keyed SHA-256 cut to 64 bits: length extension gains nothing on a truncated digest that is never shown.
    const value = digest('sha256', secret + text, 'buffer')
      .readBigInt64BE(0)
      .toString();
    if (memory.size >= remembered) memory = new Map();
    // A text that stems from a large body may be a slice that keeps the body alive; the round trip makes it stand alone.
    memory.set(text.length > 12 ? Buffer.from(text).toString() : text, value);
    return value;
  };
}

/** The secret `name` of this database, made once by whichever process comes first. 256 bits in hexadecimal. */
export async function secretOf(sql: Sql, name: string): Promise<string> {
  const fresh = randomBytes(32).toString('hex');
  const rows = await sql`
    insert into setting (name, value) values (${name}, ${fresh})
    on conflict (name) do update set value = setting.value returning value`;
  return rows[0]!['value'] as string;
}
