/** What a data set's conditions are made of, as extensions of its Library. See docs/guides/conditions.md */
import { duoIdOf } from '../../../../src/fair/duo.ts';
import { canonical, type Granularity, granularities } from '../../../../src/fhir/canonical.ts';
import { type JsonObject, objectOf, objectsOf } from '../../../../src/fhir/json.ts';
import { first, type Item, items, type Lens, understood } from './lens.ts';

const stringOf = (object: JsonObject | undefined, name: string): string | undefined =>
  typeof object?.[name] === 'string' ? object[name] : undefined;
const partOf = (extension: JsonObject, url: string): JsonObject | undefined =>
  objectsOf(extension['extension']).find((one) => one['url'] === url);

/** A value alone, such as `valueUri`. */
const plain = (url: string, element: string): Item<string> => ({
  isOne: (item) => item['url'] === url,
  read: (item) => stringOf(item, element),
  write: (value) => ({ url, [element]: value }),
});

/** A code of one system, by itself. */
const coded = (url: string, system: string): Item<string> => ({
  isOne: (item) => item['url'] === url,
  read: (item) => stringOf(objectOf(item['valueCoding']), 'code'),
  write: (code) => ({ url, valueCoding: { system, code } }),
});

export interface Visa {
  type: string;
  value: string;
  by: string;
}

const visa: Item<Visa> = {
  isOne: ({ url }) => url === canonical.visa,
  read(item) {
    const type = stringOf(partOf(item, 'type'), 'valueCode');
    if (type === undefined) return undefined;
    return {
      type,
      value: stringOf(partOf(item, 'value'), 'valueUri') ?? '',
      by: stringOf(partOf(item, 'by'), 'valueCode') ?? '',
    };
  },
  write: ({ type, value, by }) => ({
    url: canonical.visa,
    extension: [
      { url: 'type', valueCode: type },
      ...(value === '' ? [] : [{ url: 'value', valueUri: value }]),
      ...(by === '' ? [] : [{ url: 'by', valueCode: by }]),
    ],
  }),
};

export interface Committee {
  /** `Organization/id`, or an address */
  reference: string;
  display: string;
}

const committee: Item<Committee> = {
  isOne: ({ url }) => url === canonical.committee,
  read(item) {
    const stated = objectOf(item['valueReference']);
    const reference = stringOf(stated, 'reference');
    return reference === undefined ? undefined : { reference, display: stringOf(stated, 'display') ?? '' };
  },
  write: ({ reference, display }) => ({
    url: canonical.committee,
    valueReference: { reference, ...(display === '' ? {} : { display }) },
  }),
};

/** Lenses of what may be asked of everyone, or of those to whom one level is offered. */
const audienceIn = (name: 'extension') => ({
  purposes: items(name, coded(canonical.purpose, canonical.actReason)),
  visas: items(name, visa),
  terms: items(name, plain(canonical.terms, 'valueUri')),
  committee: first(items(name, committee)),
  recipients: items(name, plain(canonical.recipient, 'valueUri')),
  countries: items(name, plain(canonical.recipientCountry, 'valueCode')),
});

export const audience = audienceIn('extension');

/** A level of looking, and for whom. */
export interface Level {
  level: Granularity;
  /** undefined: 10, as where nothing is stated */
  threshold: number | undefined;
  rounding: number | undefined;
  profile: string;
  /** the extensions that say for whom; `audience` reads and writes them */
  audience: readonly JsonObject[];
}

const own = new Set(['level', 'threshold', 'rounding', 'profile']);
const integerOf = (part: JsonObject | undefined): number | undefined =>
  typeof part?.['valueInteger'] === 'number' ? part['valueInteger'] : undefined;
const integer = (url: string, value: number | undefined): JsonObject[] =>
  value === undefined ? [] : [{ url, valueInteger: value }];

const level: Item<Level> = {
  isOne: ({ url }) => url === canonical.granularity,
  read(item) {
    const stated = granularities.find((one) => one === partOf(item, 'level')?.['valueCode']);
    if (stated === undefined) return undefined;
    return {
      level: stated,
      threshold: integerOf(partOf(item, 'threshold')),
      rounding: integerOf(partOf(item, 'rounding')),
      profile: stringOf(partOf(item, 'profile'), 'valueCanonical') ?? '',
      audience: objectsOf(item['extension']).filter(({ url }) => !own.has(String(url))),
    };
  },
  write: ({ level: code, threshold, rounding, profile, audience: who }) => ({
    url: canonical.granularity,
    extension: [
      { url: 'level', valueCode: code },
      ...integer('threshold', threshold),
      ...integer('rounding', rounding),
      ...(profile === '' ? [] : [{ url: 'profile', valueCanonical: profile }]),
      ...who,
    ],
  }),
};

/** A term of the Data Use Ontology with what it asks for. */
export interface DataUse {
  /** `DUO:0000007` */
  id: string;
  /** the name that stands beside the code */
  display: string;
  parameters: readonly Parameter[];
}

/** A disease as a code, anything else as a text. */
interface Parameter {
  system: string;
  value: string;
  display: string;
}

const parameter = {
  read(part: JsonObject): Parameter | undefined {
    const coding = objectOf(part['valueCoding']);
    const value = stringOf(coding, 'code') ?? stringOf(part, 'valueString');
    if (value === undefined) return undefined;
    return { system: stringOf(coding, 'system') ?? '', value, display: stringOf(coding, 'display') ?? '' };
  },
  write: ({ system, value, display }: Parameter): JsonObject =>
    system === ''
      ? { url: 'parameter', valueString: value }
      : { url: 'parameter', valueCoding: { system, code: value, ...(display === '' ? {} : { display }) } },
};

const dataUse: Item<DataUse> = {
  isOne: ({ url }) => url === canonical.dataUse,
  read(item) {
    const coding = objectOf(partOf(item, 'term')?.['valueCoding']);
    const id = duoIdOf(stringOf(coding, 'code') ?? '');
    const parts = objectsOf(item['extension']).filter(({ url }) => url === 'parameter');
    const parameters = parts.map(parameter.read);
    if (id === undefined || parameters.some((one) => one === undefined)) return undefined;
    return {
      id,
      display: stringOf(coding, 'display') ?? '',
      parameters: parameters as Parameter[], // none is undefined
    };
  },
  write: ({ id, display, parameters }) => ({
    url: canonical.dataUse,
    extension: [
      {
        url: 'term',
        valueCoding: {
          system: canonical.duo,
          code: id.replace(':', '_'),
          ...(display === '' ? {} : { display }),
        },
      },
      ...parameters.map(parameter.write),
    ],
  }),
};

export interface Obligation {
  /** of v3-ActCode */
  code: string;
  display: string;
  parameter: string;
}

const obligation: Item<Obligation> = {
  isOne: ({ url }) => url === canonical.obligation,
  read(item) {
    const coding = objectOf(partOf(item, 'code')?.['valueCoding']);
    const code = stringOf(coding, 'code');
    if (code === undefined) return undefined;
    return {
      code,
      display: stringOf(coding, 'display') ?? '',
      parameter: stringOf(partOf(item, 'parameter'), 'valueString') ?? '',
    };
  },
  write: ({ code, display, parameter: text }) => ({
    url: canonical.obligation,
    extension: [
      {
        url: 'code',
        valueCoding: { system: canonical.actCode, code, ...(display === '' ? {} : { display }) },
      },
      ...(text === '' ? [] : [{ url: 'parameter', valueString: text }]),
    ],
  }),
};

const consent: Item<boolean> = {
  isOne: ({ url }) => url === canonical.consentRequired,
  read: ({ valueBoolean }) => (typeof valueBoolean === 'boolean' ? valueBoolean : undefined),
  write: (valueBoolean) => ({ url: canonical.consentRequired, valueBoolean }),
};

/** What is not stated is not asked. One that is stated stays stated, as yes or no. */
const flag = (inner: Lens<boolean | undefined>): Lens<boolean> => ({
  read: (record) => inner.read(record) === true,
  write: (record, value) => inner.write(record, value || inner.read(record) !== undefined ? value : undefined),
});

export const conditions = {
  levels: items('extension', level),
  dataUse: items('extension', dataUse),
  embargo: first(items('extension', plain(canonical.embargo, 'valueDate'))),
  expires: first(items('extension', plain(canonical.expires, 'valueDate'))),
  obligations: items('extension', obligation),
  consentRequired: flag(first(items('extension', consent))),
  ...audience,
};

const formed: readonly Item<unknown>[] = [
  level,
  dataUse,
  obligation,
  consent,
  visa,
  committee,
  coded(canonical.purpose, canonical.actReason),
  plain(canonical.terms, 'valueUri'),
  plain(canonical.recipient, 'valueUri'),
  plain(canonical.recipientCountry, 'valueCode'),
  plain(canonical.embargo, 'valueDate'),
  plain(canonical.expires, 'valueDate'),
] as readonly Item<unknown>[]; // each is only asked whether it gives back what it read

const notConditions: ReadonlySet<string> = new Set([canonical.endpoint, canonical.hop, canonical.primaryRecord]);

/** Statements of ours that this form cannot change: it keeps them, shows them, and lets one take them away. */
export const others: Lens<readonly JsonObject[]> = {
  read: (record) => objectsOf(record['extension']).filter(isOther),
  write(record, kept) {
    const left = kept.map((one) => JSON.stringify(one));
    const extension = objectsOf(record['extension']).filter(
      (one) => !isOther(one) || left.includes(JSON.stringify(one)),
    );
    const { extension: _, ...rest } = record;
    return extension.length === 0 ? rest : { ...record, extension };
  },
};

function isOther(extension: JsonObject): boolean {
  const url = String(extension['url']);
  return (
    url.startsWith(canonical.structureDefinitions) &&
    !notConditions.has(url) &&
    formed.every((one) => understood(extension, one) === undefined)
  );
}
