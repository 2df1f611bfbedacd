/** A download as the page sees it: before, while it runs, what it asks meanwhile, and what came of it. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { type Asked, type Dataset, plainFileName } from '../../../src/federation/client/index.ts';
import { saveFile } from '../part/save.ts';
import { tokensByBase } from '../server/tokens.ts';
import type { Written } from './files.ts';
import { archivePlace, folderPlace, type Place } from './place.ts';
import { Declined, type Downloaded, download, type Obligations } from './run.ts';

type Phase =
  | { readonly kind: 'before'; readonly fault?: string }
  | { readonly kind: 'running'; readonly written: Written }
  | {
      readonly kind: 'asking';
      readonly written: Written;
      readonly obligations: Obligations;
      agree(): void;
      decline(): void;
    }
  | { readonly kind: 'over'; readonly downloaded: Downloaded };

interface Wanted {
  readonly dataset: Dataset;
  readonly where: 'archive' | 'folder';
  readonly asked: Asked;
  /** obligations that the reader has agreed to, beside those of the record */
  readonly agreed: readonly string[];
}

export interface Downloading {
  readonly phase: Phase;
  start(wanted: Wanted): void;
  /** what came until then stays, as a part */
  stop(): void;
  reset(): void;
}

export function useDownload(): Downloading {
  const [phase, setPhase] = useState<Phase>({ kind: 'before' });
  const ending = useRef<AbortController>(undefined);
  useEffect(() => () => ending.current?.abort(), []);

  const start = useCallback((wanted: Wanted) => {
    const end = new AbortController();
    ending.current?.abort();
    ending.current = end;
    const show = (next: Phase): void => {
      if (ending.current === end) setPhase(next);
    };
    void goThrough({ ...wanted, signal: end.signal, show });
  }, []);
  const stop = useCallback(() => ending.current?.abort(), []);
  const reset = useCallback(() => {
    ending.current?.abort();
    ending.current = undefined;
    setPhase({ kind: 'before' });
  }, []);
  return { phase, start, stop, reset };
}

interface Going extends Wanted {
  signal: AbortSignal;
  show(phase: Phase): void;
}

async function goThrough({ where, signal, show, ...wanted }: Going): Promise<void> {
  let written: Written = { records: 0, bytes: 0 };
  const onObligations = (obligations: Obligations): Promise<void> =>
    new Promise((agree, refuse) => {
      const goOn = (): void => {
        show({ kind: 'running', written });
        agree();
      };
      const decline = (): void => refuse(new Declined());
      signal.addEventListener('abort', decline, { once: true });
      show({ kind: 'asking', written, obligations, agree: goOn, decline });
    });
  try {
    const { dataset } = wanted;
    const place = await placeFor(where, plainFileName(dataset.metadata?.split('/').at(-1) ?? dataset.identifier));
    if (place === undefined) return;
    show({ kind: 'running', written });
    const onProgress = (now: Written): void => {
      written = now;
      show({ kind: 'running', written });
    };
    const downloaded = await download({ ...wanted, place, tokens: tokensByBase(), signal, onProgress, onObligations });
    show({ kind: 'over', downloaded });
  } catch (error) {
    show({ kind: 'before', fault: error instanceof Error ? error.message : String(error) });
  }
}

/** Undefined where the reader chooses no folder. */
async function placeFor(where: 'archive' | 'folder', name: string): Promise<Place | undefined> {
  if (where === 'archive') return archivePlace(name, saveFile, () => new Date());
  try {
    return await folderPlace(name);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return undefined;
    throw error;
  }
}
