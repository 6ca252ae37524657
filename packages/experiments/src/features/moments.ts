import type { NormaliseConfig } from './config.ts';
import type { Feature } from './fit.ts';

/**
 * What a feature is normalised by: (value - offset) / scale, with one pair of numbers, one for each bin, or one for
 * each bin of each frame. Plain numbers, so that they travel inside checkpoints.
 */
export interface Moments {
  readonly per: NormaliseConfig['per'];
  readonly offset: readonly number[];
  readonly scale: readonly number[];
}

/** Below this a spread is that of a constant, which is only moved to zero. */
const smallestSpread = 1e-6;

/** Moments over features of one size; padding does not count, but for cells, where it is part of the picture. */
export function measureMoments(features: Iterable<Feature>, config: NormaliseConfig): Moments {
  const { per, kind } = config;
  let slots: Slots | undefined;
  for (const feature of features) {
    slots ??= new Slots(slotCount(per, feature));
    addFeature(slots, feature, per);
  }
  if (slots === undefined) throw new RangeError(`measureMoments: there must be at least one feature, 0`);
  return { per, ...(kind === 'min-max' ? slots.range() : slots.deviation()) };
}

/** Normalises in place. */
export function applyMoments(feature: Feature, { per, offset, scale }: Moments): void {
  requireMatch('applyMoments', feature, per, offset.length);
  forEachSlot(feature, per, (slot, from, to) => {
    const shift = offset[slot]!;
    const gain = 1 / scale[slot]!;
    for (let i = from; i < to; i++) feature.data[i] = (feature.data[i]! - shift) * gain;
  });
}

/** The inverse of `applyMoments`, in place. */
export function undoMoments(feature: Feature, { per, offset, scale }: Moments): void {
  requireMatch('undoMoments', feature, per, offset.length);
  forEachSlot(feature, per, (slot, from, to) => {
    for (let i = from; i < to; i++) feature.data[i] = feature.data[i]! * scale[slot]! + offset[slot]!;
  });
}

/** Running sums and extremes, in double precision. */
class Slots {
  readonly count: Float64Array;
  readonly sum: Float64Array;
  readonly squares: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;

  constructor(size: number) {
    this.count = new Float64Array(size);
    this.sum = new Float64Array(size);
    this.squares = new Float64Array(size);
    this.low = new Float64Array(size).fill(Infinity);
    this.high = new Float64Array(size).fill(-Infinity);
  }

  get size(): number {
    return this.count.length;
  }

  add(slot: number, data: Float32Array, from: number, to: number): void {
    let sum = 0;
    let squares = 0;
    let low = Infinity;
    let high = -Infinity;
    for (let i = from; i < to; i++) {
      const value = data[i]!;
      sum += value;
      squares += value * value;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    this.count[slot]! += to - from;
    this.sum[slot]! += sum;
    this.squares[slot]! += squares;
    this.low[slot] = Math.min(this.low[slot]!, low);
    this.high[slot] = Math.max(this.high[slot]!, high);
  }

  range() {
    const offset = Array.from(this.low, (low) => (Number.isFinite(low) ? low : 0));
    return { offset, scale: Array.from(this.high, (high, slot) => spread(high - offset[slot]!)) };
  }

  deviation() {
    const offset = Array.from(this.sum, (sum, slot) => sum / Math.max(this.count[slot]!, 1));
    const scale = Array.from(this.squares, (squares, slot) => {
      const variance = squares / Math.max(this.count[slot]!, 1) - offset[slot]! ** 2;
      return spread(Math.sqrt(Math.max(variance, 0)));
    });
    return { offset, scale };
  }
}

const spread = (value: number): number => (value > smallestSpread ? value : 1);

function addFeature(slots: Slots, feature: Feature, per: Moments['per']): void {
  const { data, bins, frames, start, validFrames } = feature;
  requireMatch('measureMoments', feature, per, slots.size);
  if (per === 'cell') {
    for (let i = 0; i < data.length; i++) slots.add(i, data, i, i + 1);
    return;
  }
  for (let bin = 0; bin < bins; bin++) {
    const from = bin * frames + start;
    slots.add(per === 'bin' ? bin : 0, data, from, from + validFrames);
  }
}

function forEachSlot(
  { data, bins, frames }: Feature,
  per: Moments['per'],
  visit: (slot: number, from: number, to: number) => void,
): void {
  if (per === 'all') visit(0, 0, data.length);
  else if (per === 'bin') for (let bin = 0; bin < bins; bin++) visit(bin, bin * frames, (bin + 1) * frames);
  else for (let cell = 0; cell < data.length; cell++) visit(cell, cell, cell + 1);
}

const slotCount = (per: Moments['per'], { bins, frames }: Feature): number =>
  per === 'all' ? 1 : per === 'bin' ? bins : bins * frames;

function requireMatch(op: string, feature: Feature, per: Moments['per'], size: number): void {
  if (slotCount(per, feature) === size) return;
  const shape = `[${feature.bins}, ${feature.frames}]`;
  throw new RangeError(`${op}: the feature does not fit the moments, ${shape}, ${size} per ${per}`);
}
