/** Reads members of settings one by one; what is missing, of another kind or unknown is an Error that says where. https://www.rfc-editor.org/rfc/rfc8259 */

/** The members of one object of the settings, and where it stands. */
export interface Members {
  where: string;
  has(name: string): boolean;
  text(name: string): string;
  optionalText(name: string): string | undefined;
  texts(name: string): readonly string[];
  flag(name: string): boolean;
  optionalFlag(name: string): boolean | undefined;
  /** a whole number from `least` to `most`; `otherwise` when it is not there */
  count(name: string, least: number, most: number, otherwise: number): number;
  /** any value, to be read further */
  value(name: string): unknown;
  list(name: string): readonly unknown[];
}

/** Throws when `value` is no object or has a member that is not `known`: a misspelt limit must not be passed over. */
export function membersOf(value: unknown, where: string, known: readonly string[]): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${where} must be an object`);
  const found = new Map<string, unknown>(Object.entries(value));
  const unknown = [...found.keys()].find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`${where} has no member ${unknown}; it has ${known.join(', ')}`);
  const optionalText = (name: string): string | undefined => {
    const text = found.get(name);
    if (text === undefined) return undefined;
    if (typeof text !== 'string' || text === '') throw new Error(`${where}.${name} must be a text that is not empty`);
    return text;
  };
  const optionalFlag = (name: string): boolean | undefined => {
    const flag = found.get(name);
    if (flag !== undefined && typeof flag !== 'boolean') throw new Error(`${where}.${name} must be true or false`);
    return flag;
  };
  const list = (name: string): readonly unknown[] => {
    const values = found.get(name) ?? [];
    if (!Array.isArray(values)) throw new Error(`${where}.${name} must be a list`);
    return values;
  };
  return {
    where,
    has: (name) => found.has(name),
    optionalText,
    text(name) {
      const text = optionalText(name);
      if (text === undefined) throw new Error(`${where} needs ${name}`);
      return text;
    },
    texts: (name) =>
      list(name).map((text, at) => {
        if (typeof text !== 'string' || text === '')
          throw new Error(`${where}.${name}[${at}] must be a text that is not empty`);
        return text;
      }),
    optionalFlag,
    flag: (name) => optionalFlag(name) ?? false,
    count(name, least, most, otherwise) {
      const number = found.get(name) ?? otherwise;
      if (typeof number !== 'number' || !Number.isInteger(number) || number < least || number > most)
        throw new Error(`${where}.${name} must be a whole number from ${least} to ${most}`);
      return number;
    },
    value: (name) => found.get(name),
    list,
  };
}
