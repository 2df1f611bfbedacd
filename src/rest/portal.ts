/** Serves the web portal: its pages with a strict policy, and what they load. https://www.w3.org/TR/CSP3/ See docs/adr/0027-portal.md */
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { html } from './markup.ts';

/** What one page of the portal says before any script runs. */
interface PortalPage {
  status?: number;
  /** HTML between `<head>` and `</head>`, with the title */
  head?: string;
  /** HTML that stands in the page until scripts take it over */
  content?: string;
  headers?: Readonly<Record<string, string>>;
}

export interface Portal {
  send(reply: FastifyReply, page?: PortalPage): FastifyReply;
}

/** The built portal, beside the sources and in the package. */
export const portalFolder: string = join(import.meta.dirname, '../../build/portal');

/** Pages whose content comes with scripts; the router of the portal knows the same. */
const paths = ['/', '/ask', '/catalogue', '/access', '/network', '/explore', '/explore/*', '/desk', '/login'];

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
  '.png': 'image/png',
};

const sniffing = { 'x-content-type-options': 'nosniff' };

/** The portal in `folder`, or undefined where it was not built. `base` is known once the server listens. */
export function registerPortal(app: FastifyInstance, folder: string, base: () => string): Portal | undefined {
  const index = join(folder, 'index.html');
  if (!existsSync(index)) return undefined;
  const template = readFileSync(index, 'utf8');
  const portal: Portal = {
    send(reply, { status = 200, head, content, headers = {} } = {}) {
      const nonce = randomBytes(18).toString('base64');
      const named = head === undefined ? template : between(template, 'head', head);
      const filled = content === undefined ? named : between(named, 'content', content);
      return reply
        .status(status)
        .headers({ ...pageHeaders(nonce), ...headers })
        .send(filled.replaceAll('__NONCE__', nonce).replace('__BASE__', () => html`${base()}`.markup));
    },
  };
  for (const path of paths) app.get(path, (_, reply) => portal.send(reply));
  for (const path of filesIn(folder)) registerFile(app, folder, path);
  return portal;
}

function registerFile(app: FastifyInstance, folder: string, path: string): void {
  const bytes = readFileSync(join(folder, path));
  const smaller = existsSync(join(folder, `${path}.br`)) ? readFileSync(join(folder, `${path}.br`)) : undefined;
  const headers = {
    'content-type': types[extname(path)] ?? 'application/octet-stream',
    // The names in assets hold a digest of the content.
    'cache-control': path.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'public, max-age=3600',
    vary: 'accept-encoding',
    ...sniffing,
  };
  app.get(`/${path}`, (request, reply) => {
    reply.headers(headers);
    const takesIt = /\bbr\b/.test(String(request.headers['accept-encoding']));
    return smaller !== undefined && takesIt ? reply.header('content-encoding', 'br').send(smaller) : reply.send(bytes);
  });
}

function between(template: string, mark: string, text: string): string {
  const from = template.indexOf(`<!--${mark}-->`);
  const to = template.indexOf(`<!--/${mark}-->`);
  return template.slice(0, from) + text + template.slice(to);
}

/** The portal asks any FHIR server that a walk leads to, and nobody else: all that a page is made of comes from here. */
function pageHeaders(nonce: string): Record<string, string> {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self' http: https:",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ];
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy.join('; '),
    'cache-control': 'no-cache',
    // Addresses of the portal hold questions.
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
    'x-frame-options': 'DENY',
    ...sniffing,
  };
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'index.html' && !entry.name.endsWith('.br'))
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    );
}
