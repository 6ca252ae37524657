export interface Scale {
  readonly domain: readonly [low: number, high: number];
  readonly ticks: readonly number[];
  /** Where a value lies between both ends of the axis, 0 to 1. */
  place(value: number): number;
}

/** Steps of 1, 2 or 5 times a power of ten, about `count` of them, and a domain that ends on such steps. */
export function linearScale(least: number, largest: number, count = 5): Scale {
  const span = largest - least || Math.abs(largest) || 1;
  const step = niceStep(span / count);
  const low = Math.floor(least / step + 1e-9) * step;
  const high = Math.max(low + step, Math.ceil(largest / step - 1e-9) * step);
  const ticks = Array.from({ length: Math.round((high - low) / step) + 1 }, (_, index) =>
    Number((low + index * step).toPrecision(12)),
  );
  return { domain: [low, high], ticks, place: (value) => (value - low) / (high - low) };
}

/** Equal factors are equal distances; ticks at powers of ten, and between them where there are few. */
export function logScale(least: number, largest: number): Scale {
  const [low, high] = [Math.log10(least), Math.log10(Math.max(largest, least * 1.01))];
  const factors = high - low < 1.5 ? [1, 2, 5] : [1];
  const ticks: number[] = [];
  for (let power = Math.floor(low); power <= Math.ceil(high); power++) {
    for (const factor of factors) {
      const tick = Number((factor * 10 ** power).toPrecision(3));
      if (tick >= least && tick <= largest) ticks.push(tick);
    }
  }
  return { domain: [least, largest], ticks, place: (value) => (Math.log10(value) - low) / (high - low) };
}

/** Curves that fall by far show more of their end on a logarithmic scale. */
export function scaleFor(values: readonly number[]): Scale {
  const least = values.reduce((a, b) => Math.min(a, b), Infinity);
  const largest = values.reduce((a, b) => Math.max(a, b), -Infinity);
  if (!Number.isFinite(least)) return linearScale(0, 1);
  return least > 0 && largest / least > 20 ? logScale(least, largest) : linearScale(least, largest);
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= rough * 0.999) ?? 10;
  return factor * power;
}
