/** Lays the servers out in layers: those that lead to others above those that they lead to. Many alike are drawn as one. */
import type { Role } from '../server/query.ts';
import type { NetworkServer } from './server.ts';

const layers = ['discovery', 'registry', 'repository', 'other'] as const;
export type Layer = (typeof layers)[number];

/** One server, or several of a layer that have their country in common. */
export interface GraphNode {
  readonly key: string;
  readonly layer: Layer;
  readonly servers: readonly NetworkServer[];
  /** of several */
  readonly country?: string;
}

interface GraphEdge {
  readonly from: string;
  readonly to: string;
}

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** More than this of a layer are drawn as groups. */
const mostOfLayer = 24;

const order: readonly Role[] = ['discovery', 'registry', 'repository'];

export const layerOf = ({ roles }: Pick<NetworkServer, 'roles'>): Layer =>
  order.find((role) => roles.includes(role)) ?? 'other';

export function graphOf(servers: readonly NetworkServer[]): Graph {
  const nodes = layers.flatMap((layer) =>
    nodesOf(
      layer,
      servers.filter((one) => layerOf(one) === layer),
    ),
  );
  const nodeOf = new Map(nodes.flatMap(({ key, servers: all }) => all.map(({ base }) => [base, key] as const)));
  const edges = new Map<string, GraphEdge>();
  for (const [leading, led] of linksOf(servers)) {
    const [from, to] = [nodeOf.get(leading), nodeOf.get(led)];
    if (from !== undefined && to !== undefined && from !== to) edges.set(`${from} ${to}`, { from, to });
  }
  return { nodes, edges: [...edges.values()] };
}

function nodesOf(layer: Layer, servers: readonly NetworkServer[]): GraphNode[] {
  const alone = (server: NetworkServer): GraphNode => ({ key: server.base, layer, servers: [server] });
  if (servers.length <= mostOfLayer) return servers.map(alone);
  const groups = new Map<string, NetworkServer[]>();
  for (const server of servers.filter(({ isHome }) => !isHome)) {
    const country = server.country ?? '';
    groups.set(country, [...(groups.get(country) ?? []), server]);
  }
  return [
    ...servers.filter(({ isHome }) => isHome).map(alone),
    ...[...groups]
      .sort(([, x], [, y]) => y.length - x.length)
      .map(([country, all]): GraphNode => ({ key: `${layer} ${country}`, layer, servers: all, country })),
  ];
}

/** Who names whom: the home server all that it knows by itself, others those that it knows from them. */
export function linksOf(servers: readonly NetworkServer[]): [leading: string, led: string][] {
  const known = new Set(servers.map(({ base }) => base));
  const home = servers.find(({ isHome }) => isHome)?.base;
  return servers.flatMap((server): [string, string][] => {
    if (server.isHome) return [];
    const [first] = server.hops;
    const leading = first !== undefined && known.has(first) ? first : home;
    return leading === undefined || leading === server.base ? [] : [[leading, server.base]];
  });
}

export interface Box {
  readonly x: number;
  readonly y: number;
}

export interface Placed {
  readonly boxes: ReadonlyMap<string, Box>;
  /** where each layer begins */
  readonly tops: ReadonlyMap<Layer, number>;
  readonly height: number;
}

export const boxWidth = 196;
export const boxHeight = 104;
const gap = 16;
const betweenLayers = 56;
const titleHeight = 26;

/** Boxes of a layer fill rows of the width that there is, each row in its middle. */
export function place(nodes: readonly GraphNode[], width: number): Placed {
  const columns = Math.max(1, Math.floor((width + gap) / (boxWidth + gap)));
  const boxes = new Map<string, Box>();
  const tops = new Map<Layer, number>();
  let y = 0;
  for (const layer of layers) {
    const own = nodes.filter((node) => node.layer === layer);
    if (own.length === 0) continue;
    if (y > 0) y += betweenLayers - gap;
    tops.set(layer, y);
    y += titleHeight;
    for (let at = 0; at < own.length; at += columns) {
      const row = own.slice(at, at + columns);
      const used = row.length * (boxWidth + gap) - gap;
      for (const [column, node] of row.entries())
        boxes.set(node.key, { x: Math.max(0, (width - used) / 2) + column * (boxWidth + gap), y });
      y += boxHeight + gap;
    }
  }
  return { boxes, tops, height: Math.max(0, y - gap) };
}
