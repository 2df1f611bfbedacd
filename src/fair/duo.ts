/** The terms of the Data Use Ontology: addresses, and whether they permit or modify. https://github.com/EBISPOT/DUO */
import type { DataUseTerm, Obligation } from '../conditions/model.ts';
import { canonical } from '../fhir/canonical.ts';
import { partsOf } from './code.ts';
import type { DuoName } from './words/index.ts';

export interface DuoTerm {
  abbreviation: DuoName;
  /** permissions say what for, modifiers limit it (CC alone widens it) */
  kind: 'permission' | 'modifier';
}

const permission = (abbreviation: DuoName): DuoTerm => ({ abbreviation, kind: 'permission' });
const modifier = (abbreviation: DuoName): DuoTerm => ({ abbreviation, kind: 'modifier' });

const terms: Readonly<Record<string, DuoTerm>> = {
  'DUO:0000004': permission('NRES'),
  'DUO:0000006': permission('HMB'),
  'DUO:0000007': permission('DS'),
  'DUO:0000011': permission('POA'),
  'DUO:0000042': permission('GRU'),
  'DUO:0000012': modifier('RS'),
  'DUO:0000015': modifier('NMDS'),
  'DUO:0000016': modifier('GSO'),
  'DUO:0000018': modifier('NPUNCU'),
  'DUO:0000019': modifier('PUB'),
  'DUO:0000020': modifier('COL'),
  'DUO:0000021': modifier('IRB'),
  'DUO:0000022': modifier('GS'),
  'DUO:0000024': modifier('MOR'),
  'DUO:0000025': modifier('TS'),
  'DUO:0000026': modifier('US'),
  'DUO:0000027': modifier('PS'),
  'DUO:0000028': modifier('IS'),
  'DUO:0000029': modifier('RTN'),
  'DUO:0000043': modifier('CC'),
  'DUO:0000044': modifier('NPOA'),
  'DUO:0000045': modifier('NPU'),
  'DUO:0000046': modifier('NCU'),
};

/** `DUO:0000007` of any spelling of it; undefined when it is none. duo.owl writes one term with eight digits. */
export function duoIdOf(text: string): string | undefined {
  const [, digits] = /^(?:http:\/\/purl\.obolibrary\.org\/obo\/)?DUO[:_]0?(\d{7})$/.exec(text) ?? [];
  return digits === undefined ? undefined : `DUO:${digits}`;
}

/** What the term is; undefined for one that is not known. */
export const duoTerm = (id: string): DuoTerm | undefined => (Object.hasOwn(terms, id) ? terms[id] : undefined);

/** The address of a term. */
export const duoIri = (id: string): string => `http://purl.obolibrary.org/obo/${id.replace(':', '_')}`;

/** The term that servers hand on as an obligation, such as a duty to publish; undefined for other obligations. */
export function dataUseOfObligation({ code, parameter }: Obligation): DataUseTerm | undefined {
  const parts = partsOf(code);
  const id = parts.system === canonical.duo ? duoIdOf(parts.code) : undefined;
  return id === undefined ? undefined : { id, ...(parameter === undefined ? {} : { parameter }) };
}
