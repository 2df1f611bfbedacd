/** Reads content summaries: which data set they are of, how old they are, and what they leave out. See docs/specification */
import { canonical } from '../../../fhir/canonical.ts';
import { type JsonObject, objectOf, objectsOf } from '../../../fhir/json.ts';
import { parseReference } from '../../../fhir/reference.ts';
import { textOf } from '../server/bundle.ts';

export interface Summary {
  /** `system|value` or a URI; what a data set is known by */
  readonly identifier?: string;
  /** absolute URL of the record */
  readonly record?: string;
  /** what fewer persons have is not named; undefined where it does not say */
  readonly threshold?: number;
  /** as told */
  readonly patients?: number;
}

/** `held` is the base of the server that gave it. */
export function readSummary(report: JsonObject, held: string): Summary {
  const extensions = objectsOf(report['extension']);
  const stated = (url: string, name: string): unknown => extensions.find((one) => one['url'] === url)?.[name];
  const dataSet = objectOf(extensions.find((one) => one['url'] === canonical.summaryDataSet)?.['valueReference']);
  const reference = parseReference(textOf(dataSet?.['reference']) ?? '');
  const identifier = identifierIn(objectOf(dataSet?.['identifier'])) ?? ownIdentifier(report);
  const disclosure = extensions.find((one) => one['url'] === canonical.countDisclosure);
  const threshold = objectsOf(disclosure?.['extension']).find((one) => one['url'] === 'threshold')?.['valueInteger'];
  const patients = stated(canonical.summaryPatients, 'valueInteger');
  return {
    ...(identifier === undefined ? {} : { identifier }),
    ...(reference?.type === 'Library' ? { record: `${reference.base ?? held}/Library/${reference.id}` } : {}),
    ...(typeof threshold === 'number' && threshold >= 1 ? { threshold } : {}),
    ...(typeof patients === 'number' && patients >= 0 ? { patients } : {}),
  };
}

function identifierIn(identifier: JsonObject | undefined): string | undefined {
  const value = textOf(identifier?.['value']);
  const system = textOf(identifier?.['system']);
  return value === undefined || system === undefined || system === canonical.uri ? value : `${system}|${value}`;
}

const ending = '/content-summary';

/** The summary's own identifier is that of the data set with an ending. */
function ownIdentifier(report: JsonObject): string | undefined {
  const values = objectsOf(report['identifier']).map((one) => textOf(one['value']));
  return values.find((value) => value?.endsWith(ending))?.slice(0, -ending.length);
}
