/** Fragments of the code systems that the demo's records use: summaries call codes as code systems do, and find what lies above them there. https://hl7.org/fhir/R4B/codesystem.html */
import type { JsonObject, Resource } from '../fhir/json.ts';
import { atcNames, atcSystem } from './atc.ts';
import { diagnoses, icdNames, icdSystem, snomedName, snomedSystem } from './condition.ts';
import { labTests, loincSystem } from './facts.ts';

export function codeSystems(): Resource[] {
  const snomedNames = Object.values(diagnoses).map((one) => [one.snomed, snomedName(one)]);
  const loincNames = Object.values(labTests).map(({ loinc, name }) => [loinc, name]);
  return [
    fragmentOf('atc-fragment', atcSystem, 'Fragment of the ATC classification: A10, C07, C08, C09, C10', atcNames),
    fragmentOf('icd-10-fragment', icdSystem, 'Fragment of ICD-10: the diagnoses of the demo', icdNames),
    fragmentOf(
      'snomed-fragment',
      snomedSystem,
      'Fragment of SNOMED CT: the diagnoses of the demo',
      Object.fromEntries(snomedNames),
    ),
    fragmentOf(
      'loinc-fragment',
      loincSystem,
      'Fragment of LOINC: the laboratory tests of the demo',
      Object.fromEntries(loincNames),
    ),
  ];
}

/** A CodeSystem whose concepts are nested by the beginnings of their codes. */
function fragmentOf(id: string, url: string, title: string, of: Readonly<Record<string, string>>): Resource {
  const codes = Object.keys(of);
  const parentOf = (code: string): string | undefined =>
    codes
      .filter((one) => one !== code && code.startsWith(one))
      .sort((one, two) => two.length - one.length)
      .at(0);
  const below = (parent: string | undefined): JsonObject[] =>
    codes
      .filter((code) => parentOf(code) === parent)
      .map((code) => {
        const concept = below(code);
        return { code, display: of[code]!, ...(concept.length === 0 ? {} : { concept }) };
      });
  return {
    resourceType: 'CodeSystem',
    id,
    url,
    title,
    status: 'active',
    caseSensitive: true,
    hierarchyMeaning: 'is-a',
    content: 'fragment',
    concept: below(undefined),
  };
}
