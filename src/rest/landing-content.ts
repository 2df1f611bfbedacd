/** What a data set holds, as tables of its landing page: every number as it is told. */
import { knownVocabulary } from '../fair/assessment/vocabulary.ts';
import { ageText, type DataSetContent } from '../fair/landing/index.ts';
import { html, type Markup } from './markup.ts';

/** Codes of one type that the page names; the summary has them all. */
const mostCodes = 25;

export function contentSection(content: DataSetContent | undefined, record: string): Markup {
  if (content === undefined) {
    return html`<section>\n<h2>What it holds</h2>\n<p>No summary of its content is published: its conditions tell no numbers, or it was not counted yet.</p>\n</section>`;
  }
  const { ages, sexes, types, threshold = 1 } = content;
  const limit = threshold > 1 ? html`<p>What fewer than ${threshold} patients have is not named.</p>` : undefined;
  return html`<section>
<h2>What it holds</h2>
${limit}
${types.length === 0 ? html`<p>Nothing is told of its types.</p>` : typesTable(content)}
${table(
  'Ages',
  'Age',
  ages.map((one) => ({ ...one, code: ageText(one.code) })),
)}
${table('Sexes', 'Sex', sexes)}
${types.map((type) => typeSection(type, record))}
</section>`;
}

const number = (value: number | undefined): string => (value === undefined ? 'not told' : value.toLocaleString('en'));

function typesTable({ types }: DataSetContent): Markup {
  return html`<table>
<caption>Resource types</caption>
<thead><tr><th scope="col">Type</th><th scope="col">Patients</th><th scope="col">Resources</th></tr></thead>
<tbody>
${types.map(
  ({ type, patients, resources }) =>
    html`<tr><th scope="row">${type}</th><td>${number(patients)}</td><td>${number(resources)}</td></tr>\n`,
)}</tbody>
</table>`;
}

function table(caption: string, name: string, rows: DataSetContent['ages']): Markup {
  if (rows.length === 0) return html``;
  return html`<table>
<caption>${caption}</caption>
<thead><tr><th scope="col">${name}</th><th scope="col">Patients</th></tr></thead>
<tbody>
${rows.map(
  ({ code, display, system, patients }) =>
    html`<tr><th scope="row"><bdi>${display ?? code}</bdi>${noteOf(code, display, system)}</th><td>${number(patients)}</td></tr>\n`,
)}</tbody>
</table>`;
}

/** The code where the name stands before it, and of which vocabulary it is. */
function noteOf(code: string, display: string | undefined, system = ''): string {
  const parts = [...(display === undefined || display === code ? [] : [code]), knownVocabulary(system) ?? ''];
  const note = parts.filter((one) => one !== '').join(', ');
  return note === '' ? '' : ` (${note})`;
}

function typeSection(
  { type, codes, completeness, isPartial }: DataSetContent['types'][number],
  record: string,
): Markup {
  if (codes.length + completeness.length === 0) return html``;
  const rest = codes.length - mostCodes;
  const more =
    rest > 0
      ? html`<p>${rest} more codes are in the <a href="${record}/$content-summary">content summary</a>.</p>`
      : undefined;
  return html`<h3>${type}</h3>
${table(isPartial ? 'Codes (not all of them)' : 'Codes', 'Code', codes.slice(0, mostCodes))}${more}
${completenessTable(completeness)}`;
}

function completenessTable(rows: DataSetContent['types'][number]['completeness']): Markup {
  if (rows.length === 0) return html``;
  return html`<table>
<caption>Completeness</caption>
<thead><tr><th scope="col">Element</th><th scope="col">Resources that have it</th></tr></thead>
<tbody>
${rows.map(({ element, percent }) => html`<tr><th scope="row">${element}</th><td>${percent} %</td></tr>\n`)}</tbody>
</table>`;
}
