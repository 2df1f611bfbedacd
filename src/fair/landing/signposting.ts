/** The links of a landing page, as headers and as a link set, by which machines find their way. https://signposting.org/FAIR/ and https://www.rfc-editor.org/rfc/rfc9264 */
import { canonical } from '../../fhir/canonical.ts';
import type { JsonObject } from '../../fhir/json.ts';
import { plain } from '../plain.ts';
import { citedBy, type DataSetDescription } from './description.ts';
import { type Form, landingForms } from './format.ts';
import { webAddress } from './web-address.ts';

export interface WebLink {
  target: string;
  rel: string;
  type?: string;
  profile?: string;
  title?: string;
}

/** Data that headers name; the link set names them all. */
const mostItems = 20;
const dataSetType = 'https://schema.org/Dataset';

/** All links of the landing page but the one to the link set. */
export function landingLinks(one: DataSetDescription): WebLink[] {
  const parties = [...one.authors, ...(one.authors.length === 0 && one.publisher !== undefined ? [one.publisher] : [])];
  const licences = one.stated.licences.flatMap(({ url }) => webAddress(url ?? '') ?? []);
  return [
    { target: citedBy(one), rel: 'cite-as' },
    { target: dataSetType, rel: 'type' },
    { target: 'https://schema.org/AboutPage', rel: 'type' },
    ...parties.flatMap(({ url }) => (url === undefined ? [] : [{ target: url, rel: 'author' }])),
    ...licences.map((target) => ({ target, rel: 'license' })),
    ...describedBy(one),
    ...one.data.flatMap(({ address, contentType, name }) =>
      address === undefined
        ? []
        : [{ target: address, rel: 'item', type: contentType ?? 'application/fhir+json', title: plain(name, 120) }],
    ),
  ];
}

/** The metadata of the data set: its record, JSON-LD and citations. */
function describedBy({ page, record }: DataSetDescription): WebLink[] {
  const others = landingForms.filter(({ isCitation, format }) => isCitation === true || format === 'json-ld');
  return [
    { target: record, rel: 'describedby', type: 'application/fhir+json', profile: canonical.libraryProfile },
    ...others.map(({ ending, mediaTypes }) => ({ target: page + ending, rel: 'describedby', type: mediaTypes[0]! })),
  ];
}

const linksetForm: Form = landingForms.find(({ format }) => format === 'linkset')!; // in the list

const linksetLink = ({ page }: DataSetDescription): WebLink => ({
  target: page + linksetForm.ending,
  rel: 'linkset',
  type: linksetForm.mediaTypes[0]!,
});

/** The Link header of the landing page. */
export function linkHeader(one: DataSetDescription): string {
  const links = landingLinks(one);
  const items = links.filter(({ rel }) => rel === 'item');
  const shown = links.filter((link) => link.rel !== 'item' || items.indexOf(link) < mostItems);
  return headerOf([...shown, linksetLink(one)]);
}

/** The Link header of metadata: what it describes, and where all links are. */
export const metadataLinkHeader = (one: DataSetDescription): string =>
  headerOf([{ target: one.page, rel: 'describes', type: 'text/html' }, linksetLink(one)]);

/** https://www.rfc-editor.org/rfc/rfc8288#section-3 */
function headerOf(links: readonly WebLink[]): string {
  return links
    .map(({ target, rel, type, profile, title }) => {
      const parameters = [
        `rel="${rel}"`,
        ...(type === undefined ? [] : [`type="${quoted(type)}"`]),
        ...(profile === undefined ? [] : [`profile="${quoted(profile)}"`]),
        ...(title === undefined ? [] : [`title*=${extendedValue(title)}`]),
      ];
      return `<${encodedTarget(target)}>; ${parameters.join('; ')}`;
    })
    .join(', ');
}

const encodedTarget = (target: string): string =>
  target.replace(/[^!#$%&'()*+,\-./0-9:;=?@A-Z_a-z~[\]]/gu, (one) => encodeURIComponent(one.toWellFormed()));

/** What a quoted string may hold; nothing else is a media type or a profile. */
const quoted = (text: string): string => text.replace(/[^!#-[\]-~ ]/g, '');

/** Any text as a parameter of a header. https://www.rfc-editor.org/rfc/rfc8187#section-3.2 */
const extendedValue = (text: string): string =>
  `UTF-8''${encodeURIComponent(text.toWellFormed()).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)}`;

/** The links of the page, of its metadata and of its data. */
export function linksetOf(one: DataSetDescription): JsonObject {
  const links = landingLinks(one);
  const metadata = links.filter(({ rel }) => rel === 'describedby');
  const items = links.filter(({ rel }) => rel === 'item');
  return {
    linkset: [
      { anchor: one.page, ...byRelation(links) },
      ...metadata.map(({ target }) => ({
        anchor: target,
        ...byRelation([{ target: one.page, rel: 'describes', type: 'text/html' }]),
      })),
      ...items.map(({ target, type }) => ({
        anchor: target,
        ...byRelation([
          { target: one.page, rel: 'collection', type: 'text/html' },
          ...(type === undefined ? [] : [{ target: dataSetType, rel: 'type' }]),
        ]),
      })),
    ],
  };
}

function byRelation(links: readonly WebLink[]): JsonObject {
  const relations: Record<string, JsonObject[]> = {};
  for (const { target, rel, type, profile, title } of links) {
    (relations[rel] ??= []).push({
      href: target,
      ...(type === undefined ? {} : { type }),
      ...(profile === undefined ? {} : { profile }),
      ...(title === undefined ? {} : { 'title*': [{ value: title }] }),
    });
  }
  return relations;
}
