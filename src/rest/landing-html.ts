/** A data set's landing page as HTML that needs no script: for search engines, and for people without scripts. See docs/adr/0030-landing-pages.md */
import { conditionTexts } from '../fair/condition.ts';
import {
  citationOf,
  citationText,
  type DataSetDescription,
  jsonLdOf,
  landingForms,
  landingLinks,
  patientsText,
  periodText,
  summaryText,
  webAddress,
} from '../fair/landing/index.ts';
import { plain } from '../fair/plain.ts';
import { english } from '../fair/words/index.ts';
import type { Granularity } from '../fhir/canonical.ts';
import { contentSection } from './landing-content.ts';
import type { Landing } from './landing-read.ts';
import { html, jsonMarkup, type Markup } from './markup.ts';

/** The parts of a page, to be put into the portal's or into a plain one. */
export interface PageParts {
  title: string;
  /** HTML between `<head>` and `</head>`, with the title */
  head: string;
  /** HTML for the body */
  content: string;
}

/** Links to the same data in a page's head; headers say them all. */
const mostLinks = 40;

/** `hasPortal` where links may lead to its pages. */
export function landingPage(landing: Landing, hasPortal: boolean): PageParts {
  const { description: one, catalogue } = landing;
  const title = `${plain(one.title, 150)} · ${plain(catalogue.name, 80)}`;
  return { title, head: headOf(landing, title).markup, content: contentOf(landing, hasPortal).markup };
}

function headOf({ description: one, catalogue, anyone }: Landing, title: string): Markup {
  const words = plain(one.description ?? summaryText(one), 300);
  const links = landingLinks(one).slice(0, mostLinks);
  return html`<title>${title}</title>
<meta name="description" content="${words}">
<link rel="canonical" href="${one.page}">
<meta property="og:type" content="website">
<meta property="og:title" content="${plain(one.title, 150)}">
<meta property="og:description" content="${words}">
<meta property="og:url" content="${one.page}">
<meta property="og:site_name" content="${plain(catalogue.name, 150)}">
<link rel="stylesheet" href="../landing.css">
${links.map(
  ({ rel, target, type }) =>
    html`<link rel="${rel}" href="${target}"${type === undefined ? undefined : html` type="${type}"`}>\n`,
)}<script type="application/ld+json">${jsonMarkup(jsonLdOf(one, { catalogue, anyone }))}</script>`;
}

function contentOf(landing: Landing, hasPortal: boolean): Markup {
  const { description: one, catalogue } = landing;
  const name = plain(catalogue.name, 300);
  return html`<main class="landing">
<p>${hasPortal ? html`<a href="../catalogue">${name}</a>` : name} · Data set</p>
<h1 dir="auto">${one.title}</h1>
${byline(one)}
${paragraphs(one.description)}
${factsSection(one)}
${section('Purpose', paragraphs(one.purpose))}
${section('Use', paragraphs(one.usage))}
${conditionsSection(landing, hasPortal)}
${accessSection(one)}
${contentSection(one.content, one.record)}
${identifiersSection(one)}
${citationSection(one)}
${relatedSection(one)}
${programsSection(one)}
</main>`;
}

function byline({ publisher, version, status }: DataSetDescription): Markup {
  const parts = [
    ...(publisher === undefined ? [] : [html`Published by <bdi>${publisher.name}</bdi>. `]),
    ...(version === undefined ? [] : [html`Version <bdi>${version}</bdi>. `]),
    ...(status === undefined || status === 'active' ? [] : [html`Status: <strong>${status}</strong>.`]),
  ];
  return parts.length === 0 ? html`` : html`<p>${parts}</p>`;
}

function section(title: string, content: Markup | readonly Markup[] | undefined): Markup {
  const isEmpty = content === undefined || ('length' in content && content.length === 0);
  return isEmpty ? html`` : html`<section>\n<h2>${title}</h2>\n${content}\n</section>`;
}

/** Markdown of FHIR is shown as it was typed. */
function paragraphs(text: string | undefined): Markup[] {
  const parts = text?.split(/\r?\n\s*\r?\n/).filter((part) => part.trim() !== '') ?? [];
  return parts.map((part) => html`<p dir="auto">${part.trim()}</p>\n`);
}

const link = (address: string | undefined, label: string): Markup => {
  const target = webAddress(address ?? '');
  return target === undefined ? html`<bdi>${label}</bdi>` : html`<a href="${target}"><bdi>${label}</bdi></a>`;
};

const listOf = (items: readonly Markup[]): Markup | undefined =>
  items.length === 0 ? undefined : html`<ul>\n${items.map((item) => html`<li>${item}</li>\n`)}</ul>`;

function factsSection(one: DataSetDescription): Markup {
  const { content, period, places, types, authors, publisher, contacts, date, recordDate, language, keywords } = one;
  const names = (list: DataSetDescription['authors']): Markup[] =>
    list.map(({ name, url }, at) => html`${at === 0 ? '' : ', '}${link(url, name)}`);
  const facts: readonly (readonly [name: string, value: Markup | readonly Markup[] | undefined])[] = [
    ['Patients', content === undefined ? undefined : html`${patientsText(content)}`],
    ['Period', period === undefined ? undefined : html`${periodText(period)}`],
    ['Where', places.length === 0 ? undefined : html`${places.map(({ name }) => name).join(', ')}`],
    ['Resource types', types.length === 0 ? undefined : html`${types.join(', ')}`],
    ['Authors', names(authors)],
    ['Publisher', publisher === undefined ? undefined : link(publisher.url, publisher.name)],
    ['Contact', names(contacts)],
    ['Keywords', keywords.length === 0 ? undefined : html`${keywords.join(', ')}`],
    ['Language', language === undefined ? undefined : html`${language}`],
    ['Published', date === undefined ? undefined : html`${date}`],
    ['Record changed', recordDate === undefined ? undefined : html`${recordDate}`],
  ];
  const shown = facts.filter(([, value]) => value !== undefined && !('length' in value && value.length === 0));
  if (shown.length === 0) return html``;
  return html`<section>\n<h2>At a glance</h2>\n<dl>\n${shown.map(
    ([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>\n`,
  )}</dl>\n</section>`;
}

/** What whoever does not log in gets. */
const anyoneGets: Readonly<Record<Granularity, string>> = {
  none: 'nothing of the data',
  exists: 'whether there are matching patients, without numbers',
  count: 'counts of patients',
  aggregate: 'counts and aggregates',
  'record-deidentified': 'single records, de-identified',
  record: 'single records',
};

function conditionsSection(
  { description: { stated, record, base, id }, anyone, isDecidedHere }: Landing,
  hasPortal: boolean,
): Markup {
  const open = html`<p>Without logging in, anyone gets ${anyoneGets[anyone]}${
    isDecidedHere ? '' : ', as far as the record says: the server that holds the data decides'
  }.</p>`;
  const conditions = conditionTexts(stated, english);
  const told =
    conditions.length === 0
      ? html`<p>No conditions are stated. That is no permission: ask the publisher before use.</p>`
      : listOf(conditions.map(({ text }) => html`<span dir="auto">${text}</span>`))!; // there are some
  const ask = hasPortal
    ? html`<p><a href="../access?request=${encodeURIComponent(record)}">Ask for access</a></p>`
    : html`<p>Ask for access: <code>fairway access request ${id} --repository ${base}</code></p>`;
  return section('Conditions', [open, told, ask]);
}

function accessSection({ data, record, base, id }: DataSetDescription): Markup {
  const places = data.map(
    ({ address, name, contentType, size }) =>
      html`${link(address, name)}${contentType === undefined ? '' : ` · ${contentType}`}${
        size === undefined ? '' : ` · ${size.toLocaleString('en')} bytes`
      }`,
  );
  const where = listOf(places) ?? html`<p>The record names no place of the data.</p>`;
  return section('Where the data are', [
    where,
    html`<p>With the command line: <code>fairway get ${record} --registry ${base} --out ${id}</code></p>`,
  ]);
}

const identifiersSection = ({ identifiers }: DataSetDescription): Markup =>
  section(
    'Identifiers',
    listOf(
      [...new Map(identifiers.map((one) => [one.text, one])).values()].map(({ text, address }) => link(address, text)),
    ),
  );

function citationSection(one: DataSetDescription): Markup {
  const forms = landingForms.filter(({ isCitation }) => isCitation === true);
  const links = forms.map(
    ({ ending, name }, at) => html`${at === 0 ? '' : ', '}<a href="${one.page + ending}">${name}</a>`,
  );
  return section('Cite', [html`<p dir="auto">${citationText(citationOf(one))}</p>\n<p>As ${links}</p>`]);
}

function relatedSection({ related, hops, primary, record, recordVersion }: DataSetDescription): Markup {
  const items = [
    ...related.map(({ relation, label, address }) => html`${relation}: ${link(address, label)}`),
    ...(primary === undefined ? [] : [html`The same data set, nearer to its source: ${link(primary, primary)}`]),
    ...(hops.length === 0
      ? []
      : [html`This record came by ${hops.map((hop, at) => html`${at === 0 ? '' : ', '}${link(hop, hop)}`)}`]),
    html`<a href="${record}/_history">Versions of the record</a>${
      recordVersion === undefined ? '' : ` (this is version ${recordVersion})`
    }`,
  ];
  return section('Versions and relations', listOf(items));
}

function programsSection({ page, record }: DataSetDescription): Markup {
  const others = landingForms.filter(({ format }) => format === 'json-ld' || format === 'linkset');
  const links = others.map(({ ending, name }) => html`, <a href="${page + ending}">${name}</a>`);
  return section('For programs', html`<p><a href="${record}">FHIR record</a>${links}</p>`);
}
