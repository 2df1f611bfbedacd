/** Makes a context that nobody can change: doors and decisions are kept for it. See src/conditions/access-context.ts */

/** The same object, frozen with all that it holds. */
export function frozen<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const member of Object.values(value)) frozen(member);
  return Object.freeze(value);
}
