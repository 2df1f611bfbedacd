/** Indexes and matches `Location.near`: places within a distance. https://hl7.org/fhir/R4B/location.html#positional */
import type { SearchParameterModel } from '../fhir/definitions/model.ts';
import { objectOf } from '../fhir/json.ts';
import { FhirError } from '../fhir/outcome.ts';
import type { Node } from '../fhir/path/index.ts';
import { type Hash, type IndexSink, type Int64, parameterKey } from './index-rows.ts';
import { splitEscaped } from './parameter/text-list.ts';
import type { Expression } from './tree.ts';

export const isNear = ({ type, code }: SearchParameterModel): boolean => type === 'special' && code === 'near';

/** Latitude and longitude are numbers, each under a parameter of its own. */
const keysOf = (hash: Hash, type: string): { latitude: Int64; longitude: Int64 } => ({
  latitude: parameterKey(hash, type, 'near:latitude'),
  longitude: parameterKey(hash, type, 'near:longitude'),
});

/** The rows of one position. */
export function extractPosition(node: Node, type: string, hash: Hash, sink: IndexSink): void {
  const position = objectOf(node.value);
  const { latitude, longitude } = position ?? {};
  if (typeof latitude !== 'number' || typeof longitude !== 'number') return;
  const keys = keysOf(hash, type);
  sink.number(keys.latitude, latitude, latitude);
  sink.number(keys.longitude, longitude, longitude);
}

/** Kilometres of the units that distances are written in. */
const units: Record<string, number> = { km: 1, m: 0.001, '[mi_i]': 1.609344, '[mi_us]': 1.609347, mi: 1.609344 };
/** Where none is stated. */
const defaultKilometres = 50;

/** `latitude|longitude|distance|unit`; distance and unit may be left out. */
export function parseNear(type: string, values: readonly string[], hash: Hash): Expression {
  const of = values.map((value): Expression => {
    const parts = splitEscaped(value, '|');
    const [latitude, longitude, distance] = parts.map((part) => (part === '' ? Number.NaN : Number(part))) as [
      number,
      number,
      number?,
    ];
    const unit = units[parts[3] ?? 'km'];
    const kilometres = distance === undefined || parts[2] === '' ? defaultKilometres : distance * (unit ?? Number.NaN);
    if (
      parts.length < 2 ||
      parts.length > 4 ||
      !(Math.abs(latitude) <= 90) ||
      !(Math.abs(longitude) <= 180) ||
      !(kilometres >= 0)
    ) {
      throw new FhirError(
        'value',
        `near=${value} must be latitude|longitude|distance|unit, with ${Object.keys(units).join(', ')} as units`,
      );
    }
    return { kind: 'near', ...keysOf(hash, type), at: { latitude, longitude }, kilometres };
  });
  return of.length === 1 ? of[0]! : { kind: 'or', of };
}
