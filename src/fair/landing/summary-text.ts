/** A data set in a few sentences made of what its record and its content state. */
import { conditionTexts } from '../condition.ts';
import { plain } from '../plain.ts';
import { english } from '../words/index.ts';
import type { DataSetContent } from './content.ts';
import type { DataSetDescription } from './description.ts';

/** Always some words, whatever is missing. */
export function summaryText(one: DataSetDescription): string {
  const { title, publisher, types, period, places, content } = one;
  const conditions = conditionTexts(one.stated, english);
  const held = content === undefined ? types : content.types.map(({ type }) => type);
  const parts = [
    `${plain(title, 300)} is a data set of health data${publisher === undefined ? '' : ` published by ${plain(publisher.name, 300)}`}`,
    content === undefined ? 'No summary of its content is published' : patientsText(content),
    ...(held.length === 0
      ? []
      : [`It holds FHIR resources of the types ${held.map((type) => plain(type, 100)).join(', ')}`]),
    ...(period === undefined ? [] : [`It covers ${periodText(period)}`]),
    ...(places.length === 0 ? [] : [`Where: ${places.map(({ name }) => plain(name, 100)).join(', ')}`]),
    ...(conditions.length === 0 ? [] : [`Conditions: ${conditions.map(({ text }) => text).join('; ')}`]),
  ];
  return parts.map((part) => `${part}.`).join(' ');
}

export function periodText({ start, end }: { start?: string; end?: string }): string {
  if (start === undefined) return `the time until ${plain(end ?? '', 40)}`;
  if (start === end) return plain(start, 40);
  return end === undefined ? `the time from ${plain(start, 40)} on` : `${plain(start, 40)} to ${plain(end, 40)}`;
}

/** How many persons, with how the number is told. */
export function patientsText({ patients, rounding = 1, threshold = 1, isCounted }: DataSetContent): string {
  if (!isCounted) return 'How many patients there are is not told';
  if (patients === undefined) return 'The number of patients is not told';
  const limits = [
    ...(rounding > 1 ? [`rounded to ${rounding}`] : []),
    ...(threshold > 1 ? [`groups of fewer than ${threshold} are not told`] : []),
  ];
  return `${patients.toLocaleString('en')} patients${limits.length === 0 ? '' : ` (${limits.join('; ')})`}`;
}
