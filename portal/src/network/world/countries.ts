/** Outlines of countries on the sheet, and where a symbol of each stands. https://www.naturalearthdata.com/downloads/110m-cultural-vectors/ */
import codes from 'i18n-iso-countries/codes.json';
import { feature } from 'topojson-client';
import atlas from 'world-atlas/countries-110m.json';
import { middleOf, type Point, type Position, project, ringsOnSheet } from './projection.ts';
import small from './small-countries.json';

interface Outline {
  /** two letters; '' for what has no code */
  readonly code: string;
  /** as SVG writes it */
  readonly path: string;
}

const codeOf = new Map(codes.map(([two = '', , number = '']) => [number, two]));
/** What the atlas has: countries are areas. */
interface Country {
  readonly id?: string;
  readonly properties: { readonly name: string };
  readonly geometry: Area;
}
type Area =
  | { readonly type: 'Polygon'; readonly coordinates: Position[][] }
  | { readonly type: 'MultiPolygon'; readonly coordinates: Position[][][] };

const shapes = countriesOf(atlas).map(({ id = '', properties, geometry }) => ({
  // The one code that is in use though ISO has not given it.
  code: properties.name === 'Kosovo' ? 'XK' : (codeOf.get(id) ?? ''),
  rings: ringsOf(geometry),
}));

function countriesOf({ objects: { countries } }: typeof atlas): Country[] {
  // The types of a JSON file are wider than what a topology is: what stands there is one.
  const [topology, object] = [atlas, countries] as unknown as Parameters<typeof feature>;
  return (feature(topology, object) as unknown as { features: Country[] }).features;
}

function ringsOf({ type, coordinates }: Area): Point[][] {
  const polygons = type === 'Polygon' ? [coordinates] : coordinates;
  return polygons
    .flat()
    .flatMap(ringsOnSheet)
    .map((ring) => ring.map(project));
}

const round = (value: number): number => Math.round(value * 100) / 100;

export const outlines: readonly Outline[] = shapes
  .filter(({ code }) => code !== 'AQ')
  .map(({ code, rings }) => ({
    code,
    path: rings.map((ring) => `M${ring.map(({ x, y }) => `${round(x)} ${round(y)}`).join('L')}Z`).join(''),
  }));

const places = new Map<string, Point>([
  ...Object.entries(small).map(([code, place]): [string, Point] => [code, project(place)]),
  ...shapes.map(({ code, rings }): [string, Point] => [
    code,
    rings.map(middleOf).reduce((most, one) => (one.area > most.area ? one : most)).middle,
  ]),
]);
places.delete('');
places.delete('AQ');

/** The middle of the largest part of a country; undefined for what is none, or not on the sheet. */
export const placeOfCountry = (code: string): Point | undefined => places.get(code);
