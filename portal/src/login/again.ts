/** Logs in again in a window of its own, so that the page with what was typed stays as it is. https://developer.mozilla.org/docs/Web/API/BroadcastChannel */
import { baseOf } from '../server/address.ts';
import { type EndedLogin, logIn } from '../server/tokens.ts';
import { authorizationAddress, finishLogin, type Returned, takePending } from './authorization.ts';
import { externalWay, ownWay, type Way, waysAt } from './ways.ts';

/** The windows of this portal tell each other answers of authorization servers; only the tab that asked can use one. */
const channelName = 'fairway-login';

type Message = { kind: 'returned'; returned: Returned } | { kind: 'taken'; state: string; isDone: boolean };

/** Opens the login of a server in a new window, where it was before. False where that is not known, so that the login page must help. */
export async function logInAgain({ base, issuer }: EndedLogin): Promise<boolean> {
  const way = await wayBefore(base, issuer).catch(() => undefined);
  if (way === undefined) return false;
  listen();
  // Without an opener: that window begins with nothing of this tab's.
  window.open(await authorizationAddress(baseOf(base), way, ''), '_blank', 'noopener');
  return true;
}

async function wayBefore(base: string, issuer: string | undefined): Promise<Way | undefined> {
  const { own, issuers } = await waysAt(base);
  if (issuer === undefined) return own === undefined ? undefined : ownWay(own);
  const external = issuers.find((one) => one.issuer === issuer);
  return external === undefined ? undefined : externalWay(external);
}

let listening: BroadcastChannel | undefined;

function listen(): void {
  if (listening !== undefined) return;
  const channel = new BroadcastChannel(channelName);
  listening = channel;
  channel.addEventListener('message', ({ data }: MessageEvent<Message>) => {
    if (data.kind !== 'returned') return;
    const pending = takePending(data.returned.state);
    if (pending === undefined) return;
    const taken = (isDone: boolean): void =>
      channel.postMessage({ kind: 'taken', state: pending.state, isDone } satisfies Message);
    finishLogin(data.returned, pending).then(
      (session) => {
        logIn(session);
        taken(true);
      },
      () => taken(false),
    );
  });
}

/** Hands an answer to the tab that waits for it; `undefined` when none does. */
export function handOver(returned: Returned): Promise<boolean | undefined> {
  const channel = new BroadcastChannel(channelName);
  return new Promise((done) => {
    const finish = (isDone: boolean | undefined): void => {
      clearTimeout(timer);
      channel.close();
      done(isDone);
    };
    // Tabs of one browser answer at once; after this, there is none that waits.
    const timer = setTimeout(() => finish(undefined), 5000);
    channel.addEventListener('message', ({ data }: MessageEvent<Message>) => {
      if (data.kind === 'taken' && data.state === returned.state) finish(data.isDone);
    });
    channel.postMessage({ kind: 'returned', returned } satisfies Message);
  });
}
