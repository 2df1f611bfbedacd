/** Lets no asker have all of the database at once: costly interactions of one asker wait for each other. */
import { FhirError } from '../fhir/outcome.ts';
import type { Interaction } from '../interaction/index.ts';

/** Runs `work` for `asker`, at once or when it is its turn. */
export type Fairly = <T>(asker: string, interaction: Interaction, work: () => Promise<T>) => Promise<T>;

/** Searches of one asker that run at the same time: fewer than there are connections for searches (store/store.ts). */
const mostRunning = 5;
/** Searches of one asker that wait; more are refused, so that memory stays bounded. */
const mostWaiting = 1000;

/** Interactions whose cost the asker decides. */
const isCostly = ({ code }: Interaction): boolean => code.startsWith('search') || code.startsWith('$');

interface Line {
  running: number;
  waiting: (() => void)[];
}

export function createFairly(): Fairly {
  const lines = new Map<string, Line>();
  return async (asker, interaction, work) => {
    if (!isCostly(interaction)) return work();
    const line = lines.get(asker) ?? { running: 0, waiting: [] };
    lines.set(asker, line);
    if (line.running >= mostRunning) {
      if (line.waiting.length >= mostWaiting)
        throw new FhirError('throttled', 'too many searches of yours are waiting; try again later');
      await new Promise<void>((resolve) => line.waiting.push(resolve));
    }
    line.running++;
    try {
      return await work();
    } finally {
      line.running--;
      const next = line.waiting.shift();
      if (next !== undefined) next();
      else if (line.running === 0) lines.delete(asker);
    }
  };
}
