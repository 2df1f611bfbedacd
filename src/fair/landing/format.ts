/** The forms in which a landing page is given: media type, ending of the address, what people call it. https://signposting.org/FAIR/ */

type LandingFormat = 'html' | 'json-ld' | 'fhir' | 'bibtex' | 'ris' | 'csl' | 'text' | 'linkset';

export interface Form {
  format: LandingFormat;
  /** the first is the one that is sent */
  mediaTypes: readonly string[];
  /** after the id in the address; FHIR has an address of its own */
  ending: string;
  name: string;
  /** set for ways to cite */
  isCitation?: true;
}

/** Best first, for clients that take any of several. */
export const landingForms: readonly Form[] = [
  { format: 'html', mediaTypes: ['text/html', 'application/xhtml+xml'], ending: '', name: 'page' },
  { format: 'json-ld', mediaTypes: ['application/ld+json', 'application/json'], ending: '.jsonld', name: 'JSON-LD' },
  { format: 'fhir', mediaTypes: ['application/fhir+json', 'application/fhir+xml'], ending: '', name: 'FHIR' },
  {
    format: 'bibtex',
    mediaTypes: ['text/x-bibtex', 'application/x-bibtex'],
    ending: '.bib',
    name: 'BibTeX',
    isCitation: true,
  },
  {
    format: 'ris',
    mediaTypes: ['application/x-research-info-systems'],
    ending: '.ris',
    name: 'RIS',
    isCitation: true,
  },
  {
    format: 'csl',
    mediaTypes: ['application/vnd.citationstyles.csl+json'],
    ending: '.csl.json',
    name: 'CSL-JSON',
    isCitation: true,
  },
  { format: 'text', mediaTypes: ['text/x-bibliography', 'text/plain'], ending: '.txt', name: 'text', isCitation: true },
  { format: 'linkset', mediaTypes: ['application/linkset+json'], ending: '.linkset.json', name: 'links' },
];

/** Media type of a form as its Content-Type; text says its characters. */
export const contentTypeOf = ({ mediaTypes: [type = ''] }: Form): string =>
  type.startsWith('text/') || type === 'application/x-research-info-systems' ? `${type}; charset=utf-8` : type;
