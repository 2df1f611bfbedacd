/** Asks the server what each kind of asker would see of a draft. See docs/adr/0034-previewing-conditions.md */
import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query';
import type { Granularity } from '../../../../src/fhir/canonical.ts';
import { canonical } from '../../../../src/fhir/canonical.ts';
import type { JsonObject } from '../../../../src/fhir/json.ts';
import { ask, type Json } from '../../server/fhir.ts';
import { home } from '../../server/home.ts';
import { useAsker } from '../../server/query.ts';

export interface MissingPart {
  kind: string;
  outcome: string;
  values: readonly string[];
  text: string;
}

export interface AskerPreview {
  kind: string;
  level: Granularity;
  threshold?: number;
  rounding?: number;
  profile?: string;
  consentRequired: boolean;
  obligations: readonly { code: string; parameter?: string }[];
  reasons: readonly { source: string; outcome: string; text: string }[];
  beyond: readonly { level: Granularity; missing: readonly MissingPart[] }[];
}

export interface DraftPreview {
  /** why the draft is closed to everyone */
  closed: readonly string[];
  askers: readonly AskerPreview[];
}

export const previewedKinds = ['anonymous', 'researcher', 'commercial', 'clinician', 'committee', 'steward'] as const;

/** Only what conditions rest on is sent: a title that is being typed asks nothing anew. The draft is asked about as if it were published. */
export function usePreview(
  record: JsonObject,
  kinds: readonly string[],
  described?: string,
): UseQueryResult<DraftPreview> {
  const who = useAsker(home);
  const draft = conditionsOf(record);
  return useQuery({
    queryKey: ['desk', 'preview', JSON.stringify(draft), kinds, described, who],
    queryFn: async ({ signal }) => {
      await new Promise((resolve) => setTimeout(resolve, 150));
      signal.throwIfAborted();
      const parameter = [
        { name: 'resource', resource: draft },
        ...kinds.map((valueCode) => ({ name: 'kind', valueCode })),
        ...(described === undefined ? [] : [{ name: 'as', valueString: described }]),
      ];
      const body = { resourceType: 'Parameters', parameter };
      return previewIn((await ask(home, 'Library/$preview-conditions', { method: 'POST', body, signal })).body);
    },
    placeholderData: keepPreviousData,
  });
}

function conditionsOf({ extension, modifierExtension, id }: JsonObject): JsonObject {
  return {
    resourceType: 'Library',
    ...(id === undefined ? {} : { id }),
    status: 'active',
    type: { coding: [{ system: canonical.libraryType, code: 'asset-collection' }] },
    ...(extension === undefined ? {} : { extension }),
    ...(modifierExtension === undefined ? {} : { modifierExtension }),
  };
}

type Part = Json & { name: string; part?: Part[] };
const valueIn = (part: Part): unknown => Object.entries(part).find(([key]) => key.startsWith('value'))?.[1];
const textOf = (parts: readonly Part[], name: string): string => {
  const found = parts.find((one) => one.name === name);
  return found === undefined ? '' : String(valueIn(found));
};

/** As `$preview-conditions` answers. */
function previewIn(body: Json): DraftPreview {
  const parameters = (body['parameter'] ?? []) as Part[];
  return {
    closed: parameters.filter(({ name }) => name === 'closed').map((one) => String(valueIn(one))),
    askers: parameters.filter(({ name }) => name === 'asker').map(({ part = [] }) => askerOf(part)),
  };
}

function askerOf(parts: readonly Part[]): AskerPreview {
  const numberOf = (name: string): number | undefined => {
    const value = parts.find((one) => one.name === name)?.['valueInteger'];
    return typeof value === 'number' ? value : undefined;
  };
  const [threshold, rounding] = [numberOf('threshold'), numberOf('rounding')];
  const profile = textOf(parts, 'profile');
  const all = (name: string): Part[][] => parts.filter((one) => one.name === name).map(({ part = [] }): Part[] => part);
  return {
    kind: textOf(parts, 'kind'),
    level: textOf(parts, 'level') as Granularity, // a code of the operation
    ...(threshold === undefined ? {} : { threshold }),
    ...(rounding === undefined ? {} : { rounding }),
    ...(profile === '' ? {} : { profile }),
    consentRequired: textOf(parts, 'consent-required') === 'true',
    obligations: all('obligation').map((inner) => {
      const coding = valueIn(inner[0]!) as { system?: string; code?: string };
      const parameter = textOf(inner, 'parameter');
      return { code: `${coding.system ?? ''}|${coding.code ?? ''}`, ...(parameter === '' ? {} : { parameter }) };
    }),
    reasons: all('reason').map((inner) => ({
      source: textOf(inner, 'source'),
      outcome: textOf(inner, 'outcome'),
      text: textOf(inner, 'text'),
    })),
    beyond: all('beyond').map((inner) => ({
      level: textOf(inner, 'level') as Granularity, // a code of the operation
      missing: inner
        .filter(({ name }) => name === 'missing')
        .map(({ part = [] }) => ({
          kind: textOf(part, 'kind'),
          outcome: textOf(part, 'outcome'),
          values: part.filter(({ name }) => name === 'value').map((one) => String(valueIn(one))),
          text: textOf(part, 'text'),
        })),
    })),
  };
}
