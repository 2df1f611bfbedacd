/** Reads what the record of a data set says: where the data are, what else it refers to, how it is licensed. https://hl7.org/fhir/uv/fhir-for-fair/STU1/metadata.html */
import { canonical } from '../../fhir/canonical.ts';
import { type JsonObject, objectOf, objectsOf } from '../../fhir/json.ts';
import { parseReference } from '../../fhir/reference.ts';
import { type FoundReference, referencesIn, textIn } from './element.ts';
import { type Identifier, identifierOf } from './identifier.ts';

/** What the record says the data are, or a part of them. */
export interface DataReference {
  /** where it stands in the record */
  element: string;
  /** set when it refers to the record, not the record to it */
  isReverse?: true;
  /** literal reference or URL, as it stands */
  literal?: string;
  identifier?: Identifier;
  /** how the data set is related to it: RelatedArtifact.type, or FHIR for FAIR's code */
  relation?: string;
  contentType?: string;
  /** SHA-1 and size, where a file says so */
  hash?: string;
  size?: number;
}

/** Types that describe data and are none. */
const metadataTypes = new Set([
  'Library',
  'ResearchStudy',
  'Citation',
  'Organization',
  'Endpoint',
  'Measure',
  'Consent',
  'Contract',
  'Permission',
  'PlanDefinition',
  'ImplementationGuide',
  'StructureDefinition',
  'EvidenceVariable',
  'ResearchDefinition',
  'Practitioner',
  'PractitionerRole',
]);

const isMetadata = (literal: string | undefined): boolean => {
  const type = literal === undefined ? undefined : parseReference(literal)?.type;
  return type !== undefined && metadataTypes.has(type);
};

/** Types of RelatedArtifact by which data are what the record is of, or what they were made of. */
const dataRelations = new Set(['composed-of', 'derived-from', 'depends-on', 'predecessor', 'successor']);

export function dataReferencesOf(record: JsonObject): DataReference[] {
  const type = textIn(record, 'resourceType') ?? '';
  const related = artifactsOf(record).flatMap((one) => (one.isData ? [one.reference] : []));
  const contents = objectsOf(record['content']).flatMap((one) => contentOf(one, type));
  const entries = objectsOf(record['entry']).flatMap((one) => referenceTo(objectOf(one['item']), 'List.entry.item'));
  const members = objectsOf(record['member']).flatMap((one) => referenceTo(objectOf(one['entity']), 'Group.member'));
  const enrolled = objectsOf(record['enrollment']).flatMap((one) => referenceTo(one, `${type}.enrollment`));
  const all = [...related, ...contents, ...entries, ...members, ...enrolled];
  return [...new Map(all.map((one) => [one.literal ?? one.identifier?.token, one])).values()];
}

interface Artifact {
  reference: DataReference;
  isData: boolean;
}

/** RelatedArtifacts of the record, and those of FHIR for FAIR's extension. */
function artifactsOf(record: JsonObject): Artifact[] {
  const type = textIn(record, 'resourceType') ?? '';
  const extended = objectsOf(record['extension'])
    .filter((one) => one['url'] === canonical.relatedContent)
    .map((one) => ({ artifact: objectOf(one['valueRelatedArtifact']), element: 'library-relatedContent' }));
  const own = objectsOf(record['relatedArtifact']).map((artifact) => ({
    artifact,
    element: `${type}.relatedArtifact`,
  }));
  return [...extended, ...own].flatMap(({ artifact, element }) => {
    if (artifact === undefined) return [];
    const extensions = objectsOf(artifact['extension']);
    const target = objectOf(
      extensions.find((one) => one['url'] === canonical.relatedArtifactResourceReference)?.['valueReference'],
    );
    const more = objectsOf(
      objectOf(extensions.find((one) => one['url'] === canonical.relatedArtifactType)?.['valueCodeableConcept'])?.[
        'coding'
      ],
    )[0];
    const [found] = referenceTo(target ?? objectOf(artifact['resourceReference']), element);
    const relation = textIn(more, 'code') ?? textIn(artifact, 'type');
    const literal = found?.literal ?? textIn(artifact, 'url') ?? textIn(artifact, 'resource');
    const reference: DataReference = {
      ...(found ?? { element }),
      ...(literal === undefined ? {} : { literal }),
      ...(relation === undefined ? {} : { relation }),
    };
    if (literal === undefined && reference.identifier === undefined) return [];
    const isOfRecord = element === 'library-relatedContent' || dataRelations.has(textIn(artifact, 'type') ?? '');
    // A page, a model or an ontology that data depend on is no data.
    const isResource = found !== undefined;
    return [{ reference, isData: isOfRecord && isResource && !isMetadata(literal) }];
  });
}

/** Library.content is an Attachment, DocumentManifest.content a Reference. */
function contentOf(content: JsonObject, type: string): DataReference[] {
  if (type === 'DocumentManifest') return referenceTo(content, 'DocumentManifest.content');
  const url = textIn(content, 'url');
  if (url === undefined || isMetadata(url)) return [];
  const contentType = textIn(content, 'contentType');
  const hash = textIn(content, 'hash');
  const size = content['size'];
  return [
    {
      element: `${type}.content`,
      literal: url,
      ...(contentType === undefined ? {} : { contentType }),
      ...(hash === undefined ? {} : { hash }),
      ...(typeof size === 'number' ? { size } : {}),
    },
  ];
}

function referenceTo(reference: JsonObject | undefined, element: string): DataReference[] {
  const literal = textIn(reference, 'reference');
  const identifier = identifierOf(objectOf(reference?.['identifier']));
  if (literal === undefined && identifier === undefined) return [];
  return [
    {
      element,
      ...(literal === undefined ? {} : { literal }),
      ...(identifier === undefined ? {} : { identifier }),
    },
  ];
}

/** A reference of the record to something that is not its data. */
export interface Link {
  element: string;
  /** where it leads; absent where only an identifier or words are given */
  literal?: string;
  /** whether it says what the other is to the record */
  isQualified: boolean;
}

/** Other records, documents and organisations that the record refers to. */
export function linksOf(record: JsonObject): Link[] {
  const artifacts = artifactsOf(record)
    .filter(({ isData }) => !isData)
    .map(({ reference: { element, literal, relation } }) => ({
      element,
      ...(literal === undefined ? {} : { literal }),
      isQualified: relation !== undefined,
    }));
  const taken = new Set(['relatedArtifact', 'content', 'entry', 'member', 'enrollment', 'meta']);
  const rest = Object.fromEntries(Object.entries(record).filter(([name]) => !taken.has(name)));
  const { extension, ...own } = rest;
  const extended = objectsOf(extension)
    .filter((one) => one['url'] !== canonical.relatedContent)
    .flatMap((one) => referencesIn(one, String(one['url']).split('/').at(-1)));
  return [...artifacts, ...[...referencesIn(own), ...extended].map(linkOf)];
}

/** The element's name says what the other is, unless it stands for anything. */
function linkOf({ path, reference }: FoundReference): Link {
  const isQualified = !/^(?:subjectOther|related)\b/.test(path);
  return { element: path, ...(reference === undefined ? {} : { literal: reference }), isQualified };
}

/** The address that a literal stands for, seen from `base`; undefined for what is no web address. */
export function addressOf(literal: string, base: string): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:/i.test(literal)) return /^https?:/i.test(literal) ? literal : undefined;
  return literal.startsWith('#') ? undefined : `${base}/${literal}`;
}

/** Records of which the record is made, such as those of the studies of a project. */
export function partsOf(record: JsonObject): string[] {
  return artifactsOf(record)
    .filter(({ reference, isData }) => !isData && reference.relation === 'composed-of' && isMetadata(reference.literal))
    .flatMap(({ reference }) => reference.literal ?? []);
}
