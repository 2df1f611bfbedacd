/** Reads all conditions that the record of a data set states, to be shown and handed on; never to decide by. See docs/adr/0010-statements-and-effects.md */
import type { DataSetStatement, DataUseTerm, Obligation, Offer, Requirement } from '../conditions/model.ts';
import { canonical, granularities, noConditions } from '../fhir/canonical.ts';
import { type Json, type JsonObject, objectOf, objectsOf } from '../fhir/json.ts';
import { duoIdOf } from './duo.ts';

/** A licence as stated: by a code, a document or in words; none of them where the document is in the record itself. */
export interface Licence {
  code?: string;
  /** of the licence's text; of SPDX's page where the code is SPDX's */
  url?: string;
  text?: string;
}

/** What a record states about the use of its data set, whoever wrote it. */
export interface Stated {
  /** absolute address of the record */
  source: string;
  title?: string;
  /** `system|value`, or a URI alone */
  identifiers: readonly string[];
  publisher?: string;
  licences: readonly Licence[];
  copyright?: string;
  statement: DataSetStatement;
  /** statements of ours that this version does not know or cannot read, as they stand */
  unknown: readonly { url: string; asStated: JsonObject }[];
}

/**
 * Unlike the compilation that decisions rest on (conditions/data-set-statement.ts, which no browser can run), one statement that is not understood closes nothing here: all others
 * are still told, and that one is handed on as it stands.
 */
export function statedOf(library: JsonObject, source: string): Stated {
  const extensions = objectsOf(library['extension']);
  const read = emptyReading();
  const unknown = objectsOf(library['modifierExtension']).map(asUnknown);
  for (const extension of extensions) {
    const url = text(extension['url']) ?? '';
    if (
      !url.startsWith(canonical.structureDefinitions) ||
      url === canonical.countDisclosure ||
      noConditions.includes(url)
    )
      continue;
    const reader = Object.hasOwn(readers, url) ? readers[url] : undefined;
    if (reader === undefined || !reader(extension, read)) unknown.push(asUnknown(extension));
  }
  const title = text(library['title']) ?? text(library['name']);
  const publisher = text(library['publisher']);
  const copyright = text(library['copyright']) ?? text(library['copyrightLabel']);
  const licences = extensions.flatMap(licencesOf);
  const licence = licences.find(isSpdx)?.code;
  return {
    source,
    ...(title === undefined ? {} : { title }),
    identifiers: identifiersOf(library),
    ...(publisher === undefined ? {} : { publisher }),
    licences,
    ...(copyright === undefined ? {} : { copyright }),
    statement: {
      source,
      ...(title === undefined ? {} : { title }),
      ...(licence === undefined ? {} : { licence }),
      offers: read.offers.toSorted((one, two) => granularities.indexOf(two.level) - granularities.indexOf(one.level)),
      requirements: [...read.requirements, ...gathered(read.alternatives)],
      dataUse: read.dataUse,
      obligations: read.obligations,
      consentRequired: read.consentRequired,
      closed: [],
    },
    unknown,
  };
}

const asUnknown = (extension: JsonObject): Stated['unknown'][number] => ({
  url: text(extension['url']) ?? '',
  asStated: extension,
});

const text = (value: Json | undefined): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value : undefined;

/** Several statements of one kind are alternatives of one requirement. */
interface Alternatives {
  purposes: string[];
  countries: string[];
  recipients: string[];
}

interface Reading {
  offers: Offer[];
  requirements: Requirement[];
  alternatives: Alternatives;
  dataUse: DataUseTerm[];
  obligations: Obligation[];
  consentRequired: boolean;
}

const emptyReading = (): Reading => ({
  offers: [],
  requirements: [],
  alternatives: { purposes: [], countries: [], recipients: [] },
  dataUse: [],
  obligations: [],
  consentRequired: false,
});

function gathered({ purposes, countries, recipients }: Alternatives): Requirement[] {
  return [
    ...(purposes.length === 0 ? [] : [{ kind: 'purpose' as const, codes: purposes }]),
    ...(countries.length === 0 ? [] : [{ kind: 'country' as const, codes: countries }]),
    ...(recipients.length === 0 ? [] : [{ kind: 'recipient' as const, identifiers: recipients }]),
  ];
}

/** Each takes what it reads and returns true, or takes nothing and returns false. */
type Reader = (extension: JsonObject, into: Reading) => boolean;

const requirementReaders: Readonly<Record<string, (extension: JsonObject, into: RequirementReading) => boolean>> = {
  [canonical.purpose]: (extension, { alternatives }) => took(alternatives.purposes, codingText(extension)),
  [canonical.recipientCountry]: (extension, { alternatives }) =>
    took(alternatives.countries, text(extension['valueCode'])),
  [canonical.recipient]: (extension, { alternatives }) => took(alternatives.recipients, recipientOf(extension)),
  [canonical.visa]: (extension, { requirements }) => took(requirements, visaOf(extension)),
  [canonical.terms](extension, { requirements }) {
    const url = text(extension['valueUri']);
    return took(requirements, url === undefined ? undefined : { kind: 'terms', url });
  },
  [canonical.committee](extension, { requirements }) {
    const reference = objectOf(extension['valueReference']);
    const committee = text(extension['valueUri']) ?? text(reference?.['reference']);
    const display = text(reference?.['display']);
    const named = display === undefined ? {} : { display };
    return took(requirements, committee === undefined ? undefined : { kind: 'committee', committee, ...named });
  },
};

type RequirementReading = Pick<Reading, 'requirements' | 'alternatives'>;

const readers: Readonly<Record<string, Reader>> = {
  ...requirementReaders,
  [canonical.granularity]: (extension, { offers }) => took(offers, offerOf(extension)),
  [canonical.embargo](extension, { requirements }) {
    // The day it names still belongs to the embargo, and to the time before the expiry.
    const end = endOf(extension);
    return took(requirements, end === undefined ? undefined : { kind: 'not-before', at: end });
  },
  [canonical.expires](extension, { requirements }) {
    const end = endOf(extension);
    return took(requirements, end === undefined ? undefined : { kind: 'not-after', at: end - 1 });
  },
  [canonical.dataUse](extension, { dataUse }) {
    const read = dataUseOf(extension);
    dataUse.push(...read);
    return read.length > 0;
  },
  [canonical.obligation]: (extension, { obligations }) => took(obligations, obligationOf(extension)),
  [canonical.consentRequired](extension, into) {
    const value = extension['valueBoolean'];
    if (typeof value !== 'boolean') return false;
    into.consentRequired ||= value;
    return true;
  },
};

function took<T>(list: T[], value: T | undefined): boolean {
  if (value !== undefined) list.push(value);
  return value !== undefined;
}

function codingText(holder: JsonObject | undefined): string | undefined {
  const coding = objectOf(holder?.['valueCoding']);
  const code = text(coding?.['code']);
  const system = text(coding?.['system']);
  return code === undefined || system === undefined ? undefined : `${system}|${code}`;
}

const partOf = (extension: JsonObject, url: string): JsonObject | undefined =>
  objectsOf(extension['extension']).find((one) => one['url'] === url);

function offerOf(extension: JsonObject): Offer | undefined {
  const audience: RequirementReading = { requirements: [], alternatives: emptyReading().alternatives };
  const numbers = { threshold: 10, rounding: 10 };
  let level: Offer['level'] | undefined;
  let profile: string | undefined;
  for (const part of objectsOf(extension['extension'])) {
    const url = text(part['url']) ?? '';
    const number = part['valueInteger'];
    if (url === 'level') level = granularities.find((one) => one === part['valueCode']);
    else if (url === 'profile') profile = text(part['valueCanonical']);
    else if ((url === 'threshold' || url === 'rounding') && typeof number === 'number') numbers[url] = number;
    else if (!(Object.hasOwn(requirementReaders, url) && requirementReaders[url]!(part, audience))) return undefined;
  }
  if (level === undefined) return undefined;
  return {
    level,
    ...numbers,
    ...(profile === undefined ? {} : { profile }),
    audience: [...audience.requirements, ...gathered(audience.alternatives)],
  };
}

function visaOf(extension: JsonObject): Requirement | undefined {
  const type = text(partOf(extension, 'type')?.['valueCode']) ?? text(partOf(extension, 'type')?.['valueString']);
  if (type === undefined) return undefined;
  const given = (['value', 'source', 'by'] as const).map((name) => {
    const part = partOf(extension, name);
    return [name, text(part?.['valueUri']) ?? text(part?.['valueCode']) ?? text(part?.['valueString'])] as const;
  });
  return { kind: 'visa', type, ...Object.fromEntries(given.filter(([, value]) => value !== undefined)) };
}

function recipientOf(extension: JsonObject): string | undefined {
  const reference = objectOf(extension['valueReference']);
  const identifier = objectOf(extension['valueIdentifier']) ?? objectOf(reference?.['identifier']);
  return text(extension['valueUri']) ?? identifierText(identifier) ?? text(reference?.['reference']);
}

/** The moment after all that the date or dateTime covers: a year, a month, a day, a second. */
function endOf(extension: JsonObject): number | undefined {
  const stated = text(extension['valueDate']) ?? text(extension['valueDateTime']) ?? '';
  const [, year, month, day, time] = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(T.+)?)?)?$/.exec(stated) ?? [];
  const at = Date.parse(stated);
  if (year === undefined || Number.isNaN(at)) return undefined;
  if (time !== undefined) return at + (time.includes('.') ? 1 : 1000);
  if (day !== undefined) return at + 86_400_000;
  return month === undefined ? Date.UTC(Number(year) + 1, 0) : Date.UTC(Number(year), Number(month));
}

/** One for each parameter, or one alone. */
function dataUseOf(extension: JsonObject): DataUseTerm[] {
  const code = text(objectOf(partOf(extension, 'term')?.['valueCoding'])?.['code']);
  const id = code === undefined ? undefined : duoIdOf(code);
  if (id === undefined) return [];
  const parameters = objectsOf(extension['extension']).filter((one) => one['url'] === 'parameter');
  if (parameters.length === 0) return [{ id }];
  const read = parameters.map((one) => ({ parameter: parameterText(one), display: displayOf(one) }));
  if (read.some(({ parameter }) => parameter === undefined)) return [];
  return read.map(({ parameter, display }) => ({
    id,
    parameter: parameter!, // none is undefined
    ...(display === undefined ? {} : { display }),
  }));
}

const displayOf = (holder: JsonObject): string | undefined => text(objectOf(holder['valueCoding'])?.['display']);

function parameterText(part: JsonObject): string | undefined {
  const number = part['valueInteger'];
  if (typeof number === 'number') return String(number);
  return (
    codingText(part) ??
    identifierText(objectOf(part['valueIdentifier'])) ??
    text(part['valueString']) ??
    text(part['valueDate']) ??
    text(part['valueDateTime'])
  );
}

function obligationOf(extension: JsonObject): Obligation | undefined {
  const coding = partOf(extension, 'code');
  const code = codingText(coding);
  if (code === undefined) return undefined;
  const display = text(objectOf(coding?.['valueCoding'])?.['display']);
  const parameter = text(partOf(extension, 'parameter')?.['valueString']);
  return { code, ...(display === undefined ? {} : { display }), ...(parameter === undefined ? {} : { parameter }) };
}

function licencesOf(extension: JsonObject): Licence[] {
  if (extension['url'] === canonical.licenceAttachment) {
    const attachment = objectOf(extension['valueAttachment']);
    const url = text(attachment?.['url']);
    const title = text(attachment?.['title']);
    return [{ ...(url === undefined ? {} : { url }), ...(title === undefined ? {} : { text: title }) }];
  }
  if (extension['url'] !== canonical.licenceCodeable) return [];
  const concept = objectOf(extension['valueCodeableConcept']);
  const codings = objectsOf(concept?.['coding']).filter((one) => text(one['code']) !== undefined);
  const words = text(concept?.['text']);
  if (codings.length === 0) return words === undefined ? [] : [{ text: words }];
  return codings.map((coding) => licenceOf(coding, words));
}

function licenceOf(coding: JsonObject, words: string | undefined): Licence {
  const code = text(coding['code'])!; // filtered so above
  const name = text(coding['display']) ?? words;
  const named = name === undefined ? {} : { text: name };
  if (coding['system'] === canonical.spdx) return { code, url: spdxPage + code, ...named };
  return { code, ...named };
}

const spdxPage = 'https://spdx.org/licenses/';

/** Whether the code is one of SPDX's list. */
export const isSpdx = ({ code, url }: Licence): boolean => code !== undefined && url === spdxPage + code;

function identifierText(identifier: JsonObject | undefined): string | undefined {
  const value = text(identifier?.['value']);
  const system = text(identifier?.['system']);
  if (value === undefined) return undefined;
  return system === undefined || system === canonical.uri ? value : `${system}|${value}`;
}

function identifiersOf(library: JsonObject): string[] {
  const found = objectsOf(library['identifier']).map(identifierText);
  return [...new Set([...found, text(library['url'])].filter((one) => one !== undefined))];
}
