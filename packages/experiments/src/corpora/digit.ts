const words = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

/** The names of the ten classes. */
export const digitNames: readonly string[] = words.map((_, digit) => String(digit));

/** `7` and `seven` are 7; anything else is no digit. */
export function parseDigit(text: string): number | undefined {
  const label = text.trim().toLowerCase();
  if (/^[0-9]$/.test(label)) return Number(label);
  const index = words.indexOf(label);
  return index < 0 ? undefined : index;
}
