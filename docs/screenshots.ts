/** `npm run docs:screenshots`: pictures of the portal for the README, of a demo community that is started for it. See docs/reference/portal.md */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBrowser } from '../test/browser/chromium.ts';

const root = join(import.meta.dirname, '..');
const images = join(import.meta.dirname, 'images');
const question = {
  patients: {
    all: [
      { age: { from: 65 } },
      { medication: { code: 'http://www.whocc.no/atc|C07', below: true } },
      { medication: { code: 'http://www.whocc.no/atc|C08DA01' } },
    ],
  },
};

/** What is shown, a selector of what must be there before the picture is taken, and the height of the window. */
const pictures = [
  {
    name: 'ask',
    path: `/ask?q=${encodeURIComponent(JSON.stringify(question))}&run=now`,
    until: 'article',
    height: 1500,
  },
  { name: 'catalogue', path: '/catalogue', until: 'article', height: 1150 },
  { name: 'network', path: '/network', until: 'main svg', height: 1150 },
] as const;

const folder = mkdtempSync(join(tmpdir(), 'fairway-screenshots-'));
chmodSync(folder, 0o755);
const demo = spawn(process.execPath, [join(root, 'src/main.ts'), 'demo', '--port', '0', '--data', folder], {
  stdio: ['ignore', 'pipe', 'pipe'],
});
const exited = once(demo, 'exit');
try {
  let shown = '';
  demo.stdout.on('data', (chunk) => (shown += chunk));
  await new Promise<void>((ready, fail) => {
    demo.stderr.on('data', (chunk) => String(chunk).includes('Serving until') && ready());
    void exited.then(() => fail(new Error(shown)));
  });
  const table = shown.slice(shown.indexOf('ADDRESS '));
  const origin = new URL(/http:\S+\/fhir/.exec(table)![0]).origin;
  mkdirSync(images, { recursive: true });
  const browser = await startBrowser();
  for (const { name, path, until, height } of pictures) {
    const page = await browser.context.newPage();
    await page.setViewportSize({ width: 1280, height });
    await page.goto(origin + path);
    await page.locator(until).first().waitFor();
    await page.waitForLoadState('networkidle');
    await page.screenshot({ path: join(images, `${name}.png`) });
    await page.close();
  }
  await browser.close();
} finally {
  demo.kill('SIGTERM');
  await exited;
  rmSync(folder, { recursive: true, force: true });
}
