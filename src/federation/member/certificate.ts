/** When the certificate of a server ends. https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5 */
import type { LookupFunction } from 'node:net';
import { connect } from 'node:tls';

const patience = 10_000;

/**
 * Milliseconds since 1970; undefined for what is not https or shows no certificate. Only looks: nothing is sent, so the
 * certificate need not be accepted. Only for an address that may be asked.
 */
export function certificateEnd(address: string, lookup: LookupFunction): Promise<number | undefined> {
  const { protocol, hostname, port } = new URL(address);
  if (protocol !== 'https:') return Promise.resolve(undefined);
  const host = hostname.replace(/^\[|\]$/g, '');
  return new Promise((done) => {
    const socket = connect({
      host,
      port: port === '' ? 443 : Number(port),
      rejectUnauthorized: false,
      ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }),
      lookup,
      timeout: patience,
    });
    const finish = (end: number | undefined): void => {
      socket.destroy();
      done(end);
    };
    socket.once('secureConnect', () => {
      const end = Date.parse(socket.getPeerCertificate().valid_to ?? '');
      finish(Number.isNaN(end) ? undefined : end);
    });
    socket.once('error', () => finish(undefined));
    socket.once('timeout', () => finish(undefined));
  });
}
