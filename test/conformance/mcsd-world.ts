/** A directory of care services in the terms of IHE mCSD, the same in every FHIR version. https://profiles.ihe.net/ITI/mCSD/volume-1.html */
import { shapes } from '../../src/demo/shapes.ts';
import type { FhirVersion } from '../../src/fhir/definitions/model.ts';
import type { JsonObject, Resource } from '../../src/fhir/json.ts';

export const concept = (system: string, code: string): JsonObject => ({ coding: [{ system, code }] });
const to = (reference: string): JsonObject => ({ reference });
const identified = (value: string): JsonObject[] => [{ system: 'urn:mcsd', value }];
const organizationType = 'http://terminology.hl7.org/CodeSystem/organization-type';

/** Roles without which OrganizationAffiliations are not. */
export const hie = 'http://terminology.hl7.org/CodeSystem/organization-affiliation-role-for-hie';

export function careServices(version: FhirVersion): Resource[] {
  const connection = {
    system: 'http://terminology.hl7.org/CodeSystem/endpoint-connection-type',
    code: 'hl7-fhir-rest',
  };
  return [
    {
      resourceType: 'Organization',
      id: 'network',
      identifier: identified('network'),
      active: true,
      type: [concept(organizationType, 'govt')],
      name: 'Network of the North',
    },
    {
      resourceType: 'Organization',
      id: 'hospital',
      identifier: identified('hospital'),
      active: true,
      type: [concept(organizationType, 'prov')],
      name: 'Hospital North',
      partOf: to('Organization/network'),
      endpoint: [to('Endpoint/hospital')],
    },
    {
      resourceType: 'Organization',
      id: 'closed',
      identifier: identified('closed'),
      active: false,
      type: [concept(organizationType, 'prov')],
      name: 'hospital',
    },
    {
      resourceType: 'Endpoint',
      id: 'hospital',
      identifier: identified('hospital-endpoint'),
      status: 'active',
      ...shapes[version].endpoint(connection, [
        concept('http://terminology.hl7.org/CodeSystem/endpoint-payload-type', 'any'),
      ]),
      managingOrganization: to('Organization/hospital'),
      address: 'https://hospital.example/fhir',
    },
    {
      resourceType: 'OrganizationAffiliation',
      id: 'membership',
      identifier: identified('membership'),
      active: true,
      period: { start: '2024-01-01' },
      organization: to('Organization/network'),
      participatingOrganization: to('Organization/hospital'),
      code: [concept(hie, 'DocShareFederateExt')],
      endpoint: [to('Endpoint/hospital')],
    },
    {
      resourceType: 'Location',
      id: 'ward',
      identifier: identified('ward'),
      status: 'active',
      name: 'Ward 5',
      type: [concept('http://terminology.hl7.org/CodeSystem/v3-RoleCode', 'HOSP')],
      managingOrganization: to('Organization/hospital'),
      partOf: to('Location/site'),
      position: { longitude: 5.12, latitude: 52.09 },
    },
    {
      resourceType: 'Location',
      id: 'site',
      status: 'suspended',
      name: 'Site',
      managingOrganization: to('Organization/network'),
      position: { longitude: 13.4, latitude: 52.52 },
    },
    {
      resourceType: 'HealthcareService',
      id: 'cardiology',
      identifier: identified('cardiology'),
      active: true,
      providedBy: to('Organization/hospital'),
      type: [concept('http://terminology.hl7.org/CodeSystem/service-type', '165')],
      location: [to('Location/ward')],
      name: 'Cardiology',
    },
    {
      resourceType: 'Practitioner',
      id: 'heart',
      identifier: identified('heart'),
      active: true,
      name: [{ family: 'Hart', given: ['Ada'] }],
      telecom: [{ system: 'phone', value: '555', use: 'work' }],
    },
    {
      resourceType: 'PractitionerRole',
      id: 'heart',
      active: true,
      practitioner: to('Practitioner/heart'),
      organization: to('Organization/hospital'),
      location: [to('Location/ward')],
      healthcareService: [to('HealthcareService/cardiology')],
      code: [concept('http://terminology.hl7.org/CodeSystem/practitioner-role', 'doctor')],
      specialty: [concept('http://snomed.info/sct', '394579002')],
    },
  ];
}
