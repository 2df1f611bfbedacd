/** Finds or unpacks a Chromium and starts it, so that tests meet a real browser on a machine that has none. https://playwright.dev/docs/api/class-browsertype#browser-type-launch */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type BrowserContext, chromium } from 'playwright-core';

export interface StartedBrowser {
  context: BrowserContext;
  /** another one, which shares nothing with the first: cookies, storage, cache */
  newContext(): Promise<BrowserContext>;
  close(): Promise<void>;
}

interface Executable {
  path: string;
  env: Readonly<Record<string, string>>;
}

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A browser with a home folder of its own, which is deleted when it is closed. */
export async function startBrowser(): Promise<StartedBrowser> {
  const { path, env } = await findChromium();
  const home = await mkdtemp(join(tmpdir(), 'fairway-profile-'));
  const browser = await chromium.launch({
    executablePath: path,
    headless: true,
    args: flags,
    env: { ...withoutUndefined(process.env), HOME: home, ...env },
  });
  return {
    context: await browser.newContext(),
    newContext: () => browser.newContext(),
    async close() {
      await browser.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** `CHROMIUM_PATH`, the system's, or the one that comes with npm. */
async function findChromium(): Promise<Executable> {
  const stated = [process.env['CHROMIUM_PATH'], '/usr/bin/chromium'].find(
    (path) => path !== undefined && existsSync(path),
  );
  return stated === undefined ? unpackChromium() : { path: stated, env: {} };
}

/**
 * The package `@sparticuz/chromium` holds a headless Chromium for x64 Linux, and the libraries (NSS, NSPR, Expat) that
 * small machines lack; it unpacks the latter only where it believes to be on AWS Lambda, and always into the folder for
 * temporary files. So it is run once, told so, in a process and a folder of its own.
 */
async function unpackChromium(): Promise<Executable> {
  const described = await readFile(
    join(import.meta.dirname, '../../node_modules/@sparticuz/chromium/package.json'),
    'utf8',
  );
  const { version } = JSON.parse(described) as { version: string };
  const folder = join(tmpdir(), `fairway-chromium-${version}`);
  if (!existsSync(folder)) {
    const fresh = await mkdtemp(join(tmpdir(), 'fairway-unpacking-'));
    const program = `import('@sparticuz/chromium').then(({ default: chromium }) => chromium.executablePath())`;
    await promisify(execFile)(process.execPath, ['--eval', program], {
      cwd: import.meta.dirname,
      env: { ...process.env, TMPDIR: fresh, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' },
    });
    // The package's own list of fonts names folders of AWS; without any font, text has no size and cannot be clicked.
    await writeFile(
      join(fresh, 'fonts.conf'),
      `<fontconfig><dir>${folder}/fonts</dir><cachedir>${folder}/fonts-cache</cachedir></fontconfig>`,
    );
    // Several tests may unpack at once; the first one whole is everyone's.
    await rename(fresh, folder).catch(async (error: unknown) => {
      await rm(fresh, { recursive: true, force: true });
      if (!existsSync(folder)) throw error;
    });
  }
  const path = join(folder, 'chromium');
  return { path, env: { LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'), FONTCONFIG_FILE: join(folder, 'fonts.conf') } };
}

const withoutUndefined = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
