/** Remembers what was found out, for as long as it holds: bounded, and found out once for all who ask meanwhile. */

/** What was found out, and until when it holds in milliseconds since 1970. */
export interface Found<Value> {
  value: Value;
  until: number;
}

export interface Memory<Value> {
  /** What is remembered for `key`, or what `find` finds. What `find` throws is not remembered. */
  of(key: string, find: () => Promise<Found<Value>>): Promise<Value>;
}

/** Remembers the `most` that were asked for last. `mostFinding` at a time are found out; then `busy` says what is thrown. */
export function createMemory<Value>(settings: {
  most: number;
  now(): number;
  mostFinding?: number;
  busy?(): Error;
}): Memory<Value> {
  const { most, now, mostFinding = Number.POSITIVE_INFINITY, busy } = settings;
  const remembered = new Map<string, Found<Value>>();
  const finding = new Map<string, Promise<Found<Value>>>();
  const find = async (key: string, finds: () => Promise<Found<Value>>): Promise<Found<Value>> => {
    const found = await finds();
    remembered.delete(key);
    if (found.until > now()) remembered.set(key, found);
    for (const oldest of remembered.keys()) {
      if (remembered.size <= most) break;
      remembered.delete(oldest);
    }
    return found;
  };
  return {
    async of(key, finds) {
      const known = remembered.get(key);
      if (known !== undefined && now() < known.until) {
        // Last asked for stands last.
        remembered.delete(key);
        remembered.set(key, known);
        return known.value;
      }
      let pending = finding.get(key);
      if (pending === undefined) {
        if (finding.size >= mostFinding && busy !== undefined) throw busy();
        pending = find(key, finds).finally(() => finding.delete(key));
        finding.set(key, pending);
      }
      return (await pending).value;
    },
  };
}
