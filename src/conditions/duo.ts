/** The terms of the Data Use Ontology that a data set may carry, and how they are read. https://github.com/EBISPOT/DUO */
import { canonical } from '../fhir/canonical.ts';
import { type Json, type JsonObject, objectOf } from '../fhir/json.ts';
import type { DataUseTerm, Obligation } from './model.ts';
import { codingText, identifierText, listOf, momentOf, notUnderstood } from './stated.ts';

/** What a term demands as its parameter. `names` are identifiers, at least one. */
type ParameterKind = 'none' | 'disease' | 'country' | 'names' | 'months' | 'date' | 'text' | 'optional-text';

/** One term. Modifiers are never judged by subsumption: NPU stands below NPUNCU, though that demands more. */
export interface DuoTerm {
  id: string;
  abbreviation: string;
  label: string;
  kind: 'permission' | 'modifier';
  parent: string;
  parameter: ParameterKind;
}

const term = (
  number: string,
  abbreviation: string,
  label: string,
  kind: DuoTerm['kind'],
  parent: string,
  parameter: ParameterKind = 'none',
): DuoTerm => ({ id: `DUO:${number}`, abbreviation, label, kind, parent: `DUO:${parent}`, parameter });

/** All terms that data may be tagged with. Grouping classes, research classes and obsolete terms are not among them. */
export const duoTerms: readonly DuoTerm[] = [
  term('0000004', 'NRES', 'no restriction', 'permission', '0000001'),
  term('0000042', 'GRU', 'general research use', 'permission', '0000001'),
  term('0000006', 'HMB', 'health or medical or biomedical research', 'permission', '0000042'),
  term('0000007', 'DS', 'disease specific research', 'permission', '0000006', 'disease'),
  term('0000011', 'POA', 'population origins or ancestry research only', 'permission', '0000001'),
  term('0000012', 'RS', 'research specific restrictions', 'modifier', '0000017', 'text'),
  term('0000015', 'NMDS', 'no general methods research', 'modifier', '0000017'),
  term('0000016', 'GSO', 'genetic studies only', 'modifier', '0000017'),
  term('0000018', 'NPUNCU', 'not for profit, non commercial use only', 'modifier', '0000017'),
  term('0000045', 'NPU', 'not for profit organisation use only', 'modifier', '0000018'),
  term('0000046', 'NCU', 'non-commercial use only', 'modifier', '0000018'),
  term('0000019', 'PUB', 'publication required', 'modifier', '0000017'),
  term('0000020', 'COL', 'collaboration required', 'modifier', '0000017', 'optional-text'),
  term('0000021', 'IRB', 'ethics approval required', 'modifier', '0000017'),
  term('0000022', 'GS', 'geographical restriction', 'modifier', '0000017', 'country'),
  term('0000024', 'MOR', 'publication moratorium', 'modifier', '0000017', 'date'),
  term('0000025', 'TS', 'time limit on use', 'modifier', '0000017', 'months'),
  term('0000026', 'US', 'user specific restriction', 'modifier', '0000017', 'names'),
  term('0000027', 'PS', 'project specific restriction', 'modifier', '0000017', 'names'),
  term('0000028', 'IS', 'institution specific restriction', 'modifier', '0000017', 'names'),
  term('0000029', 'RTN', 'return to database or resource', 'modifier', '0000017'),
  term('0000043', 'CC', 'clinical care use', 'modifier', '0000017'),
  term('0000044', 'NPOA', 'population origins or ancestry research prohibited', 'modifier', '0000017'),
];

const termById: ReadonlyMap<string, DuoTerm> = new Map(duoTerms.map((one) => [one.id, one]));

/** The term with an id as `DataUseTerm` has it. */
export function duoTerm(id: string): DuoTerm | undefined {
  return termById.get(id);
}

export function isPermissionTerm(id: string): boolean {
  return termById.get(id)?.kind === 'permission';
}

const codeForm = /^(?:http:\/\/purl\.obolibrary\.org\/obo\/)?DUO[_:](\d{7,8})$/;
/** duo.owl writes NPOA with a digit too many. */
const misspelt: Readonly<Record<string, string>> = { '00000044': '0000044' };

/** `DUO:0000007` for the ways in which a term is written; undefined for what data cannot be tagged with. */
function duoId(code: string): string | undefined {
  const digits = codeForm.exec(code)?.[1];
  if (digits === undefined) return undefined;
  const id = `DUO:${misspelt[digits] ?? digits}`;
  return termById.has(id) ? id : undefined;
}

/** The terms of one `data-use` extension, one for each parameter. */
export function dataUseOf(extension: JsonObject): DataUseTerm[] {
  const parts = listOf(extension['extension'], 'data-use');
  const codings = parts.filter((part) => part['url'] === 'term');
  const parameters = parts.filter((part) => part['url'] === 'parameter');
  if (codings.length !== 1 || parts.length !== 1 + parameters.length) notUnderstood('data-use is malformed');
  const { system, code } = objectOf(codings[0]!['valueCoding']) ?? {};
  const id = system === canonical.duo && typeof code === 'string' ? duoId(code) : undefined;
  if (id === undefined) return notUnderstood(`the data use term ${String(code)} is not understood`);
  const { parameter, abbreviation } = termById.get(id)!;
  const isOptional = parameter === 'none' || parameter === 'optional-text';
  if (parameter === 'none' ? parameters.length > 0 : parameters.length === 0 && !isOptional) {
    notUnderstood(`${abbreviation} ${parameter === 'none' ? 'takes no parameter' : `lacks its ${parameter}`}`);
  }
  if (parameters.length === 0) return [{ id }];
  return parameters.map((part) => ({ id, parameter: parameterOf(part, parameter, abbreviation) }));
}

function parameterOf(part: JsonObject, kind: ParameterKind, name: string): string {
  const value = Object.entries(part).filter(([key]) => key.startsWith('value'));
  if (value.length !== 1) notUnderstood(`a parameter of ${name} is malformed`);
  const [key, stated] = value[0]!;
  const read = (): string | undefined => {
    switch (kind) {
      case 'disease':
        return key === 'valueCoding' ? codingText(stated, name) : diseaseOf(stated);
      case 'country':
        return countryOf(key === 'valueCoding' ? objectOf(stated)?.['code'] : stated);
      case 'months':
        return monthsOf(stated);
      case 'date':
        momentOf(stated, name);
        return String(stated);
      default:
        return textOf(key, stated, name);
    }
  };
  const text = read();
  if (text === undefined) return notUnderstood(`the ${kind} of ${name} is not understood`);
  return text;
}

const curie = /^([A-Za-z]+)[:_](\w+)$/;

/** A disease as `system|code`, also from a CURIE of an OBO ontology. */
export function diseaseOf(stated: Json | undefined): string | undefined {
  if (typeof stated !== 'string') return undefined;
  const [, ontology, local] = curie.exec(stated) ?? [];
  if (ontology !== undefined) {
    return `http://purl.obolibrary.org/obo/${ontology.toLowerCase()}.owl|${ontology.toUpperCase()}:${local}`;
  }
  return /^[^|\s]+\|[^|\s]+$/.test(stated) ? stated : undefined;
}

/** ISO 3166-1 code of two letters. */
export function countryOf(stated: Json | undefined): string | undefined {
  return typeof stated === 'string' && /^[A-Za-z]{2}$/.test(stated) ? stated.toUpperCase() : undefined;
}

function monthsOf(stated: Json | undefined): string | undefined {
  const months = typeof stated === 'string' && /^\d+$/.test(stated) ? Number(stated) : stated;
  return typeof months === 'number' && Number.isInteger(months) && months > 0 ? String(months) : undefined;
}

function textOf(key: string, stated: Json | undefined, name: string): string | undefined {
  if (key === 'valueCoding') return codingText(stated, name);
  if (key === 'valueIdentifier') return identifierText(stated);
  return typeof stated === 'string' && stated.trim() !== '' ? stated : undefined;
}

const travelling = new Set(['PUB', 'COL', 'RTN', 'MOR']);

/** What the terms oblige the recipient to: they travel with the data. A time limit is an order to delete after so many months. */
export function dataUseObligations(terms: readonly DataUseTerm[]): Obligation[] {
  return terms.flatMap(({ id, parameter }): Obligation[] => {
    const known = termById.get(id);
    if (known === undefined) return [];
    const more = parameter === undefined ? {} : { parameter };
    if (known.abbreviation === 'TS') {
      return [{ code: `${canonical.actCode}|DELAU`, display: 'delete after use', ...more }];
    }
    if (!travelling.has(known.abbreviation)) return [];
    return [{ code: `${canonical.duo}|${id.replace(':', '_')}`, display: known.label, ...more }];
  });
}
