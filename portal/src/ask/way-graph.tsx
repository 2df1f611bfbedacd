/** The way as a drawing: columns from discovery to data sets, lines between who named and who was named. It fills while the walk goes on. https://www.w3.org/TR/SVG2/ */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { countText } from '../part/count-text.tsx';
import { formatNumber } from '../part/format.ts';
import { Scrolled } from '../part/scrolled.tsx';
import classes from './ask.module.css';
import { type Placed, placed, stages, type Way, type WayNode } from './way.ts';

const rows = 9;
const size = { column: 256, row: 58, box: 214, height: 44, head: 34, edge: 10 } as const;

/** Centre lines of boxes. */
const left = ({ stage }: Placed): number => size.edge + stages.indexOf(stage) * size.column;
const top = ({ row }: Placed): number => size.head + row * size.row;
const middle = (place: Placed): number => top(place) + size.height / 2;

export function WayGraph({
  way,
  isRunning,
  isCounted,
}: {
  way: Way;
  isRunning: boolean;
  isCounted: boolean;
}): ReactElement {
  const { t } = useTranslation('ask');
  const places = placed(way, rows);
  const width = size.edge * 2 + size.column * (stages.length - 1) + size.box;
  const height = size.head + size.row * Math.max(1, ...places.map(({ row }) => row + 1));
  const label = stages.map((stage) => `${t(`stage.${stage}`)}: ${formatNumber(way.columns[stage].length)}`).join(', ');
  return (
    <Scrolled label={t('way.graph-region')}>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        className={classes['graph']}
        role="img"
        aria-label={t('way.graph-label', { columns: label })}
      >
        {stages.map((stage, at) => (
          <text key={stage} x={size.edge + at * size.column} y={20} className={classes['stage']}>
            {t(`stage.${stage}`)}
          </text>
        ))}
        <Edges way={way} places={places} />
        {places.map((place) => (
          <Box key={`${place.stage} ${place.row}`} place={place} isRunning={isRunning} isCounted={isCounted} />
        ))}
      </svg>
    </Scrolled>
  );
}

/** Lines to what has no place of its own lead to the place that counts the others. */
function Edges({ way, places }: { way: Way; places: readonly Placed[] }): ReactElement {
  const byKey = new Map(
    places.flatMap((place) => (place.node === undefined ? [] : [[place.node.key, place] as const])),
  );
  const others = new Map(
    places.filter(({ more }) => more !== undefined).map((place) => [place.stage as string, place]),
  );
  const placeOf = (key: string): Placed | undefined => byKey.get(key) ?? others.get(key.slice(0, key.indexOf(' ')));
  const lines = new Map<string, string>();
  for (const { from, to } of way.edges) {
    const [one, two] = [placeOf(from), placeOf(to)];
    if (one === undefined || two === undefined) continue;
    const [x1, x2] = [left(one) + size.box, left(two)];
    const [y1, y2] = [middle(one), middle(two)];
    const bend = (x1 + x2) / 2;
    lines.set(`${x1} ${y1} ${x2} ${y2}`, `M${x1} ${y1}C${bend} ${y1} ${bend} ${y2} ${x2} ${y2}`);
  }
  return (
    <>
      {[...lines].map(([key, path]) => (
        <path key={key} d={path} className={classes['edge']} />
      ))}
    </>
  );
}

/** Signs, so that no state is told by colour alone. */
const signs = { named: '…', answered: '✓', partial: '◐', failed: '✕' } as const;

function Box({ place, isRunning, isCounted }: { place: Placed; isRunning: boolean; isCounted: boolean }): ReactElement {
  const { t } = useTranslation('ask');
  const { t: part } = useTranslation('part');
  const { node, more } = place;
  const x = left(place);
  const y = top(place);
  const title = node === undefined ? t('way.more', { count: more ?? 0, shown: formatNumber(more ?? 0) }) : node.title;
  const below = node === undefined ? '' : belowText(node);
  return (
    <g className={classes['box']} data-state={node === undefined ? 'more' : lookOf(node)}>
      <title>{title.slice(0, 300)}</title>
      <rect x={x} y={y} width={size.box} height={size.height} rx={8} />
      <text x={x + 10} y={below === '' ? y + 27 : y + 18} className={classes['name']}>
        {shortened(title, 28)}
      </text>
      {below === '' ? null : (
        <text x={x + 10} y={y + 35} className={classes['below']}>
          {shortened(below, 34)}
        </text>
      )}
    </g>
  );

  function belowText({ dataset, state = 'named', server }: WayNode): string {
    if (dataset !== undefined) return isCounted ? countText(dataset.answer, part) : '';
    if (state === 'named') return isRunning ? `${signs.named} ${t('state.named')}` : `– ${t('state.not-asked')}`;
    return `${signs[state]} ${t(`state.${state}`)}, ${t('way.ms', { ms: formatNumber(server?.slowest ?? 0) })}`;
  }
}

function lookOf({ dataset, state }: WayNode): string {
  if (dataset === undefined) return state ?? 'named';
  const { state: told, patients = 0 } = dataset.answer;
  if (told === 'counted') return patients > 0 ? 'found' : 'none';
  return told === 'exists' ? 'found' : told === 'unavailable' ? 'failed' : 'none';
}

const shortened = (text: string, most: number): string => (text.length <= most ? text : `${text.slice(0, most - 1)}…`);
