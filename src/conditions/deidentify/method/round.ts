/** `round`: numbers to the nearest step, and those beyond an end to that end. https://hl7.org/fhir/R5/secpriv-module.html#deId */
import { compareDecimals, type Decimal, roundedTo } from '../decimal.ts';
import type { Method } from './method.ts';
import { type Coarse, isDecimal, numberChange, numberTypes, statedDecimal, wholeTypes } from './number.ts';

const number = (summary: string) => ({ summary, isValid: isDecimal });

export const round: Method = {
  name: 'round',
  summary:
    'Rounds numbers to the nearest multiple of a step, counted in decimals, and lets those above `top` or below `bottom` leave as that end. A Quantity gets the comparator `>=` or `<=` then, and keeps the code of its unit but not the text.',
  label: 'ABSTRED',
  types: numberTypes,
  settings: {
    step: number('above zero; the result is a multiple of it'),
    top: number('the highest number that leaves'),
    bottom: number('the lowest number that leaves'),
  },
  compile(settings, types) {
    const [step, top, bottom] = ['step', 'top', 'bottom'].map((name) => statedDecimal(settings[name]));
    if (step === undefined && top === undefined && bottom === undefined) return 'it needs a step, a top or a bottom';
    if (step !== undefined && step.units <= 0n) return 'the step must be above zero';
    if (top !== undefined && bottom !== undefined && compareDecimals(bottom, top) >= 0) {
      return 'the bottom must be below the top';
    }
    const isWhole = types.some((type) => wholeTypes.includes(type));
    if (isWhole && [step, top, bottom].some((one) => one !== undefined && one.scale > 0)) {
      return 'whole numbers need a whole step, top and bottom';
    }
    return numberChange((value) => coarse(value, step, top, bottom));
  },
  examples: [
    { settings: { step: 0.5 }, type: 'decimal', value: 72.26, becomes: 72.5 },
    { settings: { step: 10 }, type: 'integer', value: 25, becomes: 30 },
    {
      settings: { step: 1, top: 90 },
      type: 'Age',
      value: { value: 97, unit: 'years', system: 'http://unitsofmeasure.org', code: 'a' },
      becomes: { value: 90, comparator: '>=', system: 'http://unitsofmeasure.org', code: 'a' },
    },
    { settings: { step: 1 }, type: 'Quantity', value: { value: 97, unit: 'shoes' }, becomes: undefined },
  ],
};

function coarse(
  value: Decimal,
  step: Decimal | undefined,
  top: Decimal | undefined,
  bottom: Decimal | undefined,
): Coarse {
  const rounded = step === undefined ? value : roundedTo(value, step);
  if (top !== undefined && (compareDecimals(value, top) > 0 || compareDecimals(rounded, top) > 0)) {
    return { value: top, end: 'top' };
  }
  if (bottom !== undefined && (compareDecimals(value, bottom) < 0 || compareDecimals(rounded, bottom) < 0)) {
    return { value: bottom, end: 'bottom' };
  }
  return { value: rounded };
}
