/** Before the tests of the portal: it is built, and a demo community is started for all of a project to visit. See README.md */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { type AccountName, type PersonName, type SiteName, siteNames } from '../../src/demo/index.ts';
import { main, newFolder, removeFolder } from '../process.ts';

export interface PortalWorld {
  /** FHIR bases of the servers of the demo */
  bases: Record<SiteName, string>;
  /** bearer tokens of the people of the demo, the same on all its servers */
  tokens: Record<PersonName, string>;
  /** of the accounts of these people, the same on all its servers */
  passwords: Record<AccountName, string>;
  /** where the demo keeps what it remembers */
  folder: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    portal: PortalWorld;
  }
}

const root = join(import.meta.dirname, '../..');

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  build();
  const folder = newFolder();
  const child = spawn(process.execPath, [main, 'demo', '--port', '0', '--data', folder], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  let said = '';
  let shown = '';
  child.stdout.on('data', (chunk) => (shown += chunk));
  await new Promise<void>((ready, fail) => {
    child.stderr.on('data', (chunk) => {
      said += chunk;
      if (said.includes('Serving until')) ready();
    });
    void exited.then(() => fail(new Error(said)));
  });
  project.provide('portal', {
    bases: basesIn(shown),
    tokens: JSON.parse(readFileSync(join(folder, 'demo-tokens.json'), 'utf8')) as PortalWorld['tokens'],
    passwords: JSON.parse(readFileSync(join(folder, 'demo-passwords.json'), 'utf8')) as PortalWorld['passwords'],
    folder,
  });
  return async () => {
    child.kill('SIGTERM');
    await exited;
    await removeFolder(folder);
  };
}

/** Once for all projects of a run: a second time would take the files from under the servers of the first. */
function build(): void {
  if (process.env['FAIRWAY_PORTAL_BUILT'] === String(process.pid)) return;
  execFileSync(
    process.execPath,
    [join(root, 'node_modules/vite/bin/vite.js'), 'build', 'portal', '--logLevel', 'warn'],
    {
      cwd: root,
      stdio: 'inherit',
      // Tests set another one, with which React would be built for development.
      env: { ...process.env, NODE_ENV: 'production' },
    },
  );
  process.env['FAIRWAY_PORTAL_BUILT'] = String(process.pid);
}

/** The demo shows its servers in a table, in their order. */
function basesIn(shown: string): PortalWorld['bases'] {
  const table = shown.slice(shown.indexOf('ADDRESS '));
  const found = [...table.matchAll(/^ *(http:\S+\/fhir) /gm)].map(([, base]) => base!);
  return Object.fromEntries(siteNames.map((name, at) => [name, found[at]])) as PortalWorld['bases'];
}
