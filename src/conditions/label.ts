/** What security labels of a resource ask: clearance, purposes, obligations. https://hl7.org/fhir/R4B/security-labels.html */
import { canonical } from '../fhir/canonical.ts';
import type { CodeText, Obligation } from './model.ts';
import { isPurpose, isPurposeWithin } from './purpose.ts';

/** Confidentiality, least first; without a label N. */
const confidentialities = ['U', 'L', 'M', 'N', 'R', 'V'].map(
  (code): CodeText => `${canonical.confidentiality}|${code}`,
);
const normal = confidentialities.indexOf(`${canonical.confidentiality}|N`);

/** Kinds of sensitive information, each followed by those directly below it. */
const sensitivities: readonly string[] = [
  '_InformationSensitivityPolicy _ActInformationSensitivityPolicy _EntitySensitivityPolicyType',
  '_InformationSensitivityPolicy _RoleInformationSensitivityPolicy ADOL CEL VIP DIA DRGIS EMP PDS PHY PRS',
  '_ActInformationSensitivityPolicy ETH GDIS HIV MST PREGNANT SCA SDV SEX SPI STD TBOO VIO IDS SICKLE',
  'SPI BH MH PSY PSYTHPN SUD',
  'BH COGN DVD EMOTDIS',
  'SUD ETHUD OPIOIDUD',
  '_EntitySensitivityPolicyType DEMO DOB GENDER LIVARG MARST PATLOC RACE REL',
  '_RoleInformationSensitivityPolicy B EMPL LOCIS SSP',
];
const act = (code: string): CodeText => `${canonical.actCode}|${code}`;
const acts = (codes: string): ReadonlySet<CodeText> => new Set(codes.split(' ').map(act));

const sensitivityParent: ReadonlyMap<CodeText, CodeText> = new Map(
  sensitivities.flatMap((line) => {
    const [parent, ...children] = line.split(' ');
    return children.map((child) => [act(child), act(parent!)] as const);
  }),
);

/** Obligations and refrains that go to the recipient with the data. */
const travelling = acts(
  'AOD AUDIT AUDTR CPLYPOL CPLYCC CPLYCD CPLYCUI CPLYJPP CPLYJSP CPLYOPP CPLYOSP DECLASSIFYLABEL DELAU DOWNGRDLABEL ' +
    'DRIVLABEL ENCRYPT ENCRYPTR ENCRYPTT ENCRYPTU LABEL MINEC PERSISTLABEL PRIVMARK CUIMark UPGRDLABEL ' +
    'PROCESSINLINELABEL NOCOLLECT NOINTEGRATE NOPAT NOPERSISTP NORDSCLCD NORDSLCD NORDSCLCDS NORELINK NOREUSE',
);
/** What must be done before anything is handed out as a record: only de-identified records may leave. */
const deidentifying = acts('ANONY DEID PSEUD MASK REDACT');
/** No disclosure without somebody's word: a committee's grant is that word. */
const asking = acts('HUAPRV NOAUTH NOLIST NOMOU NOORGPOL NORDSCLW NOVIP ORCON');
/** No disclosure without a consent of the person. */
const consenting = acts('NODSCLCD NODSCLCDS');

/** States of processing, integrity and trust: they tell of the data and ask nothing. */
const telling =
  /\|(?:[A-Z]+ED|SYNTAC|TRSLT|VERSIONED|CRYTOHASH|DIGSIG|HRELIABLE|RELIABLE|UNCERTREL|UNRELIABLE|[A-Z]+(?:AST|RPT)|TRST[A-Z]+|LOA[A-Z]+\d?)$/;
const testData: CodeText = `${canonical.actReason}|HTEST`;

/** What the labels of a resource ask of an asker. */
export interface LabelDemand {
  /** nobody is cleared, and why */
  closed?: string;
  /** a committee's grant for a data set that contains it */
  grant: boolean;
  /** a consent of the person */
  consent: boolean;
  /** records may leave only de-identified */
  deidentified: boolean;
  /** purposes, one of which each stated purpose must be within; empty: not asked */
  purposes: readonly CodeText[];
  obligations: readonly Obligation[];
}

/** Those labels that ask something, sorted, of confidentiality the highest only. What is not understood does ask. */
export function bearingLabels(labels: readonly CodeText[]): CodeText[] {
  const highest = Math.max(-1, ...labels.map((label) => confidentialities.indexOf(label)));
  const others = labels.filter((label) => !confidentialities.includes(label) && label !== testData && !tells(label));
  return [...new Set(highest > normal ? [...others, confidentialities[highest]!] : others)].sort();
}

const tells = (label: CodeText): boolean => label.startsWith(`${canonical.observationValue}|`) && telling.test(label);

/** What `bearingLabels` ask together. Up to N whoever may have the data is cleared; R and what is sensitive need a grant; V is for nobody. */
export function labelDemand(labels: readonly CodeText[]): LabelDemand {
  const has = (some: ReadonlySet<CodeText>): boolean => labels.some((label) => some.has(label));
  const isSensitive = labels.some((label) => sensitivityParent.has(label));
  const restricted = labels.includes(`${canonical.confidentiality}|R`);
  const purposes = labels.filter(isPurpose);
  const unknown = labels.find((label) => !isUnderstood(label));
  const veryRestricted = labels.includes(`${canonical.confidentiality}|V`);
  const closed = veryRestricted
    ? 'very restricted'
    : unknown === undefined
      ? undefined
      : `${unknown} is not understood`;
  return {
    ...(closed === undefined ? {} : { closed }),
    grant: restricted || isSensitive || has(asking),
    consent: has(consenting),
    deidentified: has(deidentifying),
    purposes,
    obligations: labels
      .filter(
        (label) => travelling.has(label) || deidentifying.has(label) || asking.has(label) || consenting.has(label),
      )
      .map((code) => ({ code })),
  };
}

function isUnderstood(label: CodeText): boolean {
  if (confidentialities.includes(label) || sensitivityParent.has(label) || isPurpose(label)) return true;
  return [travelling, deidentifying, asking, consenting].some((some) => some.has(label));
}

/**
 * Whether a provision that names `criterion` is about a resource with these labels. A confidentiality stands for
 * itself and what is less confidential, other labels for what is below them.
 */
export function isLabelled(labels: readonly CodeText[], criterion: CodeText): boolean {
  const mark = confidentialities.indexOf(criterion);
  if (mark >= 0) {
    const stated = labels.map((label) => confidentialities.indexOf(label)).filter((at) => at >= 0);
    return Math.max(...(stated.length === 0 ? [normal] : stated)) <= mark;
  }
  return labels.some((label) => isSensitivityWithin(label, criterion) || isPurposeWithin(label, criterion));
}

function isSensitivityWithin(code: CodeText, ancestor: CodeText): boolean {
  for (let at: CodeText | undefined = code; at !== undefined; at = sensitivityParent.get(at))
    if (at === ancestor) return true;
  return false;
}
