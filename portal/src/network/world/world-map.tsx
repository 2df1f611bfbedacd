/** The servers on a map of the world, by the country of the organisation that runs them. Each country with servers is a link, what the symbols say is said in words. See docs/reference/portal.md */
import { Button, Group, Text } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { type ReactElement, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { NetworkServer } from '../server.ts';
import { outlines } from './countries.ts';
import { CountrySymbol } from './country-symbol.tsx';
import { Elsewhere } from './elsewhere.tsx';
import { sheetHeight, sheetWidth } from './projection.ts';
import { linesOf, type MapSymbol, pathOf, placed, symbolsOf } from './symbols.ts';
import { useView, type Zoom } from './view.ts';
import classes from './world.module.css';

export function WorldMap({
  servers,
  chosen,
}: {
  servers: readonly NetworkServer[];
  /** code of the country that the table is narrowed to */
  chosen: string;
}): ReactElement {
  const { t } = useTranslation('network');
  const { ref, width } = useElementSize();
  const { countries, elsewhere } = useMemo(() => placed(servers), [servers]);
  // Before it is measured, and while it is hidden, it is as wide as a phone: what was chosen stays.
  const shown = width === 0 ? 320 : width;
  const height = Math.round(Math.min(560, Math.max(300, shown * 0.5)));
  return (
    <div ref={ref}>
      {countries.length === 0 ? (
        <Text>{t('none-on-map')}</Text>
      ) : (
        <Sheet {...{ servers, countries, chosen }} size={{ width: shown, height }} />
      )}
      <Elsewhere groups={elsewhere} />
    </div>
  );
}

interface SheetProps {
  readonly servers: readonly NetworkServer[];
  readonly countries: ReturnType<typeof placed>['countries'];
  readonly chosen: string;
  readonly size: { readonly width: number; readonly height: number };
}

function Sheet({ servers, countries, chosen, size }: SheetProps): ReactElement {
  const { t } = useTranslation('network');
  const frame = useRef<HTMLElement>(null);
  const places = useMemo(() => countries.map(({ at }) => at), [countries]);
  const zoom = useView(frame, size, places);
  const { scale } = zoom;
  const symbols = useMemo(() => symbolsOf(countries, scale), [countries, scale]);
  const [opened, setOpened] = useState<string>();
  // What several countries shared is gone when they part: the focus goes to the largest of them.
  useLayoutEffect(() => {
    if (opened === undefined) return;
    frame.current?.querySelector<HTMLElement>(`[data-country="${opened}"]`)?.focus({ preventScroll: true });
    setOpened(undefined);
  }, [opened]);
  const open = (symbol: MapSymbol): void => {
    zoom.toPlaces(symbol.map(({ at }) => at));
    setOpened(symbol[0].code);
  };
  const sheet = { width: sheetWidth * scale, height: sheetHeight * scale };
  return (
    <>
      <ZoomButtons zoom={zoom} />
      <section
        ref={frame}
        className={classes['frame']}
        style={{ height: size.height }}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: without it the keyboard could not scroll
        tabIndex={0}
        aria-label={t('world')}
      >
        <div className={classes['sheet']} style={sheet}>
          <Land countries={countries} chosen={chosen}>
            {linesOf(servers, symbols).map((line) => {
              const path = pathOf(line);
              return (
                <path key={path} d={path} className={classes['line']} strokeWidth={1 + Math.log2(line.count) / 2} />
              );
            })}
          </Land>
          <ul className={classes['symbols']}>
            {symbols.map((symbol) => (
              <li
                key={symbol[0].code}
                className={classes['place']}
                style={{ left: symbol[0].at.x * scale, top: symbol[0].at.y * scale }}
              >
                <CountrySymbol symbol={symbol} chosen={chosen} onOpen={() => open(symbol)} />
              </li>
            ))}
          </ul>
        </div>
      </section>
    </>
  );
}

function Land({
  countries,
  chosen,
  children,
}: Pick<SheetProps, 'countries' | 'chosen'> & { children: ReactElement[] }): ReactElement {
  const held = useMemo(() => new Set(countries.map(({ code }) => code)), [countries]);
  return (
    <svg className={classes['land']} viewBox={`0 0 ${sheetWidth} ${sheetHeight}`} aria-hidden="true">
      {outlines.map(({ code, path }) => (
        <path
          key={path}
          d={path}
          {...(held.has(code) ? { 'data-held': true } : {})}
          {...(code === chosen && code !== '' ? { 'data-chosen': true } : {})}
        />
      ))}
      {children}
    </svg>
  );
}

function ZoomButtons({ zoom }: { zoom: Zoom }): ReactElement {
  const { t } = useTranslation('network');
  const { nearer, farther } = zoom;
  return (
    <Group gap="xs" mb="xs" role="group" aria-label={t('zoom')}>
      <Button size="xs" variant="default" aria-label={t('nearer')} {...doing(nearer)}>
        +
      </Button>
      <Button size="xs" variant="default" aria-label={t('farther')} {...doing(farther)}>
        −
      </Button>
      <Button size="xs" variant="default" onClick={zoom.toServers}>
        {t('to-servers')}
      </Button>
      <Button size="xs" variant="default" onClick={zoom.whole}>
        {t('whole-world')}
      </Button>
    </Group>
  );
}

/** A button that can do nothing now keeps the focus. */
const doing = (act: (() => void) | undefined) =>
  act === undefined ? { 'aria-disabled': true, 'data-disabled': true } : { onClick: act };
