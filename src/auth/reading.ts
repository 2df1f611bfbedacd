/** Reads what an operator wrote as JSON, member by member; messages say where the fault is and what would be right. https://www.rfc-editor.org/rfc/rfc8259 */
import { isPermittedAddress, objectOf } from './outbound.ts';

/** One JSON object. All members that are asked for must be there: ask `has` first for those that may be absent. */
export interface Reading {
  /** where it stands, for messages */
  readonly where: string;
  has(name: string): boolean;
  value(name: string): unknown;
  /** `wanted` continues "needs name, " */
  fault(name: string, wanted: string): Error;
  text(name: string, wanted?: string, form?: RegExp): string;
  /** a list of texts that is not empty and has none twice */
  texts(name: string, wanted?: string, form?: RegExp): readonly string[];
  flag(name: string): boolean;
  whole(name: string, from: number, to: number): number;
  /** an address that may be asked */
  address(name: string): string;
  object(name: string, known: readonly string[]): Reading;
  objects(name: string, known: readonly string[]): readonly Reading[];
}

/** Throws an Error when `json` is no object or has members that are not `known`. */
export function reading(json: unknown, where: string, known: readonly string[]): Reading {
  const members = objectOf(json);
  if (members === undefined) throw new Error(`${where} must be an object with ${known.join(', ')}`);
  const unknown = Object.keys(members).filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new Error(
      `${where} has ${unknown.map((name) => `"${name}"`).join(', ')}, which this server does not know; it knows ${known.join(', ')}`,
    );
  }
  const value = (name: string): unknown => (Object.hasOwn(members, name) ? members[name] : undefined);
  const fault = (name: string, wanted: string): Error => new Error(`${where} needs "${name}", ${wanted}`);
  const isText = (text: unknown, form?: RegExp): text is string =>
    typeof text === 'string' && text !== '' && (form === undefined || form.test(text));
  return {
    where,
    has: (name) => value(name) !== undefined,
    value,
    fault,
    text(name, wanted = 'a text', form) {
      const text = value(name);
      if (!isText(text, form)) throw fault(name, wanted);
      return text;
    },
    texts(name, wanted = 'a list of texts', form) {
      const texts = value(name);
      if (!Array.isArray(texts) || texts.length === 0) throw fault(name, `${wanted}; it must not be empty`);
      if (!texts.every((text): text is string => isText(text, form)) || new Set(texts).size < texts.length) {
        throw fault(name, `${wanted}; each once`);
      }
      return texts;
    },
    flag(name) {
      const flag = value(name);
      if (typeof flag !== 'boolean') throw fault(name, 'true or false');
      return flag;
    },
    whole(name, from, to) {
      const number = value(name);
      if (typeof number === 'number' && Number.isInteger(number) && number >= from && number <= to) return number;
      throw fault(name, `a whole number from ${from} to ${to}`);
    },
    address(name) {
      const address = value(name);
      if (typeof address === 'string' && isPermittedAddress(address)) return address;
      throw fault(name, 'an https address, or an http address on this machine');
    },
    object: (name, members) => reading(value(name), `${where}, ${name}`, members),
    objects(name, members) {
      const list = value(name);
      if (!Array.isArray(list)) throw fault(name, 'a list of objects');
      return list.map((one, at) => reading(one, `${where}, ${name}[${at}]`, members));
    },
  };
}
