/** The landing page of a data set as plain data: description, JSON-LD, citations, links. See docs/adr/0030-landing-pages.md */
export { type AssessmentReport, assessmentReportOf, type IndicatorReport } from './assessment-report.ts';
export { type Audience, audienceOf, stepTexts } from './audience.ts';
export { bibtexOf } from './bibtex.ts';
export { citationOf, citationText } from './citation.ts';
export { ageText, type DataSetContent, summaryIdentifiers } from './content.ts';
export { cslJsonOf } from './csl-json.ts';
export { type DataSetDescription, describeDataSet } from './description.ts';
export { contentTypeOf, type Form, landingForms } from './format.ts';
export { type Catalogue, jsonLdOf } from './json-ld.ts';
export { risOf } from './ris.ts';
export { landingLinks, linkHeader, linksetOf, metadataLinkHeader } from './signposting.ts';
export { patientsText, periodText, summaryText } from './summary-text.ts';
export { webAddress } from './web-address.ts';
