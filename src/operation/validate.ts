/** `$validate`: whether a resource is right, by structure, required codes, invariants and profiles. https://hl7.org/fhir/R4B/resource-operation-validate.html */
import { textOf } from '../door/index.ts';
import type { Resource } from '../fhir/json.ts';
import { FhirError, type Issue, outcomeOf } from '../fhir/outcome.ts';
import {
  checkExtensions,
  checkInvariants,
  checkProfile,
  validate as checkStructure,
  statedProfiles,
} from '../fhir/validation/index.ts';
import type { Reply, Server } from '../interaction/index.ts';
import type { Operation } from './operation.ts';
import { type Inputs, inputsOf } from './parameters.ts';

const modes = ['create', 'update', 'delete', 'profile'];

export const validate: Operation = {
  code: 'validate',
  levels: ['system', 'type', 'instance'],
  affectsState: false,
  summary:
    'Check a resource: structure, cardinality, required codes, invariants, and the profiles of FHIR for FAIR. Nothing is stored.',
  parameters: [
    {
      name: 'resource',
      min: 0,
      max: '1',
      type: 'Resource',
      documentation: 'What to check; on an instance the stored resource when absent.',
    },
    { name: 'mode', min: 0, max: '1', type: 'code', documentation: 'create, update, delete or profile.' },
    {
      name: 'profile',
      min: 0,
      max: '*',
      type: 'canonical',
      documentation: 'Profiles to check against, beside those of meta.profile.',
    },
  ],
  async perform(request, server) {
    const inputs = inputsOf(request, validate.parameters, 'validate');
    const mode = inputs.text('mode');
    if (mode !== undefined && !modes.includes(mode))
      throw new FhirError('value', `mode must be ${modes.join(', ')}, not ${mode}`);
    const { type, id } = request;
    const resource = await subjectOf(inputs, type, id, server);
    const issues = mode === 'delete' ? [] : issuesOf(resource, type, inputs, server);
    if (mode === 'update' && id !== '' && resource['id'] !== id) {
      issues.push({
        severity: 'error',
        code: 'invalid',
        diagnostics: `an update of ${type}/${id} needs that id in the resource`,
        expression: `${type}.id`,
      });
    }
    if (mode === 'create' && id !== '') throw new FhirError('invalid', 'mode create goes with the address of a type');
    const found: Issue[] =
      issues.length > 0 ? issues : [{ severity: 'information', code: 'processing', diagnostics: 'no fault was found' }];
    const reply: Reply = { status: 200, body: JSON.stringify(outcomeOf(found)) };
    // Who brings the resource along learns nothing of a stored one.
    return inputs.values('resource').length > 0 ? { ...reply, disclosed: [] } : reply;
  },
};

async function subjectOf(inputs: Inputs, type: string, id: string, server: Server): Promise<Resource> {
  const [given] = inputs.values('resource');
  if (given !== undefined) return given as Resource; // whether it is one is what is checked
  if (id === '') throw new FhirError('required', '$validate needs a resource');
  return JSON.parse(textOf(await server.door.read(type, id))) as Resource; // only resources are stored
}

function issuesOf(resource: Resource, type: string, inputs: Inputs, server: Server): Issue[] {
  const { definitions } = server;
  if (type !== '' && resource.resourceType !== type) {
    const diagnostics = `the address is for ${type}, but the resource is a ${String(resource.resourceType)}`;
    return [{ severity: 'error', code: 'invalid', diagnostics, expression: 'resourceType' }];
  }
  const structural = checkStructure(resource, definitions);
  // What has not the right structure cannot be walked by invariants and profiles.
  if (structural.length > 0) return structural;
  const profiles = new Set([...statedProfiles(resource), ...inputs.texts('profile')]);
  return [
    ...checkInvariants(resource, definitions),
    ...checkExtensions(resource),
    ...[...profiles].flatMap((profile) => checkProfile(resource, profile)),
  ];
}
