/** From places on the earth to places on a sheet, so that areas keep their sizes. https://doi.org/10.1080/13658816.2018.1504949 (Equal Earth) */

/** Longitude and latitude in degrees, as GeoJSON has them. */
export type Position = readonly number[];

/** On the sheet, from its upper left corner. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Without the Antarctic, and the sea about the North Pole. */
const [south, north] = [-57, 84];
const terms = [1.340264, -0.081106, 0.000893, 0.003796] as const;
const root3 = Math.sqrt(3);
const radians = (degrees: number): number => (degrees * Math.PI) / 180;

function equalEarth(longitude: number, latitude: number): Point {
  const angle = Math.asin((root3 / 2) * Math.sin(radians(latitude)));
  const [a, b, c, d] = terms;
  const slope = 9 * d * angle ** 8 + 7 * c * angle ** 6 + 3 * b * angle ** 2 + a;
  return {
    x: (2 * root3 * radians(longitude) * Math.cos(angle)) / (3 * slope),
    y: d * angle ** 9 + c * angle ** 7 + b * angle ** 3 + a * angle,
  };
}

const right = equalEarth(180, 0).x;
const top = equalEarth(0, north).y;
export const sheetWidth = 1000;
const unit = sheetWidth / (2 * right);
export const sheetHeight = (top - equalEarth(0, south).y) * unit;

export function project([longitude = 0, latitude = 0]: Position): Point {
  const { x, y } = equalEarth(longitude, latitude);
  return { x: (x + right) * unit, y: (top - y) * unit };
}

/** A ring that crosses the edge of the sheet is two, one at each side. */
export function ringsOnSheet(ring: readonly Position[]): Position[][] {
  const whole = unrolled(ring);
  const longitudes = whole.map(([longitude = 0]) => longitude);
  const [least, most] = [Math.min(...longitudes), Math.max(...longitudes)];
  if (least >= -180 && most <= 180) return [whole];
  const edge = most > 180 ? 180 : -180;
  const within = cut(whole, edge, most <= 180);
  const beyond = cut(whole, edge, most > 180).map(([longitude = 0, latitude = 0]) => [longitude - 2 * edge, latitude]);
  return [within, beyond].filter((one) => one.length > 2);
}

/** Longitudes that go on beyond 180 instead of beginning anew. */
function unrolled(ring: readonly Position[]): Position[] {
  let [before = 0] = ring[0] ?? [];
  return ring.map(([stated = 0, latitude = 0]) => {
    const longitude = stated - 360 * Math.round((stated - before) / 360);
    before = longitude;
    return [longitude, latitude];
  });
}

/** The part of a ring that is east (or west) of a meridian. https://doi.org/10.1145/360767.360802 (Sutherland and Hodgman) */
function cut(ring: readonly Position[], meridian: number, isEast: boolean): Position[] {
  const isIn = ([longitude = 0]: Position): boolean => (isEast ? longitude >= meridian : longitude <= meridian);
  return ring.flatMap((point, at) => {
    const before = ring.at(at - 1) ?? point;
    const crossing = isIn(point) === isIn(before) ? [] : [meet(before, point, meridian)];
    return isIn(point) ? [...crossing, point] : crossing;
  });
}

function meet([x1 = 0, y1 = 0]: Position, [x2 = 0, y2 = 0]: Position, meridian: number): Position {
  return [meridian, y1 + ((meridian - x1) / (x2 - x1)) * (y2 - y1)];
}

/** Twice the area, and the middle, of a ring on the sheet. */
export function middleOf(ring: readonly Point[]): { area: number; middle: Point } {
  let [area, x, y] = [0, 0, 0];
  for (const [at, to] of ring.entries()) {
    const from = ring.at(at - 1) ?? to;
    const piece = from.x * to.y - to.x * from.y;
    area += piece;
    x += (from.x + to.x) * piece;
    y += (from.y + to.y) * piece;
  }
  return { area: Math.abs(area), middle: { x: x / (3 * area), y: y / (3 * area) } };
}
