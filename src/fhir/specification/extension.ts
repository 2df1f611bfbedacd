/** The extensions that fairway reads and writes: conditions of data sets, content summaries, members of a community. See docs/specification. */
import { canonical } from '../canonical.ts';
import { questionExtensions } from './question-extension.ts';

/** A part of an extension that has no value of its own. */
export interface ExtensionPart {
  url: string;
  min: number;
  max: '1' | '*';
  types: readonly string[];
  short: string;
}

export interface OurExtension {
  /** the end of its canonical URL */
  id: string;
  title: string;
  /** elements and, by their URL, extensions that it may stand on */
  on: readonly string[];
  description: string;
  /** data types of the value; none where it has parts */
  types?: readonly string[];
  parts?: readonly ExtensionPart[];
}

const part = (
  url: string,
  types: string | readonly string[],
  short: string,
  times: '0..1' | '0..*' | '1..1' | '1..*' = '0..1',
): ExtensionPart => ({
  url,
  types: typeof types === 'string' ? [types] : types,
  short,
  min: times.startsWith('1') ? 1 : 0,
  max: times.endsWith('*') ? '*' : '1',
});

const dataSets = ['Library'];
const summarised = ['Library', 'MeasureReport'];
const audience = [...dataSets, 'MeasureReport', canonical.granularity];

/** What a data source states of its data sets. */
const conditions: readonly OurExtension[] = [
  {
    id: 'granularity',
    title: 'Granularity',
    on: summarised,
    description:
      'How closely someone may look at the data. Several may stand on a data set; each may name, by further extensions inside it, who it is for.',
    parts: [
      part('level', 'code', 'none, exists, count, aggregate, record-deidentified or record', '1..1'),
      part('threshold', 'integer', 'Counts of fewer persons are not told; 10 unless stated'),
      part('rounding', 'integer', 'Counts are multiples of this; 10 unless stated'),
      part('profile', 'canonical', 'The rules by which records are de-identified'),
    ],
  },
  {
    id: 'data-use',
    title: 'Data use term',
    on: summarised,
    description: 'A term of the Data Use Ontology that holds for the data.',
    parts: [
      part('term', 'Coding', 'The term', '1..1'),
      part(
        'parameter',
        ['Coding', 'Identifier', 'code', 'string', 'integer', 'date', 'dateTime'],
        'What the term asks for, such as a disease',
        '0..*',
      ),
    ],
  },
  {
    id: 'purpose-of-use',
    title: 'Purpose of use',
    on: audience,
    description: 'A purpose that the data may be used for; several are alternatives.',
    types: ['Coding'],
  },
  {
    id: 'required-visa',
    title: 'Required visa',
    on: audience,
    description: 'A GA4GH passport visa that the asker must bring.',
    parts: [
      part('type', 'code', 'Type of the visa', '1..1'),
      part('value', ['string', 'uri'], 'Its value'),
      part('source', 'uri', 'The organisation that asserts it'),
      part('by', 'code', 'The authority: self, peer, system, so or dac'),
    ],
  },
  {
    id: 'terms-to-accept',
    title: 'Terms to accept',
    on: audience,
    description: 'Terms that the asker must have accepted, by their address.',
    types: ['uri', 'url', 'canonical'],
  },
  {
    id: 'access-committee',
    title: 'Access committee',
    on: audience,
    description: 'The committee that decides who may have the data.',
    types: ['Reference', 'uri', 'url', 'canonical'],
  },
  {
    id: 'recipient',
    title: 'Recipient',
    on: audience,
    description: 'An organisation that may have the data; several are alternatives.',
    types: ['Reference', 'Identifier', 'uri', 'url', 'canonical'],
  },
  {
    id: 'recipient-country',
    title: 'Country of the recipient',
    on: audience,
    description: 'A country (ISO 3166-1) that the data may go to; several are alternatives.',
    types: ['code'],
  },
  {
    id: 'embargo-until',
    title: 'Embargo',
    on: dataSets,
    description: 'The last day on which nobody may have the data.',
    types: ['date', 'dateTime'],
  },
  {
    id: 'expires',
    title: 'Expiry',
    on: dataSets,
    description: 'The last day on which the data may be had.',
    types: ['date', 'dateTime'],
  },
  {
    id: 'obligation',
    title: 'Obligation',
    on: dataSets,
    description: 'What a recipient has to keep to.',
    parts: [
      part('code', 'Coding', 'A code of v3-ActCode or of the Data Use Ontology', '1..1'),
      part('parameter', 'string', 'For example the months after which data are deleted'),
    ],
  },
  {
    id: 'consent-required',
    title: 'Consent required',
    on: dataSets,
    description: 'Whether a patient belongs to what may be had only with a consent of their own.',
    types: ['boolean'],
  },
  {
    id: 'data-set',
    title: 'Data set of a policy',
    on: ['Consent', 'Permission'],
    description: 'The data set that a policy is for.',
    types: ['Reference'],
  },
  {
    id: 'grant',
    title: 'Grant',
    on: ['Consent'],
    description: 'What a committee granted, to whom, and for which data set.',
    parts: [
      part('data-set', 'Reference', 'The data set', '1..1'),
      part('grantee', 'string', 'Who it is for', '0..*'),
      part('project', 'string', 'The project that it is for', '0..*'),
      part('level', 'code', 'The granularity that is granted', '1..1'),
      part('profile', 'canonical', 'The rules by which records are de-identified'),
      part('obligation', [], 'Parts as those of the extension obligation', '0..*'),
    ],
  },
];

/** What goes with a count that is told under conditions. */
const counts: readonly OurExtension[] = [
  {
    id: 'count-disclosure',
    title: 'How a count is told',
    on: ['Bundle.total', 'MeasureReport', 'MeasureReport.group.population.count'],
    description: 'What was done to a count before it was told.',
    parts: [
      part('granularity', 'code', 'The level at which it is told', '1..1'),
      part('threshold', 'integer', 'Counts of fewer persons are not told', '1..1'),
      part('rounding', 'integer', 'What may not be read is told as a multiple of this', '1..1'),
      part('read', 'integer', 'Of the count, what may be read: exact'),
      part('suppressed', 'boolean', 'Whether it was withheld'),
      part('exists', 'boolean', 'Whether there is anything, where no number is told'),
    ],
  },
];

/** What says which data a server holds. */
const summaries: readonly OurExtension[] = [
  {
    id: 'summary-data-set',
    title: 'Data set of a summary',
    on: ['MeasureReport', 'MeasureReport.group'],
    description: 'The data set (Library) that is summed up, or that a group of an answer is about.',
    types: ['Reference'],
  },
  {
    id: 'summary-patients',
    title: 'Patients of a summary',
    on: ['MeasureReport'],
    description: 'How many patients the data set has, as its conditions let that be told.',
    types: ['integer'],
  },
  {
    id: 'summary-partial',
    title: 'Partial summary',
    on: ['MeasureReport'],
    description: 'A resource type of which the summary does not name all codes.',
    types: ['code'],
  },
];

/** What stands on the codes of the value set held-codes. */
const heldCodes: readonly OurExtension[] = [
  {
    id: 'held-content',
    title: 'Who holds a code',
    on: ['ValueSet.expansion.contains'],
    description:
      'What content summaries tell of a code in one resource type; repeated for each type that was asked for.',
    parts: [
      part('type', 'code', 'The resource type', '1..1'),
      part('dataSets', 'decimal', 'Data sets that name the code', '1..1'),
      part('patients', 'decimal', 'Sum of the patients that they tell of; one who is in several counts in each'),
      part('untold', 'decimal', 'Data sets of them that tell no number of patients'),
      part('rounded', 'boolean', 'Whether some of the numbers were rounded before they were told'),
    ],
  },
  {
    id: 'held-below',
    title: 'Codes below are held',
    on: ['ValueSet.expansion.contains'],
    description: 'Whether a code that is held lies below this one, as the CodeSystems of the server state it.',
    types: ['boolean'],
  },
  {
    id: 'held-parent',
    title: 'Held code above',
    on: ['ValueSet.expansion.contains'],
    description: 'The nearest code above this one that is held; several in a hierarchy that has several.',
    types: ['code'],
  },
];

/** What stands on the members of a community. */
const members: readonly OurExtension[] = [
  {
    id: 'endpoint',
    title: 'Endpoint',
    on: ['MeasureReport', 'CapabilityStatement'],
    description: 'The server that a content summary or a CapabilityStatement is of.',
    types: ['Reference'],
  },
  {
    id: 'membership',
    title: 'Membership',
    on: ['Endpoint'],
    description: 'Whether the server was admitted to the community: pending, approved, refused or left.',
    types: ['code'],
  },
  {
    id: 'last-seen',
    title: 'Last seen',
    on: ['Endpoint'],
    description: 'When the server last answered.',
    types: ['instant'],
  },
  {
    id: 'fhir-version',
    title: 'FHIR version',
    on: ['CapabilityStatement'],
    description: 'The FHIR version of the server, where the version that the statement is kept in has no code for it.',
    types: ['code'],
  },
  {
    id: 'membership-reason',
    title: 'Reason of a membership',
    on: ['Endpoint'],
    description: 'What the steward said when the server was admitted, refused or taken out.',
    types: ['string'],
  },
  {
    id: 'member-problem',
    title: 'Problem of a member',
    on: ['Endpoint'],
    description: 'What the discovery server found wrong when it last asked the server; repeated for each problem.',
    types: ['Coding'],
  },
  {
    id: 'certificate-until',
    title: 'Certificate holds until',
    on: ['Endpoint'],
    description: 'When the certificate by which the server shows who it is expires.',
    types: ['dateTime'],
  },
];

/** What stands on requests for access. */
const requests: readonly OurExtension[] = [
  {
    id: 'access-step',
    title: 'Step of a request for access',
    on: ['Task.note'],
    description:
      'The step of the request that the note was left at: asked-back, answered, granted, refused, withdrawn or revoked.',
    types: ['code'],
  },
];

/** What stands on records that were taken over from other servers. */
const harvested: readonly OurExtension[] = [
  {
    id: 'speaks-for',
    title: 'Speaks for',
    on: ['Endpoint'],
    description:
      'Beginning of the identifiers (system|value, or a URI alone) and addresses that the server may publish for, beside its own; * stands for all.',
    types: ['string'],
  },
  {
    id: 'hop',
    title: 'Hop',
    on: ['Library', 'ResearchStudy', 'Group', 'Organization', 'OrganizationAffiliation', 'Endpoint', 'MeasureReport'],
    description:
      'Base address of a server by which the record came, the first one first. A record that came by a server never returns to it.',
    types: ['url'],
  },
  {
    id: 'primary-record',
    title: 'Primary record',
    on: ['Library'],
    description: 'Another record of the same data set that is nearer to its source, or newer.',
    types: ['Reference'],
  },
];

export const ourExtensions: readonly OurExtension[] = [
  ...conditions,
  ...counts,
  ...summaries,
  ...heldCodes,
  ...members,
  ...requests,
  ...harvested,
  ...questionExtensions,
];
