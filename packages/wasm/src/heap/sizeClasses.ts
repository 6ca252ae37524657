/**
 * Block sizes come in classes, in units of 64 bytes: each up to 16 units, then 16 to every doubling, so that a
 * block is at most 6.25 % larger than what was asked for, and blocks of the same class replace each other.
 */
export const unitBytes = 64;
const unitShift = 6;
const stepBits = 4;
const steps = 1 << stepBits;

/** The largest block: 4 GiB. */
export const classCount = steps + (32 - unitShift - stepBits) * steps + 1;

/** The smallest class that holds so many units. */
export function classHolding(units: number): number {
  if (units <= steps) return units;
  const shift = 31 - Math.clz32(units - 1) - stepBits;
  return shift * steps + ((units - 1) >>> shift) + 1;
}

/** The largest class that fits into so many units. */
export function classWithin(units: number): number {
  if (units <= steps) return units;
  const shift = 31 - Math.clz32(units) - stepBits;
  return shift * steps + (units >>> shift);
}

/** How many units a block of the class holds. */
export function unitsOf(sizeClass: number): number {
  if (sizeClass <= steps) return sizeClass;
  const shift = ((sizeClass - 1) >>> stepBits) - 1;
  return (sizeClass - shift * steps) << shift;
}

/** Units for so many bytes; a block of no bytes still has an address. */
export function unitsFor(bytes: number): number {
  return bytes <= unitBytes ? 1 : Math.ceil(bytes / unitBytes);
}
