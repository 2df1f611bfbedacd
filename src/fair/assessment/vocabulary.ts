/** Vocabularies that are known to be findable, accessible and reusable: each with the identifier that lasts and where it can be looked up. https://hl7.org/fhir/R4B/terminologies-systems.html */

/** A code system by its canonical URL in FHIR. */
interface Vocabulary {
  name: string;
  /** where it is published, at an address that is meant to last */
  page: string;
}

const vocabularies: Readonly<Record<string, Vocabulary>> = {
  'http://snomed.info/sct': { name: 'SNOMED CT', page: 'http://snomed.info/sct' },
  'http://loinc.org': { name: 'LOINC', page: 'https://loinc.org' },
  'http://unitsofmeasure.org': { name: 'UCUM', page: 'https://ucum.org' },
  'http://www.nlm.nih.gov/research/umls/rxnorm': {
    name: 'RxNorm',
    page: 'https://www.nlm.nih.gov/research/umls/rxnorm',
  },
  'http://www.whocc.no/atc': { name: 'ATC', page: 'https://atcddd.fhi.no' },
  'http://hl7.org/fhir/sid/icd-10': { name: 'ICD-10', page: 'https://icd.who.int/browse10' },
  'http://hl7.org/fhir/sid/icd-10-cm': { name: 'ICD-10-CM', page: 'https://www.cdc.gov/nchs/icd' },
  'http://hl7.org/fhir/sid/icd-9-cm': { name: 'ICD-9-CM', page: 'https://www.cdc.gov/nchs/icd' },
  'http://fhir.de/CodeSystem/bfarm/icd-10-gm': { name: 'ICD-10-GM', page: 'https://www.bfarm.de' },
  'http://fhir.de/CodeSystem/bfarm/ops': { name: 'OPS', page: 'https://www.bfarm.de' },
  'http://id.who.int/icd/release/11/mms': { name: 'ICD-11', page: 'http://id.who.int/icd/release/11/mms' },
  'http://hl7.org/fhir/sid/icd-o-3': { name: 'ICD-O-3', page: 'https://www.who.int/standards/classifications' },
  'http://hl7.org/fhir/sid/cvx': { name: 'CVX', page: 'https://www2a.cdc.gov/vaccines/iis' },
  'http://hl7.org/fhir/sid/ndc': { name: 'NDC', page: 'https://www.fda.gov' },
  'http://hl7.org/fhir/spdx-license': { name: 'SPDX licences', page: 'https://spdx.org/licenses' },
  'http://www.orpha.net': { name: 'Orphanet', page: 'https://www.orpha.net' },
  'http://www.ebi.ac.uk/efo': { name: 'EFO', page: 'http://www.ebi.ac.uk/efo' },
  'http://human-phenotype-ontology.org': { name: 'HPO', page: 'http://purl.obolibrary.org/obo/hp.owl' },
  'http://www.genenames.org': { name: 'HGNC', page: 'https://www.genenames.org' },
  'http://varnomen.hgvs.org': { name: 'HGVS', page: 'https://hgvs-nomenclature.org' },
  'http://id.nlm.nih.gov/mesh': { name: 'MeSH', page: 'http://id.nlm.nih.gov/mesh' },
  'http://www.nlm.nih.gov/mesh': { name: 'MeSH', page: 'http://id.nlm.nih.gov/mesh' },
  'http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl': {
    name: 'NCI Thesaurus',
    page: 'https://evsexplore.nci.nih.gov',
  },
  'http://dicom.nema.org/resources/ontology/DCM': {
    name: 'DICOM',
    page: 'http://dicom.nema.org/resources/ontology/DCM',
  },
  'urn:iso:std:iso:3166': { name: 'ISO 3166', page: 'https://www.iso.org/iso-3166-country-codes.html' },
  'urn:iso:std:iso:3166:-2': { name: 'ISO 3166-2', page: 'https://www.iso.org/iso-3166-country-codes.html' },
  'urn:iso:std:iso:4217': { name: 'ISO 4217', page: 'https://www.iso.org/iso-4217-currency-codes.html' },
  'urn:ietf:bcp:47': { name: 'BCP 47', page: 'https://www.rfc-editor.org/info/bcp47' },
  'urn:ietf:bcp:13': { name: 'media types', page: 'https://www.iana.org/assignments/media-types' },
  'http://unstats.un.org/unsd/methods/m49/m49.htm': {
    name: 'UN M49',
    page: 'https://unstats.un.org/unsd/methodology/m49',
  },
  'urn:oid:1.2.840.10008.2.16.4': { name: 'DICOM', page: 'http://dicom.nema.org/resources/ontology/DCM' },
};

/** Publishers whose code systems are all published in the same lasting way. */
const families: readonly { prefix: string; name: string }[] = [
  { prefix: 'http://terminology.hl7.org/CodeSystem/', name: 'HL7 terminology' },
  { prefix: 'http://hl7.org/fhir/', name: 'FHIR' },
  { prefix: 'http://purl.obolibrary.org/obo/', name: 'OBO Foundry' },
  { prefix: 'http://snomed.info/sct/', name: 'SNOMED CT' },
  { prefix: 'https://w3id.org/', name: 'w3id.org' },
  { prefix: 'http://purl.org/', name: 'purl.org' },
];

/** The name of the vocabulary with this system, when it is one that is known to be FAIR. */
export function knownVocabulary(system: string): string | undefined {
  if (Object.hasOwn(vocabularies, system)) return vocabularies[system]!.name;
  return families.find(({ prefix }) => system.startsWith(prefix))?.name;
}

/** For the reference. */
export const vocabularyList: readonly (Vocabulary & { system: string })[] = [
  ...Object.entries(vocabularies).map(([system, of]) => ({ system, ...of })),
  ...families.map(({ prefix, name }) => ({ system: `${prefix}…`, name, page: prefix })),
];
