/** Fills the servers of the demo and makes a community of them, as its stewards would: by their own operations. See docs/guides/federation.md */

import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { App } from '../app.ts';
import {
  type Addresses,
  type CommunityPlan,
  metadataLines,
  recordLines,
  type SiteName,
  siteNames,
  sites,
} from '../demo/index.ts';
import { harvestService } from '../federation/harvest/index.ts';
import { checkJob } from '../interaction/index.ts';
import { callerAt } from './access/fhir-call.ts';
import type { Environment } from './environment.ts';
import { type Imported, sendLines } from './import.ts';

export interface Loading extends CommunityPlan {
  /** addresses that the metadata name, by server whose records are in */
  loaded: Partial<Record<SiteName, string>>;
}

interface LoadMeans {
  token: string;
  say(text: string): void;
  remember(): Promise<void>;
}

/** Brings in what is not there yet: the records once, the metadata whenever the addresses in them have changed. Says whether there was anything. */
export async function loadRecords(
  memory: Loading,
  at: Addresses,
  { token, say, remember }: LoadMeans,
): Promise<boolean> {
  const places = Object.values(at).join(' ');
  const missing = siteNames.filter((name) => memory.loaded[name] !== places);
  for (const name of missing) {
    const started = performance.now();
    const send = async (lines: Iterable<string>): Promise<Imported> => {
      const imported = await sendLines(at[name], token, Readable.from(chunksOf(lines), { objectMode: false }));
      const [fault] = imported.faults;
      if (fault !== undefined) throw new Error(`${name} refused what the demo made: ${fault}`);
      return imported;
    };
    let { created } = await send(metadataLines(name, memory, at, 'harvested'));
    if (memory.loaded[name] === undefined) created += (await send(recordLines(name, memory))).created;
    memory.loaded[name] = places;
    await remember();
    say(`Loaded ${String(created).padStart(7)} resources in ${secondsSince(started)} s: ${sites[name].organisation}`);
  }
  return missing.length > 0;
}

const secondsSince = (started: number): string => ((performance.now() - started) / 1000).toFixed(1).padStart(5);

/** Many lines in one write: each write costs more than a line. */
function* chunksOf(lines: Iterable<string>): Generator<string> {
  let chunk = '';
  for (const line of lines) {
    chunk += line;
    if (chunk.length < 2 ** 18) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}

/** Repositories publish what they hold, the registry harvests its members, then the discovery server those that it names. */
export async function bringTogether(
  apps: ReadonlyMap<SiteName, App>,
  token: string,
  environment: Environment,
  say: (text: string) => void,
): Promise<void> {
  const started = performance.now();
  const call = (name: SiteName) => callerAt('', apps.get(name)!.base, token, environment);
  const repositories = siteNames.filter((name) => sites[name].style !== undefined);
  const summaries = await Promise.all(
    repositories.map((name) => call(name)('POST', '$content-summary', { resourceType: 'Parameters' })),
  );
  const told = summaries.reduce((sum, { total }) => sum + Number(total), 0);
  const members = (name: SiteName): number => sites[name].describes.length + sites[name].names.length;
  const communities = siteNames.filter((name) => members(name) > 0);
  // What the registry took is what the discovery server takes from it; a check looks for the summaries that came.
  for (const name of ['registry', 'discovery'] as const) await performed(apps.get(name)!, harvestService);
  await Promise.all(communities.map((name) => performed(apps.get(name)!, checkJob)));
  const all = communities.reduce((sum, name) => sum + members(name), 0);
  say(`Published ${told} content summaries; harvested and checked ${all} members in ${secondsSince(started).trim()} s`);
}

/** Has a server do now what it does on its schedule. */
async function performed({ jobs }: App, job: string): Promise<void> {
  const turns = async (): Promise<string> => {
    const state = (await jobs.states()).find(({ name }) => name === job);
    return JSON.stringify([state?.succeeded, state?.failures]);
  };
  const before = await turns();
  await jobs.soon(job);
  while ((await turns()) === before) await sleep(20);
}
