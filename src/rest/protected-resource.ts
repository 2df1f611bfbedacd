/** Serves the metadata of this server as one that takes tokens. https://www.rfc-editor.org/rfc/rfc9728#section-3.1 */
import type { FastifyInstance } from 'fastify';

const path = '/.well-known/oauth-protected-resource';

/** Below the path stands that of the base, which a proxy may have changed; what was asked for is told by `resource`. */
export function registerProtectedResource(
  app: FastifyInstance,
  metadata: () => Readonly<Record<string, unknown>>,
): void {
  for (const one of [path, `${path}/*`]) {
    app.get(one, (_, reply) =>
      reply
        .headers({ 'content-type': 'application/json', 'cache-control': 'public, max-age=300' })
        .send(JSON.stringify(metadata())),
    );
  }
}
