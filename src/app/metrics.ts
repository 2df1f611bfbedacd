/** Metrics and the addresses that say whether the server is well. https://prometheus.io/docs/instrumenting/exposition_formats/ */
import type { FastifyInstance } from 'fastify';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Audit } from '../store/audit.ts';
import type { Jobs } from '../store/jobs.ts';
import type { Store } from '../store/store.ts';

export interface Metrics {
  observe(interaction: string, status: number, milliseconds: number): void;
  text(): Promise<string>;
}

export function createMetrics(audit: Audit, jobs: Jobs): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const labels = ['interaction', 'status'] as const;
  const requests = new Counter({
    name: 'fairway_requests_total',
    help: 'Interactions by status',
    labelNames: labels,
    registers: [registry],
  });
  const seconds = new Histogram({
    name: 'fairway_request_seconds',
    help: 'Time to answer an interaction',
    labelNames: ['interaction'],
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [registry],
  });
  new Gauge({
    name: 'fairway_audit_unflushed',
    help: 'Entries of the audit log that are not written yet',
    registers: [registry],
    collect() {
      this.set(audit.unflushed());
    },
  });
  new Gauge({
    name: 'fairway_job_failures',
    help: 'Failures in a row of what the server does by itself',
    labelNames: ['job'],
    registers: [registry],
    async collect() {
      this.reset();
      // Without a database the other figures are wanted all the more.
      for (const { name, failures } of await jobs.states().catch(() => [])) this.set({ job: name }, failures);
    },
  });
  return {
    observe(interaction, status, milliseconds) {
      requests.inc({ interaction, status });
      seconds.observe({ interaction }, milliseconds / 1000);
    },
    text: () => registry.metrics(),
  };
}

export function registerHealth(http: FastifyInstance, store: Store, metrics: Metrics): void {
  http.get('/health/live', () => ({ status: 'alive' }));
  http.get('/health/ready', async (_, reply) => {
    try {
      await store.ping();
      return { status: 'ready' };
    } catch {
      return reply.status(503).send({ status: 'the database does not answer' });
    }
  });
  http.get('/metrics', async (_, reply) => reply.type('text/plain; version=0.0.4').send(await metrics.text()));
}
