/** How many servers a country has and how they are: a number, a sign for the worst, and all of it in words. */
import { Tooltip, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatList, formatNumber } from '../../part/format.ts';
import { countryName } from '../country.ts';
import { healthChoices, worstHealth } from '../filter.ts';
import type { NetworkServer } from '../server.ts';
import { HealthMark } from '../signs.tsx';
import type { MapSymbol } from './symbols.ts';
import classes from './world.module.css';

/** Within the landmark that it belongs to, and not cut off by the frame. */
const tooltip = {
  multiline: true,
  maw: 320,
  events: { hover: true, focus: true, touch: false },
  portalProps: { target: 'main' },
};

export function CountrySymbol({
  symbol,
  chosen,
  onOpen,
}: {
  symbol: MapSymbol;
  chosen: string;
  onOpen: () => void;
}): ReactElement {
  const { t } = useTranslation('network');
  const [{ code, servers }] = symbol;
  const all = symbol.flatMap((one) => one.servers);
  const words = useWords(symbol, all);
  if (symbol.length > 1) {
    return (
      <Tooltip label={words} {...tooltip}>
        <UnstyledButton className={classes['symbol']} data-several onClick={onOpen}>
          <Shown servers={all} />
          <VisuallyHidden>{words}</VisuallyHidden>
        </UnstyledButton>
      </Tooltip>
    );
  }
  const isChosen = code === chosen;
  return (
    <Tooltip label={words} {...tooltip}>
      <Link
        to="/network"
        search={(before) => ({ ...before, country: isChosen ? undefined : code, page: undefined })}
        replace
        resetScroll={false}
        className={classes['symbol']}
        data-country={code}
        {...(isChosen ? { 'data-chosen': true } : {})}
      >
        <Shown servers={servers} />
        <VisuallyHidden>{isChosen ? `${words}. ${t('is-chosen')}` : words}</VisuallyHidden>
      </Link>
    </Tooltip>
  );
}

function Shown({ servers }: { servers: readonly NetworkServer[] }): ReactElement {
  return (
    <span aria-hidden="true" className={classes['shown']}>
      {formatNumber(servers.length)}
      <HealthMark health={worstHealth(servers)} />
    </span>
  );
}

const mostNamed = 6;

function useWords(symbol: MapSymbol, servers: readonly NetworkServer[]): string {
  const { t } = useTranslation('network');
  const named = symbol.slice(0, mostNamed).map(({ code }) => countryName(code));
  const rest = symbol.length - named.length;
  const places = formatList([
    ...named,
    ...(rest > 0 ? [t('more-countries', { count: rest, shown: formatNumber(rest) })] : []),
  ]);
  const healths = healthChoices(servers).map(([health, count]) => `${formatNumber(count)} × ${t(`health-${health}`)}`);
  return t(symbol.length > 1 ? 'symbol-several' : 'symbol', {
    places,
    servers: t('servers', { count: servers.length, shown: formatNumber(servers.length) }),
    healths: formatList(healths),
  });
}
