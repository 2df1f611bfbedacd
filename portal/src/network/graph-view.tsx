/** The servers and who names whom, as boxes in layers with lines between them. Each box is a link; what the lines say is said in words as well. */
import { Group, Text, VisuallyHidden } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { Link } from '@tanstack/react-router';
import { type ReactElement, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '../part/format.ts';
import { countryName } from './country.ts';
import { type Box, boxHeight, boxWidth, type GraphNode, graphOf, type Placed, place } from './graph.ts';
import classes from './network.module.css';
import type { Health, NetworkServer } from './server.ts';
import { HealthSign, RoleNames, RoleShape } from './signs.tsx';

export function GraphView({ servers }: { servers: readonly NetworkServer[] }): ReactElement {
  const { t } = useTranslation('network');
  const { ref, width } = useElementSize();
  const graph = useMemo(() => graphOf(servers), [servers]);
  const placed = useMemo(() => place(graph.nodes, Math.max(width, boxWidth)), [graph, width]);
  const names = useMemo(() => new Map(servers.map(({ base, name }) => [base, name])), [servers]);
  return (
    <div ref={ref} className={classes['map']} style={{ height: placed.height }}>
      <svg className={classes['edges']} aria-hidden="true">
        {graph.edges.map(({ from, to }) => {
          const isTold = graph.nodes
            .find(({ key }) => key === to)
            ?.servers.every(({ health }) => health === 'unchecked');
          return <path key={`${from} ${to}`} d={lineOf(from, to, placed)} {...(isTold ? { 'data-told': true } : {})} />;
        })}
      </svg>
      {[...placed.tops].map(([layer, top]) => {
        const nodes = graph.nodes.filter((node) => node.layer === layer);
        const count = nodes.reduce((sum, node) => sum + node.servers.length, 0);
        return (
          <section key={layer} aria-label={t(`layer-${layer}`)}>
            <Text className={classes['layer']} style={{ top }} size="sm" c="dimmed" fw={600}>
              {t(`layer-${layer}`)} ({formatNumber(count)})
            </Text>
            {nodes.map((node) => (
              <Node key={node.key} node={node} box={placed.boxes.get(node.key)!} names={names} />
            ))}
          </section>
        );
      })}
    </div>
  );
}

function lineOf(from: string, to: string, { boxes }: Placed): string {
  const [one, other] = [boxes.get(from)!, boxes.get(to)!];
  const [upper, lower] = one.y <= other.y ? [one, other] : [other, one];
  const middle = (box: Box): number => box.x + boxWidth / 2;
  if (upper.y === lower.y) {
    const y = upper.y + boxHeight;
    return `M${middle(one)} ${y}C${middle(one)} ${y + 24} ${middle(other)} ${y + 24} ${middle(other)} ${y}`;
  }
  const [top, bottom] = [upper.y + boxHeight, lower.y];
  const bend = (bottom - top) / 2;
  return `M${middle(upper)} ${top}C${middle(upper)} ${top + bend} ${middle(lower)} ${bottom - bend} ${middle(lower)} ${bottom}`;
}

function Node({ node, box, names }: { node: GraphNode; box: Box; names: ReadonlyMap<string, string> }): ReactElement {
  const style = { left: box.x, top: box.y, width: boxWidth, height: boxHeight };
  const [first] = node.servers;
  return node.country === undefined && first !== undefined ? (
    <Link
      to="/network"
      search={(before) => ({ ...before, server: first.base })}
      resetScroll={false}
      className={classes['node']}
      style={style}
      data-layer={node.layer}
      data-health={first.health}
      {...(first.isHome ? { 'data-home': true } : {})}
    >
      <SingleServer server={first} layer={node.layer} names={names} />
    </Link>
  ) : (
    <ServerGroup node={node} style={style} />
  );
}

function SingleServer({
  server,
  layer,
  names,
}: {
  server: NetworkServer;
  layer: GraphNode['layer'];
  names: ReadonlyMap<string, string>;
}): ReactElement {
  const { t } = useTranslation('network');
  const [told] = server.hops;
  return (
    <>
      <Group gap={6} wrap="nowrap" align="flex-start">
        <RoleShape layer={layer} />
        <span className={classes['name']} dir="auto">
          {server.name}
        </span>
      </Group>
      <Text component="span" size="xs" c="dimmed" className={classes['one'] ?? ''}>
        {server.isHome ? `${t('this-server')} · ` : ''}
        <RoleNames roles={server.roles} />
        {server.country === undefined ? '' : ` · ${countryName(server.country)}`}
      </Text>
      <HealthSign health={server.health} />
      {told === undefined ? null : (
        <VisuallyHidden>{t('known-from', { name: names.get(told) ?? told })}</VisuallyHidden>
      )}
    </>
  );
}

/** Where it stands leads to the servers in it. */
function ServerGroup({
  node: { servers, country = '', layer },
  style,
}: {
  node: GraphNode;
  style: { left: number; top: number; width: number; height: number };
}): ReactElement {
  const { t } = useTranslation('network');
  const worst = (['failing', 'problem', 'waiting', 'off', 'unchecked'] as const).map((health): [Health, number] => [
    health,
    servers.filter((one) => one.health === health).length,
  ]);
  const [health, count] = worst.find(([, number]) => number > 0) ?? (['well', servers.length] as const);
  return (
    <Link
      to="/network"
      search={(before) => ({
        ...before,
        country: country === '' ? 'unknown' : country,
        ...(layer === 'other' ? {} : { role: layer }),
        page: undefined,
      })}
      hash="table"
      className={classes['node']}
      style={style}
      data-layer={layer}
      data-health={health}
    >
      <Group gap={6} wrap="nowrap">
        <RoleShape layer={layer} />
        <span className={classes['name']} dir="auto">
          {country === '' ? t('country-unknown') : countryName(country)}
        </span>
      </Group>
      <Text component="span" size="xs" c="dimmed">
        {t('servers', { count: servers.length, shown: formatNumber(servers.length) })}
      </Text>
      <Group gap={4} wrap="nowrap">
        <Text component="span" size="xs">
          {formatNumber(count)} ×
        </Text>
        <HealthSign health={health} />
      </Group>
    </Link>
  );
}
