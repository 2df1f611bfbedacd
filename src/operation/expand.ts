/** `$expand`: finds codes in plain words among those that content summaries name. https://hl7.org/fhir/R4B/valueset-operation-expand.html and docs/reference/held-codes.md */
import type { AskedCodes, FoundCode, HeldContent } from '../door/index.ts';
import { canonical } from '../fhir/canonical.ts';
import type { Definitions } from '../fhir/definitions/model.ts';
import type { JsonObject } from '../fhir/json.ts';
import { FhirError } from '../fhir/outcome.ts';
import { parametersOf } from '../interaction/index.ts';
import type { Operation } from './operation.ts';
import { type Inputs, inputsOf } from './parameters.ts';

const defaultCount = 50;
const mostCodes = 1000;
/** Characters and words of what someone types; each word is looked for by itself. */
const longestFilter = 200;
const mostWords = 10;

export const expand: Operation = {
  code: 'expand',
  levels: ['type'],
  types: ['ValueSet'],
  affectsState: false,
  summary:
    'Find codes in plain words: the codes that the data sets known here hold, with how many data sets and patients, as their content summaries tell.',
  parameters: [
    {
      name: 'url',
      min: 1,
      max: '1',
      type: 'uri',
      documentation: `\`${canonical.heldCodes}\`, with \`?type=\`, \`system=\`, \`below=\` to restrict it. Other value sets are not expanded.`,
    },
    {
      name: 'filter',
      min: 0,
      max: '1',
      type: 'string',
      documentation:
        'Words: each begins a word of a name of the code, or the code. Case and accents make no difference.',
    },
    { name: 'offset', min: 0, max: '1', type: 'integer', documentation: 'Codes to leave out; 0 unless stated.' },
    {
      name: 'count',
      min: 0,
      max: '1',
      type: 'integer',
      documentation: `Codes to give; ${defaultCount} unless stated, ${mostCodes} at most. 0 asks for the total alone.`,
    },
    {
      name: 'excludeNested',
      min: 0,
      max: '1',
      type: 'boolean',
      documentation: 'Codes are never nested: each names those above it.',
    },
  ],
  async perform(request, server) {
    const inputs = inputsOf(request, expand.parameters, 'expand');
    const asked = askedOf(inputs, server.definitions);
    const { total, codes } = await server.door.heldCodes(asked);
    const { offset, count, filter } = asked;
    const valueSet = {
      resourceType: 'ValueSet',
      url: inputs.text('url'),
      status: 'active',
      expansion: {
        identifier: `urn:uuid:${server.newId()}`,
        timestamp: new Date(server.now()).toISOString(),
        total,
        offset,
        parameter: [
          ...(filter === '' ? [] : [{ name: 'filter', valueString: filter }]),
          { name: 'offset', valueInteger: offset },
          { name: 'count', valueInteger: count },
        ],
        ...(codes.length === 0 ? {} : { contains: codes.map(containsOf) }),
      },
    };
    return { status: 200, body: JSON.stringify(valueSet), disclosed: [], counted: total };
  },
};

function askedOf(inputs: Inputs, definitions: Definitions): AskedCodes {
  if (inputs.values('resource').length + inputs.values('valueSet').length > 0)
    throw notOurs('a value set that is sent along');
  for (const { name } of expand.parameters) {
    if (inputs.texts(name).length > 1) throw new FhirError('value', `$expand takes ${name} once`, { expression: name });
  }
  const filter = inputs.text('filter')?.trim() ?? '';
  if (filter.length > longestFilter || filter.split(/\s+/).length > mostWords) {
    throw new FhirError('too-costly', `filter may have ${longestFilter} characters and ${mostWords} words`, {
      expression: 'filter',
    });
  }
  const count = wholeNumber('count', inputs.text('count'), defaultCount);
  return {
    ...restrictionOf(inputs.text('url'), definitions),
    filter,
    count: Math.min(count, mostCodes),
    offset: wholeNumber('offset', inputs.text('offset'), 0),
  };
}

function wholeNumber(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new FhirError('value', `${name} must be a whole number from 0 on, not ${text.slice(0, 40)}`, {
    expression: name,
  });
}

const notOurs = (what: string): FhirError =>
  new FhirError(
    'not-supported',
    `$expand expands ${canonical.heldCodes} alone, not ${what}; a search may name other value sets by :in and :not-in`,
    { expression: 'url' },
  );

/** What the value set is restricted to stands in its address, as in other implicit value sets. https://hl7.org/fhir/R4B/valueset.html#implicit */
function restrictionOf(
  url: string | undefined,
  { resourceTypes }: Definitions,
): Pick<AskedCodes, 'types' | 'systems' | 'below'> {
  if (url === undefined)
    throw new FhirError('required', `$expand needs url=${canonical.heldCodes}`, { expression: 'url' });
  const at = url.indexOf('?');
  const name = at < 0 ? url : url.slice(0, at);
  if (name !== canonical.heldCodes) throw notOurs(name.slice(0, 200) || 'one without a name');
  const types: string[] = [];
  const systems: string[] = [];
  const below: { system: string; code: string }[] = [];
  for (const [parameter, value] of parametersOf(at < 0 ? '' : url.slice(at + 1))) {
    if (parameter === 'type') types.push(...value.split(',').map((one) => knownType(one, resourceTypes)));
    else if (parameter === 'system') systems.push(value);
    else if (parameter === 'below') below.push(codeOf(value));
    else
      throw new FhirError(
        'not-supported',
        `${canonical.heldCodes} has type, system and below, not ${parameter.slice(0, 100)}`,
        { expression: 'url' },
      );
  }
  if (below.length > 1) throw new FhirError('value', 'url takes below once', { expression: 'url' });
  return { types: [...new Set(types)], systems, ...(below[0] === undefined ? {} : { below: below[0] }) };
}

function knownType(type: string, known: readonly string[]): string {
  if (known.includes(type)) return type;
  throw new FhirError('value', `type in url must name resource types, not ${type.slice(0, 60)}`, { expression: 'url' });
}

function codeOf(text: string): { system: string; code: string } {
  const at = text.lastIndexOf('|');
  if (at > 0 && at < text.length - 1) return { system: text.slice(0, at), code: text.slice(at + 1) };
  throw new FhirError('value', 'below in url must be system|code', { expression: 'url' });
}

/** Versions before R5 have no properties here, so that extensions say it in all. */
function containsOf({ system, code, display, content, hasBelow, parents }: FoundCode): JsonObject {
  return {
    extension: [
      ...content.map(contentExtension),
      { url: canonical.heldBelow, valueBoolean: hasBelow },
      ...parents.map((parent) => ({ url: canonical.heldParent, valueCode: parent })),
    ],
    ...(system === '' ? {} : { system }),
    code,
    ...(display === '' ? {} : { display }),
  };
}

/** Sums may exceed what FHIR's integers hold. */
function contentExtension({ type, dataSets, untold, rounded, patients }: HeldContent): JsonObject {
  return {
    url: canonical.heldContent,
    extension: [
      { url: 'type', valueCode: type },
      { url: 'dataSets', valueDecimal: dataSets },
      ...(patients === undefined ? [] : [{ url: 'patients', valueDecimal: patients }]),
      ...(untold === 0 ? [] : [{ url: 'untold', valueDecimal: untold }]),
      ...(rounded === 0 || patients === undefined ? [] : [{ url: 'rounded', valueBoolean: true }]),
    ],
  };
}
