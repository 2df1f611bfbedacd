/** A citation in BibTeX. https://ctan.org/pkg/bibtex */
import type { Citation } from './citation.ts';

/**
 * What TeX reads as something else. Braces are written as commands, since BibTeX counts braces whether or not a
 * backslash stands before them.
 */
const commands: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '{': '\\textbraceleft{}',
  '}': '\\textbraceright{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '%': '\\%',
  '&': '\\&',
  $: '\\$',
  '#': '\\#',
  _: '\\_',
};

const escaped = (text: string): string => text.replace(/[\\{}~^%&$#_]/g, (one) => commands[one] ?? one);

/** One entry. Names stand in braces, so that none is taken apart at its commas or its `and`. */
export function bibtexOf(citation: Citation): string {
  const { key, title, authors, publisher, version, date = '', doi, url, description } = citation;
  const [year, month] = date.split('-');
  const fields: readonly (readonly [name: string, value: string | undefined])[] = [
    // The second braces keep capital letters as they are.
    ['title', `{${escaped(title)}}`],
    ['author', authors.length === 0 ? undefined : authors.map(({ name }) => `{${escaped(name)}}`).join(' and ')],
    ['publisher', publisher === undefined ? undefined : escaped(publisher)],
    ['version', version === undefined ? undefined : escaped(version)],
    ['year', year === '' ? undefined : year],
    ['month', month === undefined ? undefined : String(Number(month))],
    ['doi', doi === undefined ? undefined : bare(doi)],
    ['url', bare(url)],
    ['howpublished', 'Data set'],
    ['abstract', description === undefined ? undefined : escaped(description)],
  ];
  const lines = fields.flatMap(([name, value]) => (value === undefined ? [] : [`  ${name} = {${value}}`]));
  return `@misc{${key},\n${lines.join(',\n')}\n}\n`;
}

/** Addresses are set as they stand, and must not hold what ends the field. */
const bare = (text: string): string =>
  text.replace(/[{}\\]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
