/** Builds the portal into build/portal, and serves it while it is worked on beside a server at port 8080. https://vite.dev/config/ */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const server = process.env['FAIRWAY_SERVER'] ?? 'http://127.0.0.1:8080';

const outDir = join(import.meta.dirname, '../build/portal');

/** Compressed once and as well as can be, instead of at each visit. */
const compressed: Plugin = {
  name: 'compressed',
  apply: 'build',
  closeBundle() {
    const assets = join(outDir, 'assets');
    for (const name of readdirSync(assets)) {
      if (/\.(?:js|css)$/.test(name))
        writeFileSync(join(assets, `${name}.br`), brotliCompressSync(readFileSync(join(assets, name))));
    }
  },
};

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), compressed],
  html: { cspNonce: '__NONCE__' },
  build: {
    outDir,
    emptyOutDir: true,
    // The policy of the pages lets nothing in by data: URLs.
    assetsInlineLimit: 0,
    target: 'es2023',
    reportCompressedSize: false,
    chunkSizeWarningLimit: 900,
  },
  server: {
    proxy: Object.fromEntries(['/fhir', '/auth', '/.well-known', '/health'].map((path) => [path, server])),
  },
});
