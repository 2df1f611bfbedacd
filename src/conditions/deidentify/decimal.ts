/** Decimal numbers of any size, counted in whole numbers so that no digit is invented. https://hl7.org/fhir/R4B/datatypes.html#decimal */

/** `units` / 10 ^ `scale` */
export interface Decimal {
  units: bigint;
  scale: number;
}

const form = /^([+-]?)(\d{1,100})(?:\.(\d{1,100}))?(?:[eE]([+-]?\d{1,3}))?$/;

/** Undefined when the text is no number, or one that is longer or further from 1 than any measurement. */
export function decimalOf(text: string): Decimal | undefined {
  const match = form.exec(text);
  if (match === null) return undefined;
  const [, sign, whole, fraction = '', exponent = '0'] = match;
  const units = BigInt(whole! + fraction);
  const scale = fraction.length - Number(exponent);
  if (Math.abs(scale) > 200) return undefined;
  const signed = sign === '-' ? -units : units;
  return scale < 0 ? { units: signed * 10n ** BigInt(-scale), scale: 0 } : { units: signed, scale };
}

export function decimalText({ units, scale }: Decimal): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  const sign = units < 0n ? '-' : '';
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

const atScale = ({ units, scale }: Decimal, wanted: number): bigint => units * 10n ** BigInt(wanted - scale);

/** Negative, zero or positive. */
export function compareDecimals(one: Decimal, two: Decimal): number {
  const scale = Math.max(one.scale, two.scale);
  const difference = atScale(one, scale) - atScale(two, scale);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** The multiple of `step` (above zero) that is nearest; of two the one further from zero. It has the step's digits. */
export function roundedTo(value: Decimal, step: Decimal): Decimal {
  const scale = Math.max(value.scale, step.scale);
  const units = atScale(value, scale);
  const width = atScale(step, scale);
  const size = units < 0n ? -units : units;
  const steps = (2n * size + width) / (2n * width);
  return { units: (units < 0n ? -steps : steps) * step.units, scale: step.scale };
}
