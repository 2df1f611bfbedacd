/** Sees to it that an answer rests on the statements that held while it was found. See docs/adr/0003. */
import { FhirError } from '../fhir/outcome.ts';
import type { AtEpoch } from '../store/read.ts';
import type { DecisionMemory, StandingDecision } from './decision-memory.ts';

/** Statements change rarely; a request that meets a change this often in a row is told to come again. */
const attempts = 8;

/** Runs `query` until the statements it was decided on are those that held while it ran. */
export async function holdStill<T>(
  decision: DecisionMemory,
  query: (at: StandingDecision) => Promise<AtEpoch<T>>,
): Promise<[T, StandingDecision]> {
  let at = await decision.latest();
  for (let attempt = 0; attempt < attempts; attempt++) {
    const { epoch, found } = await query(at);
    if (epoch <= at.epoch) return [found, at];
    at = await decision.at(epoch);
  }
  throw new FhirError('transient', 'the access conditions are changing right now; ask again');
}
