/** A figure with four digits that count; whole numbers whole, with commas. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Number.isInteger(value)) return value.toLocaleString('en-US');
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4) return value.toExponential(2);
  return String(Number(value.toPrecision(4)));
}

export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

const initials = /^(mse|mae|snr|sdr|eer|auc|lsd|lda)$/i;

/** `testMacroF1` as people write it: `test macro F1`. */
export function words(name: string): string {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .split(' ')
    .map((word) =>
      initials.test(word)
        ? word.toUpperCase()
        : word.replace(/^[A-Z](?=[a-z])/, (first) => first.toLowerCase()),
    )
    .join(' ');
}

/** Accuracies, recalls and the like are shares of one. */
export const isShare = (name: string): boolean => /accuracy|precision|recall|f1|share/i.test(name);

export const measure = (name: string, value: number): string =>
  isShare(name) && value >= 0 && value <= 1 ? percent(value) : figure(value);

export const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** `1 clip`, `2 clips`. */
export const counted = (count: number, thing: string): string =>
  `${count.toLocaleString('en-US')} ${thing}${count === 1 ? '' : 's'}`;
