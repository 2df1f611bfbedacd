/** The community of a registry or discovery server: who asks to join is looked at, and who belongs to it is asked again and again. See docs/adr/0025-discovery.md */
import { lookup } from 'node:dns';
import { FhirError } from '../../fhir/outcome.ts';
import { type Admission, type Community, checkJob, type Server } from '../../interaction/index.ts';
import type { Jobs } from '../../store/jobs.ts';
import { answersOf, forgetAnswers } from '../../store/member-answer.ts';
import type { Store } from '../../store/store.ts';
import { publicOnly } from '../outbound.ts';
import { certificateEnd } from './certificate.ts';
import { type CheckMeans, checkMembers } from './check.ts';
import { lookAt } from './look.ts';

export interface CommunityMeans {
  store: Store;
  /** asks other servers, as the operator permits */
  fetch: typeof fetch;
  /** whether these may be on this machine or in a private network */
  allowPrivate: boolean;
  now(): number;
  admission: Admission;
}

/** Looks for strangers: in an hour, at all servers together and at one host. They make this server ask others, so they must be few. */
const window = 3_600_000;
const mostLooks = 60;
const mostOfHost = 6;
/** Milliseconds for which answers are kept. */
const kept = 90 * 24 * 3_600_000;

export function createCommunity({ store, fetch, now, admission }: CommunityMeans): Community {
  let looks: { at: number; host: string }[] = [];
  return {
    admission,
    async look(address, { isTrusted }) {
      const { host } = new URL(address);
      looks = looks.filter(({ at }) => now() - at < window);
      const ofHost = looks.filter((one) => one.host === host).length;
      if (!isTrusted && (looks.length >= mostLooks || ofHost >= mostOfHost)) {
        throw new FhirError('throttled', 'too many servers have asked to join within an hour; try again later');
      }
      if (!isTrusted) looks.push({ at: now(), host });
      return lookAt(address, { fetch, now });
    },
    answers: (endpoints, most) => answersOf(store.sql, endpoints, most),
  };
}

/** From now on all members are checked every so many seconds, by whichever process is free. */
export async function scheduleChecks(
  { store, fetch, allowPrivate, now }: CommunityMeans,
  jobs: Jobs,
  { seconds, server, log }: { seconds: number; server(): Server; log: CheckMeans['log'] },
): Promise<void> {
  const means: CheckMeans = {
    store,
    server,
    look: (address, signal) => lookAt(address, { fetch, now, signal }),
    certificateEnd: (address) => certificateEnd(address, allowPrivate ? lookup : publicOnly(lookup)),
    log,
    random: Math.random,
  };
  await jobs.every(checkJob, seconds, async (signal) => {
    await checkMembers(means, signal);
    await forgetAnswers(store.sql, now() - kept);
  });
}
