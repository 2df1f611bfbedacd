/** Which part of the sheet is in the frame: whole, near, or just where the servers are. */
import { type RefObject, useLayoutEffect, useState } from 'react';
import { type Point, sheetHeight, sheetWidth } from './projection.ts';

export interface Size {
  readonly width: number;
  readonly height: number;
}

interface View {
  readonly middle: Point;
  /** pixels by unit of the sheet */
  readonly scale: number;
}

export interface Zoom {
  readonly scale: number;
  readonly nearer: (() => void) | undefined;
  readonly farther: (() => void) | undefined;
  readonly whole: () => void;
  readonly toServers: () => void;
  readonly toPlaces: (places: readonly Point[]) => void;
}

/** For symbols at the edge. */
const margin = { x: 56, y: 48 };
const step = 1.8;
/** Nearer than this the outlines are edges alone. */
const nearest = 40;

const leastScale = ({ width }: Size): number => width / sheetWidth;

function viewOf(places: readonly Point[], size: Size, nearestOfAll: number): View {
  const [xs, ys] = [places.map(({ x }) => x), places.map(({ y }) => y)];
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
  const fits = Math.min(
    Math.max(1, size.width - 2 * margin.x) / (right - left),
    Math.max(1, size.height - 2 * margin.y) / (bottom - top),
  );
  return {
    middle: { x: (left + right) / 2, y: (top + bottom) / 2 },
    scale: Math.max(leastScale(size), Math.min(nearestOfAll, fits)),
  };
}

/** The sheet is as large as its scale says and the frame scrolls over it: by touch, wheel, keys, and to what has the focus. */
export function useView(frame: RefObject<HTMLElement | null>, size: Size, servers: readonly Point[]): Zoom {
  const [chosen, setChosen] = useState<View>();
  const least = leastScale(size);
  const { middle, scale } = chosen ?? viewOf(servers, size, 12);
  const [x, y] = [middle.x * scale, middle.y * scale];
  useLayoutEffect(() => {
    frame.current?.scrollTo(x - size.width / 2, y - size.height / 2);
  }, [frame, x, y, size.width, size.height]);
  const times = (factor: number) => (): void => {
    const element = frame.current;
    if (element === null) return;
    const at = {
      x: Math.min(sheetWidth, (element.scrollLeft + size.width / 2) / scale),
      y: Math.min(sheetHeight, (element.scrollTop + size.height / 2) / scale),
    };
    setChosen({ middle: at, scale: Math.max(least, Math.min(nearest, scale * factor)) });
  };
  return {
    scale,
    nearer: scale < nearest ? times(step) : undefined,
    farther: scale > least ? times(1 / step) : undefined,
    whole: () => setChosen({ middle: { x: sheetWidth / 2, y: sheetHeight / 2 }, scale: least }),
    toServers: () => setChosen(undefined),
    toPlaces: (places) => setChosen(viewOf(places, size, nearest)),
  };
}
