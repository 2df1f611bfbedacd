/** What someone is about to ask for: kept in the tab until it is sent, and as the inputs of `$request-access`. See docs/reference/rest/operation-request-access.md */
import type { Json } from '../../server/fhir.ts';

export interface Draft {
  /** codes of v3-ActReason */
  readonly purposes: readonly string[];
  readonly title: string;
  readonly project: string;
  readonly level: string;
  readonly kinds: readonly string[];
  /** `system|code` */
  readonly diseases: readonly string[];
  /** empty while it is not said */
  readonly commercial: '' | 'yes' | 'no';
  /** days, `2027-12-31` */
  readonly from: string;
  readonly until: string;
  readonly message: string;
}

const emptyDraft: Draft = {
  purposes: ['HRESCH'],
  title: '',
  project: '',
  level: 'record',
  kinds: [],
  diseases: [],
  commercial: '',
  from: '',
  until: '',
  message: '',
};

export const researchKinds = [
  'general',
  'health',
  'disease',
  'ancestry',
  'methods',
  'clinical-care',
  'genetic',
] as const;
export const levels = ['record', 'record-deidentified', 'aggregate', 'count', 'exists'] as const;

const reasonSystem = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';
const keyOf = (dataSet: string): string => `fairway-access-draft ${dataSet}`;

export function storedDraft(dataSet: string): Draft {
  try {
    const stored = JSON.parse(sessionStorage.getItem(keyOf(dataSet)) ?? '{}') as Partial<Draft>; // written by keepDraft
    return { ...emptyDraft, ...stored };
  } catch {
    return emptyDraft;
  }
}

export const keepDraft = (dataSet: string, draft: Draft): void =>
  sessionStorage.setItem(keyOf(dataSet), JSON.stringify(draft));

export const forgetDraft = (dataSet: string): void => sessionStorage.removeItem(keyOf(dataSet));

const isCode = (text: string): boolean => /^[^|\s][^|]*\|[^|\s][^|]*$/.test(text);

/** What is still wrong with the draft, by field. */
export function faultsOf(draft: Draft): Partial<Record<keyof Draft, 'missing' | 'malformed' | 'order'>> {
  return {
    ...(draft.purposes.length === 0 ? { purposes: 'missing' as const } : {}),
    ...(draft.diseases.every(isCode) ? {} : { diseases: 'malformed' as const }),
    ...(draft.from !== '' && draft.until !== '' && draft.until < draft.from ? { until: 'order' as const } : {}),
  };
}

/** Parameters for `$request-access`. A dry run keeps nothing and says what the rules make of it. */
export function parametersOf(draft: Draft, isDryRun: boolean, documents: readonly Json[] = []): Json {
  const text = (name: string, value: string, type = 'valueString'): Json[] =>
    value.trim() === '' ? [] : [{ name, [type]: value.trim() }];
  const coded = (name: string, code: string): Json => {
    const at = code.indexOf('|');
    return { name, valueCoding: { system: code.slice(0, at), code: code.slice(at + 1) } };
  };
  return {
    resourceType: 'Parameters',
    parameter: [
      ...draft.purposes.map((one) => coded('purpose', `${reasonSystem}|${one}`)),
      ...text('project', draft.project),
      ...text('title', draft.title),
      ...text('level', draft.level, 'valueCode'),
      ...draft.kinds.map((one) => ({ name: 'research', valueCode: one })),
      ...draft.diseases.filter(isCode).map((one) => coded('disease', one)),
      ...(draft.commercial === '' ? [] : [{ name: 'commercial', valueBoolean: draft.commercial === 'yes' }]),
      ...text('from', draft.from, 'valueDate'),
      ...text('until', draft.until, 'valueDate'),
      ...text('message', draft.message),
      ...documents,
      ...(isDryRun ? [{ name: 'dry-run', valueBoolean: true }] : []),
    ],
  };
}
