/** The terms of the Data Use Ontology: names, addresses, and whether they permit or modify. https://github.com/EBISPOT/DUO */
import type { DataUseTerm, Obligation } from '../conditions/model.ts';
import { canonical } from '../fhir/canonical.ts';
import { plain } from './plain.ts';
import { partsOf } from './purpose.ts';

export interface DuoTerm {
  abbreviation: string;
  name: string;
  /** permissions say what for, modifiers limit it (CC alone widens it) */
  kind: 'permission' | 'modifier';
}

const permission = (abbreviation: string, name: string): DuoTerm => ({ abbreviation, name, kind: 'permission' });
const modifier = (abbreviation: string, name: string): DuoTerm => ({ abbreviation, name, kind: 'modifier' });

const terms: Readonly<Record<string, DuoTerm>> = {
  'DUO:0000004': permission('NRES', 'no restriction'),
  'DUO:0000006': permission('HMB', 'health or medical or biomedical research'),
  'DUO:0000007': permission('DS', 'disease specific research'),
  'DUO:0000011': permission('POA', 'population origins or ancestry research only'),
  'DUO:0000042': permission('GRU', 'general research use'),
  'DUO:0000012': modifier('RS', 'research specific restrictions'),
  'DUO:0000015': modifier('NMDS', 'no general methods research'),
  'DUO:0000016': modifier('GSO', 'genetic studies only'),
  'DUO:0000018': modifier('NPUNCU', 'not for profit, non commercial use only'),
  'DUO:0000019': modifier('PUB', 'publication required'),
  'DUO:0000020': modifier('COL', 'collaboration required'),
  'DUO:0000021': modifier('IRB', 'ethics approval required'),
  'DUO:0000022': modifier('GS', 'geographical restriction'),
  'DUO:0000024': modifier('MOR', 'publication moratorium'),
  'DUO:0000025': modifier('TS', 'time limit on use'),
  'DUO:0000026': modifier('US', 'user specific restriction'),
  'DUO:0000027': modifier('PS', 'project specific restriction'),
  'DUO:0000028': modifier('IS', 'institution specific restriction'),
  'DUO:0000029': modifier('RTN', 'return to database or resource'),
  'DUO:0000043': modifier('CC', 'clinical care use'),
  'DUO:0000044': modifier('NPOA', 'population origins or ancestry research prohibited'),
  'DUO:0000045': modifier('NPU', 'not for profit organisation use only'),
  'DUO:0000046': modifier('NCU', 'non-commercial use only'),
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

/** The term in words, with its parameter. */
export function dataUseText({ id, parameter, display }: DataUseTerm): string {
  const term = duoTerm(id);
  const named = display === undefined ? '' : `${plain(display)}, `;
  const more = parameter === undefined ? '' : `: ${named}${plain(parameter)}`;
  if (term === undefined) return `a data use term that this version does not know: ${plain(id)}${more}`;
  return `${term.name}${more} (${term.abbreviation}, ${id})`;
}

/** The term that servers hand on as an obligation, such as a duty to publish; undefined for other obligations. */
export function dataUseOfObligation({ code, parameter }: Obligation): DataUseTerm | undefined {
  const parts = partsOf(code);
  const id = parts.system === canonical.duo ? duoIdOf(parts.code) : undefined;
  return id === undefined ? undefined : { id, ...(parameter === undefined ? {} : { parameter }) };
}
