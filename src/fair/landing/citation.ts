/** What a citation of a data set is made of, and the citation as a sentence. https://datacite-metadata-schema.readthedocs.io/en/4.6/introduction/citation/ */
import { plain } from '../plain.ts';
import { citedBy, type DataSetDescription, type Party } from './description.ts';

export interface Citation {
  /** fit for a key of BibTeX and an id of CSL */
  key: string;
  title: string;
  /** as the record names them; the publisher where it names nobody */
  authors: readonly Party[];
  publisher?: string;
  version?: string;
  /** `YYYY`, `YYYY-MM` or `YYYY-MM-DD` */
  date?: string;
  /** without resolver */
  doi?: string;
  /** what it is cited by */
  url: string;
  description?: string;
  language?: string;
}

/** Characters of a text in a citation: more than any title has, less than would hurt. */
const most = 50_000;

const line = (text: string): string => plain(text.toWellFormed(), most);

export function citationOf(description: DataSetDescription): Citation {
  const { id, title, authors, publisher, version, date, recordDate, identifiers, language } = description;
  const shown = (party: Party): Party => ({ ...party, name: line(party.name) });
  const named = authors.length > 0 ? authors : publisher === undefined ? [] : [publisher];
  const day = /^\d{4}(?:-\d\d(?:-\d\d)?)?/.exec(date ?? recordDate ?? '')?.[0];
  const doi = identifiers.find(({ scheme }) => scheme === 'doi')?.address?.replace('https://doi.org/', '');
  const optional = (name: string, text: string | undefined): Record<string, string> =>
    text === undefined ? {} : { [name]: line(text) };
  return {
    key: `dataset-${id}`.replace(/[^A-Za-z0-9-]/g, '-'),
    title: line(title),
    authors: named.map(shown).filter(({ name }) => name !== ''),
    ...optional('publisher', publisher?.name),
    ...optional('version', version),
    ...optional('date', day),
    ...optional('doi', doi),
    url: citedBy(description),
    ...optional('description', description.description),
    ...optional('language', language),
  };
}

/** `Creator (year): Title. Version. Publisher. Data set. Identifier` */
export function citationText({ authors, date, title, version, publisher, url }: Citation): string {
  const names = authors.map(({ name }) => name).join('; ');
  const head = [names, ...(date === undefined ? [] : [`(${date.slice(0, 4)})`])].filter((one) => one !== '').join(' ');
  // Who made it and publishes it is named once.
  const by = publisher === undefined || names === publisher ? [] : [publisher];
  const parts = [title, ...(version === undefined ? [] : [`Version ${version}`]), ...by, 'Data set'];
  const sentences = parts.map((one) => (/[.!?]$/.test(one) ? one : `${one}.`)).join(' ');
  return `${head === '' ? '' : `${head}: `}${sentences} ${url}`;
}
