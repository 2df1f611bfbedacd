/** Finds codes in plain words at the server that serves the portal, as its content summaries name them. https://hl7.org/fhir/R4B/valueset-operation-expand.html */
import { type CodedKind, codeText } from '../../../src/federation/client/index.ts';
import { canonical } from '../../../src/fhir/canonical.ts';

type Json = Readonly<Record<string, unknown>>;

const { heldCodes, heldContent, heldBelow, heldParent } = canonical;

/** In which records a code of the kind stands. */
const typesOf: Readonly<Record<CodedKind, readonly string[]>> = {
  medication: ['MedicationRequest', 'MedicationStatement', 'MedicationAdministration', 'MedicationDispense'],
  condition: ['Condition'],
  procedure: ['Procedure'],
  observation: ['Observation'],
  immunization: ['Immunization'],
};

export interface HeldCode {
  /** `system|code` */
  readonly text: string;
  readonly system: string;
  readonly code: string;
  readonly display: string;
  readonly datasets: number;
  /** absent where no data set tells a number */
  readonly patients?: number;
  /** some numbers are rounded, or are not told */
  readonly isRough: boolean;
  readonly hasBelow: boolean;
  /** the nearest codes above that are held */
  readonly parents: readonly string[];
  /** how many of those above it stand in the same list before it */
  readonly depth: number;
}

export interface HeldCodes {
  readonly codes: readonly HeldCode[];
  readonly total: number;
}

const mostFound = 30;

/** The request for codes of a kind; `below` asks for those right under and further down from a code. */
export function heldCodesPath(kind: CodedKind, filter: string, below?: string): string {
  const restriction = [`type=${typesOf[kind].join(',')}`, ...(below === undefined ? [] : [`below=${below}`])];
  const asked = new URLSearchParams({ url: `${heldCodes}?${restriction.join('&')}` });
  if (filter.trim() !== '') asked.set('filter', filter.trim().slice(0, 200));
  asked.set('count', String(mostFound));
  return `ValueSet/$expand?${asked.toString()}`;
}

/** Reads what came; counts of several resource types of one kind are added. */
export function heldCodesOf(valueSet: Json): HeldCodes {
  const expansion = objectOf(valueSet['expansion']);
  const codes = objectsOf(expansion['contains']).flatMap(codeOf);
  const { total } = expansion;
  return { codes: inTree(codes), total: typeof total === 'number' ? total : codes.length };
}

/** Each code after the one above it, where that was found as well; otherwise in the order of the server. */
function inTree(codes: readonly HeldCode[]): HeldCode[] {
  const keyOf = (system: string, code: string): string => `${system}|${code}`;
  const known = new Set(codes.map(({ system, code }) => keyOf(system, code)));
  const below = new Map<string, HeldCode[]>();
  const roots: HeldCode[] = [];
  for (const one of codes) {
    const above = one.parents.map((parent) => keyOf(one.system, parent)).find((key) => known.has(key));
    if (above === undefined) roots.push(one);
    else below.set(above, [...(below.get(above) ?? []), one]);
  }
  const placed = new Set<HeldCode>();
  const place = (one: HeldCode, depth: number): HeldCode[] => {
    if (placed.has(one)) return [];
    placed.add(one);
    const inner = below.get(keyOf(one.system, one.code)) ?? [];
    return [{ ...one, depth }, ...inner.flatMap((each) => place(each, depth + 1))];
  };
  const tree = roots.flatMap((one) => place(one, 0));
  // Hierarchies of strangers may go in circles.
  return [...tree, ...codes.filter((one) => !placed.has(one))];
}

function codeOf(contains: Json): HeldCode[] {
  const { system, code, display } = contains;
  if (typeof code !== 'string') return [];
  const extensions = objectsOf(contains['extension']);
  const contents = extensions.filter(({ url }) => url === heldContent).map(contentOf);
  const patients = contents.flatMap((one) => one.patients ?? []);
  const from = typeof system === 'string' ? system : '';
  return [
    {
      text: codeText({ ...(from === '' ? {} : { system: from }), code }),
      system: from,
      code,
      display: typeof display === 'string' ? display : '',
      datasets: contents.reduce((sum, one) => sum + one.datasets, 0),
      ...(patients.length === 0 ? {} : { patients: patients.reduce((sum, one) => sum + one, 0) }),
      // The same patients may have records of several types.
      isRough: contents.length > 1 || contents.some((one) => one.isRough),
      hasBelow: extensions.some((one) => one['url'] === heldBelow && one['valueBoolean'] === true),
      parents: extensions
        .filter(({ url }) => url === heldParent)
        .flatMap(({ valueCode }) => (typeof valueCode === 'string' ? [valueCode] : [])),
      depth: 0,
    },
  ];
}

function contentOf(extension: Json): { datasets: number; patients?: number; isRough: boolean } {
  const parts = objectsOf(extension['extension']);
  const number = (name: string): number | undefined => {
    const value = parts.find(({ url }) => url === name)?.['valueDecimal'];
    return typeof value === 'number' ? value : undefined;
  };
  const patients = number('patients');
  const isRounded = parts.some(({ url, valueBoolean }) => url === 'rounded' && valueBoolean === true);
  return {
    datasets: number('dataSets') ?? 0,
    ...(patients === undefined ? {} : { patients }),
    isRough: isRounded || (number('untold') ?? 0) > 0,
  };
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const objectOf = (value: unknown): Json => (isObject(value) ? value : {});
const objectsOf = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** Well-known code systems by their short names, as people say them. */
const systems: Readonly<Record<string, string>> = {
  'http://snomed.info/sct': 'SNOMED CT',
  'http://loinc.org': 'LOINC',
  'http://hl7.org/fhir/sid/icd-10': 'ICD-10',
  'http://hl7.org/fhir/sid/icd-10-cm': 'ICD-10-CM',
  'http://fhir.de/CodeSystem/bfarm/icd-10-gm': 'ICD-10-GM',
  'http://fhir.de/CodeSystem/bfarm/ops': 'OPS',
  'http://fhir.de/CodeSystem/bfarm/atc': 'ATC',
  'http://www.whocc.no/atc': 'ATC',
  'http://www.nlm.nih.gov/research/umls/rxnorm': 'RxNorm',
  'http://hl7.org/fhir/sid/cvx': 'CVX',
};

export const systemName = (system: string): string => systems[system] ?? system;

/** A code that somebody typed by hand; undefined where it is none. */
export function typedCode(text: string): string | undefined {
  const code = text.trim();
  return code === '' || code.endsWith('|') || /\s/.test(code) ? undefined : code;
}
