/** What the fields of the guided form share: the record, how it is changed, and what is wrong with it. */
import { createContext, useContext } from 'react';
import type { JsonObject } from '../../../../src/fhir/json.ts';
import type { RecordFault } from '../record/fault.ts';
import type { Lens } from '../record/lens.ts';

export interface Editing {
  record: JsonObject;
  change(record: JsonObject): void;
  faults: readonly RecordFault[];
}

export const EditingContext = createContext<Editing | undefined>(undefined);

export function useEditing(): Editing {
  const editing = useContext(EditingContext);
  if (editing === undefined) throw new Error('a field stands outside of the form');
  return editing;
}

/** The value of one part, and how it is changed. */
export function usePart<T>(lens: Lens<T>): readonly [T, (value: T) => void] {
  const { record, change } = useEditing();
  return [lens.read(record), (value) => change(lens.write(record, value))];
}

/** What the server found wrong with the part that the field writes. */
export function useFaultText(field: string): string | undefined {
  const texts = useEditing().faults.flatMap((one) => (one.field === field ? [one.text] : []));
  return texts.length === 0 ? undefined : texts.join('; ');
}
