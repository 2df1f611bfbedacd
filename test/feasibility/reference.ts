/** Decides in the plainest way whether a person meets a question: what `$feasibility` is held against. See docs/reference/feasibility.md */
import type { Asking } from './ask.ts';
import type { Person, Record, Span } from './population.ts';

interface Time {
  low: number;
  high: number;
}

type RecordAsking = Extract<Asking, { record: unknown }>;

const start = (day: string): number => Date.parse(day);
const end = (day: string): number => Date.parse(day) + 86_400_000;
const spanOf = ({ start: from, end: to }: Span): Time => ({
  low: from === undefined ? -Infinity : start(from),
  high: to === undefined ? Infinity : end(to),
});

/** When a record is about; nothing where it does not say, or ends before it begins. */
function timeOf({ type, day, span, noted, days }: Record): Time | undefined {
  const time = ((): Time | undefined => {
    const stated = span === undefined || Object.keys(span).length === 0 ? undefined : spanOf(span);
    const onDay = day === undefined ? undefined : { low: start(day), high: end(day) };
    switch (type) {
      case 'MedicationStatement':
      case 'Procedure':
      case 'Observation':
        return onDay ?? stated;
      case 'MedicationRequest':
        if (day !== undefined) return { low: start(day), high: Infinity };
        if (stated !== undefined && days !== 0) return stated;
        return noted === undefined ? undefined : { low: start(noted), high: Infinity };
      case 'MedicationAdministration':
      case 'Immunization':
        return onDay ?? { low: start('2024-01-05'), high: end('2024-01-05') };
      case 'MedicationDispense': {
        const from = day ?? noted;
        if (from === undefined) return undefined;
        return { low: start(from), high: start(from) + Math.max(days ?? 1, 1) * 86_400_000 };
      }
      case 'Condition': {
        const from = day ?? span?.start ?? noted;
        if (from === undefined) return undefined;
        return { low: start(from), high: span?.end === undefined ? Infinity : end(span.end) };
      }
    }
  })();
  return time !== undefined && time.low < time.high ? time : undefined;
}

const typesOf: { [kind: string]: readonly Record['type'][] } = {
  medication: ['MedicationStatement', 'MedicationRequest', 'MedicationAdministration', 'MedicationDispense'],
  condition: ['Condition'],
  procedure: ['Procedure'],
  observation: ['Observation'],
  immunization: ['Immunization'],
};

function matching(person: Person, asking: RecordAsking): Record[] {
  return person.records.filter((one) => {
    if (!typesOf[asking.record]!.includes(one.type)) return false;
    const hasCode = asking.codes.some((text) => {
      const code = text.split('|').at(-1)!;
      return one.code === code || (asking.below === true && code === 'C' && one.code === 'C1');
    });
    const quantity = (asking.value as { valueQuantity: { value: number } } | undefined)?.valueQuantity;
    return hasCode && (quantity === undefined || one.value > quantity.value);
  });
}

/** The times of the records that meet it, as much as lies within what is asked for. */
function timesOf(person: Person, asking: RecordAsking): Time[] {
  const window = asking.during === undefined ? { low: -Infinity, high: Infinity } : spanOf(asking.during);
  return matching(person, asking)
    .map(timeOf)
    .filter((time) => time !== undefined)
    .map((time) => ({ low: Math.max(time.low, window.low), high: Math.min(time.high, window.high) }))
    .filter((time) => time.low < time.high);
}

function age(birthDate: string, asOf: string): number {
  const years = Number(asOf.slice(0, 4)) - Number(birthDate.slice(0, 4));
  return asOf.slice(5) < birthDate.slice(5) ? years - 1 : years;
}

/** Undefined for what is not about records. */
function branchOf(person: Person, asking: Asking): Time[] | undefined {
  if ('record' in asking) return timesOf(person, asking);
  if (!('any' in asking)) return undefined;
  const all = asking.any.map((one) => branchOf(person, one));
  return all.some((one) => one === undefined) ? undefined : all.flatMap((one) => one!);
}

export function meets(person: Person, asking: Asking, asOf: string): boolean {
  if ('all' in asking) {
    if (asking.together !== true) return asking.all.every((one) => meets(person, one, asOf));
    const branches = asking.all.map((one) => branchOf(person, one));
    const others = asking.all.filter((_, at) => branches[at] === undefined);
    const timed = branches.filter((one) => one !== undefined);
    // Some record begins last: at that moment all of them hold, or they never do.
    const moments = timed.flat().map(({ low }) => low);
    const holds = moments.some((moment) =>
      timed.every((times) => times.some(({ low, high }) => low <= moment && moment < high)),
    );
    return holds && others.every((one) => meets(person, one, asOf));
  }
  if ('any' in asking) return asking.any.some((one) => meets(person, one, asOf));
  if ('not' in asking) return !meets(person, asking.not, asOf);
  if ('sex' in asking) return person.gender === asking.sex;
  if ('record' in asking) {
    return asking.during === undefined ? matching(person, asking).length > 0 : timesOf(person, asking).length > 0;
  }
  if ('where' in asking) return person.gender === 'female' && person.records.some(({ type }) => type === 'Condition');
  if (person.birthDate === undefined) return false;
  const years = age(person.birthDate, asOf);
  return (asking.age.from ?? 0) <= years && years <= (asking.age.to ?? 200);
}
