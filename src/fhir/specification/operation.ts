/** Canonical URLs of operations: those that the specification defines, and ours. https://hl7.org/fhir/R4B/operationslist.html */
import { canonical } from '../canonical.ts';

const ofFhir = (id: string): string => `http://hl7.org/fhir/OperationDefinition/${id}`;

const definedByFhir: Readonly<Record<string, string>> = {
  expand: ofFhir('ValueSet-expand'),
  everything: ofFhir('Patient-everything'),
  lastn: ofFhir('Observation-lastn'),
  meta: ofFhir('Resource-meta'),
  'meta-add': ofFhir('Resource-meta-add'),
  'meta-delete': ofFhir('Resource-meta-delete'),
  validate: ofFhir('Resource-validate'),
};

export const isDefinedByFhir = (code: string): boolean => Object.hasOwn(definedByFhir, code);

/** Where the operation is defined. */
export const operationUrl = (code: string): string =>
  isDefinedByFhir(code) ? definedByFhir[code]! : `${canonical.ours}/OperationDefinition/${code}`;
