/** All artefacts of our implementation guide for one FHIR version: what every fairway server serves and docs/specification shows. https://hl7.org/fhir/R4B/implementationguide.html */
import { canonical } from '../canonical.ts';
import type { Definitions } from '../definitions/model.ts';
import type { Resource } from '../json.ts';
import { ourCodeSystems } from './code-system.ts';
import { ourExtensions } from './extension.ts';
import { ourMeasures } from './measure.ts';
import { isDefinedByFhir, operationUrl } from './operation.ts';
import { ourProfiles } from './profile.ts';
import {
  artefactId,
  codeSystemOf,
  type DefinedOperation,
  date,
  extensionOf,
  operationOf,
  profileOf,
  searchParameterOf,
} from './resource.ts';
import { ourRoles, roleOf } from './role.ts';
import { ourSearchParameters, searchParameterUrl } from './search-parameter.ts';

/** The guide and all that it lists. Of `operations` those count that FHIR does not define. */
export function artefactsOf(definitions: Definitions, operations: readonly DefinedOperation[]): Resource[] {
  const links = { parameter: searchParameterUrl, operation: operationUrl };
  const all = [
    ...ourProfiles.map((one) => profileOf(one, definitions)),
    ...ourExtensions.flatMap((one) => extensionOf(one, definitions) ?? []),
    ...ourSearchParameters.flatMap((record) => {
      const model = definitions.searchParameters.find(({ url }) => url === searchParameterUrl(record.code));
      return model === undefined ? [] : [searchParameterOf(model, record, definitions)];
    }),
    ...operations.filter(({ code }) => !isDefinedByFhir(code)).map(operationOf),
    ...ourCodeSystems.map(codeSystemOf),
    ...ourMeasures,
    ...ourRoles.map((one) => roleOf(one, definitions, links, date)),
  ];
  return [guideOf(all, definitions), ...all];
}

function guideOf(all: readonly Resource[], { fhirVersion }: Definitions): Resource {
  return {
    resourceType: 'ImplementationGuide',
    id: artefactId('guide'),
    url: `${canonical.ours}/ImplementationGuide/fairway`,
    name: 'Fairway',
    title: 'Finding, asking and getting health data across servers',
    status: 'active',
    date,
    publisher: 'fairway',
    description:
      'How clients find data sets over registries and discovery servers, ask how many patients meet a question, and get data under the conditions of their sources. Builds on FHIR for FAIR 1.0.0.',
    packageId: 'health.fairway.fhir',
    license: 'CC0-1.0',
    fhirVersion: [fhirVersion],
    definition: {
      resource: all.map((one) => ({
        reference: { reference: `${one.resourceType}/${String(one['id'])}` },
        name: String(one['title'] ?? one['name']),
      })),
    },
  };
}
