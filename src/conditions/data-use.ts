/** Matches what a project does against the DUO terms of a data set, as GA4GH published it. https://github.com/DataBiosphere/consent-ontology/blob/main/docs/Algorithms.md */
import type { ResearchPurpose } from './access-context.ts';
import { diseaseOf, duoTerm } from './duo.ts';
import { type Evaluation, type Outcome, strictest } from './evaluation.ts';
import type { DataUseTerm } from './model.ts';

/** What came of one term (or of what is missing). */
export interface DataUseStep {
  outcome: Outcome;
  text: string;
}

type Kind = 'general' | 'health' | 'disease' | 'ancestry' | 'methods' | 'clinical-care' | 'genetic';
const kinds: ReadonlySet<string> = new Set<Kind>([
  'general',
  'health',
  'disease',
  'ancestry',
  'methods',
  'clinical-care',
  'genetic',
]);

/**
 * Starts from deny: a purpose must be declared and a permission term be there. Every term is evaluated, every kind of
 * research that the project states must be permitted by every permission, and nothing cuts the evaluation short.
 */
export function matchDataUse(terms: readonly DataUseTerm[], evaluation: Evaluation): DataUseStep[] {
  const byTerm = new Map<string, string[]>();
  for (const { id, parameter } of terms) {
    const parameters = byTerm.get(id) ?? [];
    byTerm.set(id, parameter === undefined ? parameters : [...parameters, parameter]);
  }
  const stated = statedKinds(evaluation.context.research);
  const named = new Map([...byTerm].map(([id, parameters]) => [duoTerm(id)?.abbreviation ?? id, parameters]));
  const project: Project = { evaluation, kinds: stated, terms: named };
  const steps: DataUseStep[] = [];
  if (stated.length === 0) steps.push({ outcome: 'deny', text: 'no research purpose is stated' });
  if (![...byTerm.keys()].some((id) => duoTerm(id)?.kind === 'permission')) {
    steps.push({ outcome: 'deny', text: 'no permission is among the data use terms' });
  }
  for (const [name, parameters] of named) {
    steps.push({ outcome: termOutcome(name, parameters, project), text: [name, ...parameters].join(' ') });
  }
  return steps;
}

/** The outcome of all steps. */
export function dataUseOutcome(steps: readonly DataUseStep[]): Outcome {
  return steps.length === 0 ? 'deny' : strictest(steps.map((step) => step.outcome));
}

interface Project {
  evaluation: Evaluation;
  kinds: readonly string[];
  terms: ReadonlyMap<string, readonly string[]>;
}

/**
 * The kinds of research that a project answers for. Naming a disease is stating disease research. That a study is
 * genetic says how it is done; alone, it is health research.
 */
function statedKinds(research: ResearchPurpose | undefined): string[] {
  if (research === undefined) return [];
  const stated = new Set(research.kinds);
  if (research.diseases.length > 0) stated.add('disease');
  const others = [...stated].filter((kind) => kind !== 'genetic');
  return stated.has('genetic') && others.length === 0 ? ['health'] : others;
}

function termOutcome(name: string, parameters: readonly string[], project: Project): Outcome {
  const { context, identities } = project.evaluation;
  const permit = (holds: boolean): Outcome => (holds ? 'permit' : 'deny');
  // A broad purpose includes the narrow one that is refused.
  const does = (kind: Kind): boolean => project.kinds.includes(kind) || project.kinds.includes('general');
  switch (name) {
    case 'NRES':
    case 'GRU':
    case 'HMB':
    case 'DS':
    case 'POA':
      return permit(project.kinds.length > 0 && project.kinds.every((kind) => isPermitted(kind, name, project)));
    case 'NMDS':
      return permit(!does('methods') || (project.terms.has('DS') && areDiseasesCovered(project)));
    case 'NPOA':
      return permit(!does('ancestry'));
    case 'GSO':
      return permit(context.research?.kinds.includes('genetic') === true);
    case 'NPU':
      return permit(context.forProfit === false);
    case 'NCU':
      return permit(context.research?.commercial === false);
    case 'NPUNCU':
      return permit(context.forProfit === false && context.research?.commercial === false);
    case 'GS':
      return permit(context.country !== undefined && parameters.includes(context.country.toUpperCase()));
    case 'US':
    case 'IS':
      return permit(parameters.some((one) => identities.has(one)));
    case 'PS':
      return permit(context.project !== undefined && parameters.includes(context.project));
    case 'IRB':
    case 'COL':
    case 'RS':
      return 'needs-person';
    // Obligations, which travel with the data; and CC, which only widens.
    case 'PUB':
    case 'RTN':
    case 'MOR':
    case 'TS':
    case 'CC':
      return 'permit';
    default:
      return 'deny';
  }
}

/** Whether one permission term lets one kind of use be made. */
function isPermitted(kind: string, permission: string, project: Project): boolean {
  if (!kinds.has(kind)) return false;
  if (permission === 'NRES') return kind !== 'disease' || isAnyDiseaseNamed(project);
  switch (kind) {
    case 'general':
      return permission === 'GRU';
    case 'health':
      return permission === 'GRU' || permission === 'HMB';
    case 'disease':
      if (permission === 'DS') return areDiseasesCovered(project);
      return isAnyDiseaseNamed(project) && (permission === 'GRU' || permission === 'HMB');
    case 'ancestry':
      return permission === 'GRU' || permission === 'POA';
    case 'methods':
      return permission === 'DS' ? areDiseasesCovered(project) : true;
    case 'clinical-care':
      return project.terms.has('CC');
    default:
      return false;
  }
}

function isAnyDiseaseNamed({ evaluation }: Project): boolean {
  return (evaluation.context.research?.diseases.length ?? 0) > 0;
}

/** Whether every disease that the project names is one of the data set's, or below one; false when it names none. */
function areDiseasesCovered({ evaluation, terms }: Project): boolean {
  const permitted = terms.get('DS') ?? [];
  const diseases = evaluation.context.research?.diseases ?? [];
  const isCovered = (disease: string): boolean =>
    permitted.some((one) => evaluation.isBelow(diseaseOf(disease) ?? disease, one));
  return diseases.length > 0 && diseases.every(isCovered);
}
