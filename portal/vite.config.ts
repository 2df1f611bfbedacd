/** Builds the portal into build/portal, and serves it while it is worked on beside a server at port 8080. https://vite.dev/config/ */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const server = process.env['FAIRWAY_SERVER'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  html: { cspNonce: '__NONCE__' },
  build: {
    outDir: '../build/portal',
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
