/** A citation in the RIS format. https://en.wikipedia.org/wiki/RIS_(file_format) */
import type { Citation } from './citation.ts';

/** One reference of type DATA; each value is one line, whatever stood in it. */
export function risOf({ title, authors, publisher, version, date, doi, url, description, language }: Citation): string {
  const [year = '', month = '', day = ''] = date?.split('-') ?? [];
  const lines: readonly (readonly [tag: string, value: string | undefined])[] = [
    ['TY', 'DATA'],
    ['TI', title],
    ...authors.map(({ name }) => ['AU', name] as const),
    ['PY', year === '' ? undefined : year],
    ['DA', year === '' ? undefined : `${year}/${month}/${day}/`],
    ['PB', publisher],
    ['ET', version],
    ['DO', doi],
    ['UR', url],
    ['LA', language],
    ['AB', description],
  ];
  const text = lines.flatMap(([tag, value]) => (value === undefined ? [] : [`${tag}  - ${value}\r\n`]));
  return `${text.join('')}ER  - \r\n`;
}
