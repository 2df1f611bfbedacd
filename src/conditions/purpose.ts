/** Purposes of use and their hierarchy. https://terminology.hl7.org/ValueSet-v3-PurposeOfUse.html */
import { canonical } from '../fhir/canonical.ts';
import type { CodeText } from './model.ts';

/** Each purpose followed by those directly below it, as v3-ActReason has them. */
const below: readonly string[] = [
  'PurposeOfUse HMARKT HOPERAT HPAYMT HRESCH PATRQT PUBHLTH TREAT',
  'HOPERAT CAREMGT DONAT FRAUD GOV HACCRED HCOMPL HDECD HDIRECT HDM HLEGAL HOUTCOMS HPRGRP HQUALIMP HSYSADMIN',
  'HOPERAT MEMADMIN MILCDM PATADMIN PATSFTY PERFMSR RECORDMGT SYSDEV TRAIN MLTRAINING',
  'HSYSADMIN LABELING METAMGT',
  'SYSDEV HTEST',
  'HPAYMT CLMATTCH COVAUTH COVERAGE REMITADV PMTDS',
  'COVERAGE ELIGDTRM ELIGVER ENROLLM MILDCRG',
  'HRESCH BIORCH CLINTRCH DSRCH POARCH TRANSRCH',
  'CLINTRCH CLINTRCHNPC CLINTRCHPC PRECLINTRCH',
  'PATRQT FAMRQT PWATRNY SUPNWK',
  'PUBHLTH DISASTER THREAT',
  'TREAT CLINTRL COC ETREAT POPHLTH TREATDS',
  'ETREAT BTG ERTREAT',
];

const textOf = (code: string): CodeText => `${canonical.actReason}|${code}`;

const parentOf: ReadonlyMap<CodeText, CodeText> = new Map(
  below.flatMap((line) => {
    const [parent, ...children] = line.split(' ');
    return children.map((child) => [textOf(child), textOf(parent!)] as const);
  }),
);

/**
 * Permitted only by their own name. Ancestry research stands below research here, while who permits research (as DUO's
 * HMB does) has not permitted that; and breaking the glass is a right of its own.
 */
const apart = new Set(['POARCH', 'BTG'].map(textOf));

/** Whether the code is a purpose of use. `RSRCH` and others of the same system are not. */
export function isPurpose(code: CodeText): boolean {
  return parentOf.has(code) || code === textOf('PurposeOfUse');
}

/** Whether `code` is `ancestor` or stands below it. */
export function isPurposeWithin(code: CodeText, ancestor: CodeText): boolean {
  for (let at: CodeText | undefined = code; at !== undefined; at = parentOf.get(at)) if (at === ancestor) return true;
  return false;
}

/** A permit for `permitted` reaches an asker who states purposes, each of which is permitted. */
export function permitsPurposes(stated: readonly CodeText[] | undefined, permitted: readonly CodeText[]): boolean {
  if (stated === undefined || stated.length === 0) return false;
  const reaches = (purpose: CodeText): boolean =>
    permitted.some((one) => one === purpose || (!apart.has(purpose) && isPurposeWithin(purpose, one)));
  return stated.every(reaches);
}

/**
 * A deny of `denied` reaches an asker who states one of them, a purpose within one, a broader purpose (a broad purpose
 * must not pass where a narrow one is refused), one that is not known, or none.
 */
export function deniesPurposes(stated: readonly CodeText[] | undefined, denied: readonly CodeText[]): boolean {
  if (stated === undefined || stated.length === 0) return true;
  return stated.some(
    (purpose) =>
      !isPurpose(purpose) || denied.some((one) => isPurposeWithin(purpose, one) || isPurposeWithin(one, purpose)),
  );
}
