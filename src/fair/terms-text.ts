/** Says the terms of a download to people: the file that lies beside the data. See docs/reference/terms.md */
import { dayText, licenceText, requirementText } from './condition.ts';
import { plain } from './plain.ts';
import { isSpdx, type Licence } from './stated.ts';
import { dataUseOf, endOf, licencesOf, obligationsOf, requirementsOf, type Terms, unknownOf } from './terms.ts';
import { dataUseText, obligationText, purposeText } from './use-text.ts';
import { english } from './words/index.ts';

/** A part of the terms with its lines; parts without lines are left out. */
export interface TermsPart {
  title: string;
  lines: readonly string[];
}

/** The terms in parts, for files and for what commands print. */
export function termsParts(terms: Terms): TermsPart[] {
  const { said, purposes, project } = terms;
  const end = endOf(terms);
  const requirements = requirementsOf(terms).filter(({ kind }) => kind !== 'not-after');
  const rights = terms.stated.flatMap(({ copyright }) => (copyright === undefined ? [] : [plain(copyright)]));
  const parts: TermsPart[] = [
    { title: 'Licence', lines: [...licencesOf(terms).map(licenceLine), ...rights] },
    {
      title: 'What the data are for',
      lines: [
        ...dataUseOf(terms).map((one) => dataUseText(one, english)),
        ...purposes.map((purpose) => `fetched for ${purposeText(purpose, english)}`),
        ...(project === undefined ? [] : [`fetched for the project ${plain(project)}`]),
      ],
    },
    {
      title: 'What the source asks',
      lines: [...requirements.map((one) => requirementText(one, english)), ...consentLines(terms)],
    },
    { title: 'What you must and must not do', lines: obligationsOf(terms).map((one) => obligationText(one, english)) },
    {
      title: 'How long and how closely',
      lines: [
        ...(end === undefined ? [] : [`the data may be used until ${dayText(end, english)}`]),
        ...(said.granularity === undefined ? [] : [`granted: ${plain(said.granularity)}`]),
        ...said.acceptedTerms.map((url) => `accepted: ${plain(url)}`),
      ],
    },
    { title: 'Labels of the data', lines: said.labels.map((label) => plain(label)) },
    {
      title: 'Conditions that this version does not know: read them before use',
      lines: unknownOf(terms).map(({ url }) => english.unknownCondition(plain(url))),
    },
  ];
  return parts.filter(({ lines }) => lines.length > 0);
}

const licenceLine = (licence: Licence): string =>
  isSpdx(licence) ? `${licenceText(licence, english)}, ${plain(licence.url ?? '')}` : licenceText(licence, english);

const consentLines = ({ stated }: Terms): string[] =>
  stated.some(({ statement }) => statement.consentRequired) ? [english.consent] : [];

/** The whole text. A download of which nothing is stated says so: that is no permission. */
export function termsText(terms: Terms): string {
  const parts = termsParts(terms);
  const head = [
    plain(terms.title),
    ...terms.identifiers.map((one) => plain(one)),
    ...(terms.publisher === undefined ? [] : [`published by ${plain(terms.publisher)}`]),
    ...terms.stated.map(({ source }) => `stated at ${plain(source)}`),
    `fetched ${new Date(terms.received).toISOString()}`,
  ];
  const body =
    parts.length === 0
      ? [`No terms are stated. That is no permission: ask the publisher before use.\n`]
      : parts.map(({ title, lines }) => `${title}\n${lines.map((line) => `  - ${line}\n`).join('')}`);
  return `TERMS OF USE\n\n${head.join('\n')}\n\n${body.join('\n')}`;
}
