/** `$everything`: all that belongs to a patient, an encounter or the members of a group, with what it refers to, in pages. https://hl7.org/fhir/R4B/patient-operation-everything.html */
import { FhirError } from '../fhir/outcome.ts';
import { compartmentPlace, searchReply } from '../interaction/index.ts';
import { dateTests, membership, registryOf, type SearchContext, type SearchPlace } from '../search/index.ts';
import { parameterKey } from '../search/index-rows.ts';
import type { Expression } from '../search/tree.ts';
import type { Operation } from './operation.ts';
import { inputsOf } from './parameters.ts';

export const everything: Operation = {
  code: 'everything',
  levels: ['instance'],
  types: ['Patient', 'Encounter', 'Group'],
  affectsState: false,
  summary: 'Everything of a patient, an encounter or the members of a group, with what it refers to, in pages.',
  parameters: [
    {
      name: 'start',
      min: 0,
      max: '1',
      type: 'date',
      documentation: 'Care from this date on; what has no date is there too.',
    },
    {
      name: 'end',
      min: 0,
      max: '1',
      type: 'date',
      documentation: 'Care up to this date; what has no date is there too.',
    },
    { name: '_since', min: 0, max: '1', type: 'instant', documentation: 'Changed at this time or later.' },
    { name: '_type', min: 0, max: '*', type: 'code', documentation: 'Only these resource types.' },
    { name: '_count', min: 0, max: '1', type: 'integer', documentation: 'Resources on a page.' },
  ],
  async perform(request, server) {
    const { type, id } = request;
    const inputs = inputsOf(request, everything.parameters, 'everything');
    const context: SearchContext = { ...server.searchContext, handling: 'strict' };
    // Whoever may not see the resource itself gets the same answer as for one that is not there.
    await server.door.read(type, id);
    const place =
      type === 'Group'
        ? groupPlace(id, server.definitions, context)
        : compartmentPlace(type, id, '*', server.definitions, context);
    const { start, end } = { start: inputs.text('start'), end: inputs.text('end') };
    const bounds = [...(start === undefined ? [] : [`ge${start}`]), ...(end === undefined ? [] : [`le${end}`])];
    const hidden: [string, string][] = [['_include', '*']];
    const since = inputs.text('_since');
    if (since !== undefined) hidden.push(['_lastUpdated', `ge${since}`]);
    const own = inputs.pairs.filter(([name]) => name === 'start' || name === 'end' || name === '_since');
    const rest = inputs.pairs.filter(([name]) => name !== 'start' && name !== 'end' && name !== '_since');
    const bounded: SearchPlace = {
      ...place,
      path: `${type}/${id}/$everything`,
      within: (one) => inTime(place.within!(one), one, bounds, context),
      hidden,
      shown: own,
    };
    return searchReply(bounded, { ...request, parameters: rest }, server);
  },
};

/** What has a clinical date must lie within the bounds. */
function inTime(within: Expression, type: string, bounds: readonly string[], context: SearchContext): Expression {
  const parameter = registryOf(context.definitions).find(type, 'date');
  if (bounds.length === 0 || parameter?.type !== 'date') return within;
  const key = parameterKey(context.hash, type, 'date');
  const dated: Expression[] = bounds.map((bound) => ({
    kind: 'match',
    parameter: key,
    test: { table: 'date', ranges: dateTests(bound, 'start or end', context.now()) },
  }));
  const undated: Expression = { kind: 'not', of: { kind: 'present', parameter: key, table: 'date' } };
  return { kind: 'and', of: [within, { kind: 'or', of: [undated, { kind: 'and', of: dated }] }] };
}

/** The group, its members, and what lies in the compartments of those that are patients. */
function groupPlace(id: string, definitions: SearchContext['definitions'], context: SearchContext): SearchPlace {
  const compartment = definitions.compartments.find((one) => one.code === 'Patient');
  if (compartment === undefined)
    throw new FhirError('not-supported', 'this FHIR version has no compartment of a patient');
  const members = membership([`Group/${id}`], '$everything', context);
  const within = (type: string): Expression => {
    const of: Expression[] = (compartment.resources[type] ?? []).map((code) => ({
      kind: 'chain',
      parameter: parameterKey(context.hash, type, code),
      type: 'Patient',
      of: members,
    }));
    if (type === 'Group') of.push({ kind: 'key', keys: [context.hash(`Group/${id}`)] });
    of.push(members);
    return { kind: 'or', of };
  };
  return { types: [...new Set(['Group', 'Patient', ...Object.keys(compartment.resources)])], path: '', within };
}
