/** The way that an answer took, as a graph: discovery, registries, repositories, data sets, each in its column. See docs/adr/0020-the-walk.md */
import type { AnsweredDataset } from '../../../src/federation/client/index.ts';
import { type Run, type RunServer, type ServerState, serverState } from './run.ts';

export const stages = ['discovery', 'registry', 'repository', 'data-set'] as const;
type Stage = (typeof stages)[number];

export interface WayNode {
  readonly key: string;
  readonly stage: Stage;
  readonly title: string;
  /** of a server */
  readonly server?: RunServer;
  readonly state?: ServerState;
  /** of a data set */
  readonly dataset?: AnsweredDataset;
}

interface WayEdge {
  readonly from: string;
  readonly to: string;
}

export interface Way {
  readonly columns: Readonly<Record<Stage, readonly WayNode[]>>;
  readonly edges: readonly WayEdge[];
}

const keyOf = (stage: Stage, base: string): string => `${stage} ${base}`;

/** A server stands in each column whose part it plays. */
export function wayOf(run: Run): Way {
  const columns: Record<Stage, WayNode[]> = { discovery: [], registry: [], repository: [], 'data-set': [] };
  const known = new Set<string>();
  const edges = new Map<string, WayEdge>();
  const place = (stage: Stage, server: RunServer): string => {
    const key = keyOf(stage, server.base);
    if (!known.has(key)) {
      known.add(key);
      columns[stage].push({ key, stage, title: server.name ?? server.base, server, state: serverState(server) });
    }
    return key;
  };
  const lead = (from: string | undefined, to: string): void => {
    if (from !== undefined && from !== to) edges.set(`${from} ${to}`, { from, to });
  };
  for (const server of run.servers.values()) for (const stage of stagesOf(server)) place(stage, server);
  for (const server of run.servers.values()) {
    for (const by of server.namedBy) {
      for (const stage of stagesOf(server))
        if (stage !== 'discovery') lead(keyOf('discovery', by), keyOf(stage, server.base));
    }
  }
  for (const dataset of run.datasets.values()) {
    const { registry, repository, identifier, title } = dataset;
    const told = registry === undefined ? undefined : tellerOf(run, registry);
    const held = repository === undefined ? undefined : place('repository', serverOf(run, repository));
    const key = keyOf('data-set', identifier);
    columns['data-set'].push({ key, stage: 'data-set', title, dataset });
    if (held !== undefined && told !== undefined && registry !== repository) lead(place(...told), held);
    lead(held ?? (told === undefined ? undefined : place(...told)), key);
  }
  return {
    columns,
    edges: [...edges.values()].filter(
      ({ from, to }) => known.has(from) && (known.has(to) || to.startsWith('data-set ')),
    ),
  };
}

const serverOf = ({ servers }: Run, base: string): RunServer =>
  servers.get(base) ?? { base, roles: [], namedBy: [], requests: 0, failed: 0, slowest: 0, problems: [] };

/** Who told of a data set: a registry, or a discovery server that holds records itself. */
function tellerOf(run: Run, base: string): [Stage, RunServer] {
  const server = serverOf(run, base);
  const isDiscovery = server.roles.includes('discovery') && !server.roles.includes('metadata-registry');
  return [isDiscovery ? 'discovery' : 'registry', server];
}

function stagesOf({ roles, problems }: RunServer): Stage[] {
  const stages: Stage[] = [
    ...(roles.includes('discovery') ? ['discovery' as const] : []),
    ...(roles.includes('metadata-registry') ? ['registry' as const] : []),
    ...(roles.includes('repository') ? ['repository' as const] : []),
  ];
  // One that gave nothing is shown where it was looked for.
  return stages.length > 0 || problems.length === 0 ? stages : ['repository'];
}

export interface Placed {
  readonly node?: WayNode;
  /** of nodes that have no place of their own */
  readonly more?: number;
  readonly stage: Stage;
  readonly row: number;
}

/** At most `rows` in each column: those with trouble first, since they are what one looks for; the last place counts the others. */
export function placed({ columns }: Way, rows: number): Placed[] {
  return stages.flatMap((stage) => {
    const all = columns[stage];
    if (all.length <= rows) return all.map((node, row) => ({ node, stage, row }));
    const shown = [...all].sort((one, two) => weight(one) - weight(two)).slice(0, rows - 1);
    return [
      ...shown.map((node, row) => ({ node, stage, row })),
      { more: all.length - shown.length, stage, row: rows - 1 },
    ];
  });
}

const weight = ({ state, dataset }: WayNode): number => {
  if (state === 'failed' || dataset?.answer.state === 'unavailable') return 0;
  if (state === 'partial') return 1;
  return dataset?.answer.state === 'counted' && dataset.answer.patients === 0 ? 3 : 2;
};
