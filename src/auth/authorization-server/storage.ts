/** What the authorization server keeps, for all processes on one database; the store implements it. https://www.rfc-editor.org/rfc/rfc6749 */

/** Something that is kept until it expires. `id` is a digest: who reads the database learns no token from it. */
export interface KeptItem {
  kind: string;
  id: string;
  /** JSON text */
  content: string;
  /** milliseconds since 1970 */
  expires: number;
  /** the grant that it stems from */
  grant?: string;
  /** a second name that it is found by */
  alias?: string;
  /** the account that it is about */
  account?: string;
}

interface FoundItem {
  content: string;
  expires: number;
  /** milliseconds since 1970 at which it was used up */
  consumed?: number;
}

/** An access token that is not to be honoured any more. */
export interface RemovedItem {
  id: string;
  expires: number;
}

/** A token in force, with the terms that its account accepted meanwhile. */
export interface FoundToken {
  kind: string;
  content: string;
  expires: number;
  acceptedTerms: readonly string[];
}

/** Every method is atomic: two processes that do the same at once are told apart by the answer. */
export interface AuthorizationStorage {
  /** Keeps the item in place of one of the same kind and id. */
  put(item: KeptItem): Promise<void>;
  /** Keeps the item unless one of its kind and id is there that has not expired; says whether it did. */
  putOnce(item: KeptItem, now: number): Promise<boolean>;
  find(kind: string, id: string): Promise<FoundItem | undefined>;
  findByAlias(kind: string, alias: string): Promise<FoundItem | undefined>;
  findAllByAlias(kind: string, alias: string): Promise<readonly FoundItem[]>;
  /** Marks the item as used up; false when it is not there or was before. */
  consume(kind: string, id: string, now: number): Promise<boolean>;
  /** What was removed, if it was there. */
  remove(kind: string, id: string): Promise<readonly RemovedItem[]>;
  removeOfGrant(kind: string, grant: string): Promise<readonly RemovedItem[]>;
  /** A token of one of `kinds` that has not expired and whose grant, if it stems from one, is there and has not expired. */
  token(kinds: readonly string[], id: string, now: number): Promise<FoundToken | undefined>;
  /** Counts one more attempt under `key` within the window; gives how many there are now, and when it ends. */
  attempt(key: string, windowMilliseconds: number, now: number): Promise<{ count: number; until: number }>;
  /** Counts one attempt less, or none. */
  takeBack(key: string, how: 'one' | 'all'): Promise<void>;
  /** Keys of one purpose, the newest first. */
  keys(purpose: string): Promise<readonly KeptKey[]>;
  /** Adds a key unless there is one of its purpose that was made after `notAfter`. Drops those made before `dropBefore`. */
  addKey(purpose: string, key: KeptKey, notAfter: number, dropBefore: number): Promise<void>;
  acceptTerms(account: string, url: string, now: number): Promise<void>;
  /** Forgets what has expired. */
  tidy(now: number): Promise<void>;
}

export interface KeptKey {
  content: string;
  /** milliseconds since 1970 */
  made: number;
}
