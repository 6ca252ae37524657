import { loudnessModule } from './loudnessModule.ts';
import { allocate, floats, kernelsOf, placeWords, withScratch } from './runtime.ts';

const loudnessLanes = kernelsOf<'largest' | 'loudness'>(loudnessModule);

/** So many values stand in the lanes' memory at once. */
const chunkValues = 1 << 16;

function eachChunk(length: number, visit: (first: number, count: number) => void): void {
  for (let first = 0; first < length; first += chunkValues)
    visit(first, Math.min(chunkValues, length - first));
}

/** The largest of the values, or NaN if one is. */
export function largestOf(values: Float32Array): number {
  return withScratch(loudnessLanes, ({ largest }) => {
    const at = allocate(4 * Math.min(chunkValues, values.length) + 12);
    const out = allocate(16);
    const args = placeWords(at, out);
    let result = -Infinity;
    eachChunk(values.length, (first, count) => {
      floats.set(values.subarray(first, first + count), at / 4);
      floats.fill(-Infinity, at / 4 + count, at / 4 + count + 3);
      largest(args, 0, count);
      result = Math.max(result, ...floats.subarray(out / 4, out / 4 + 4));
    });
    return result;
  });
}

export interface LoudnessRule {
  readonly plus: number;
  readonly least: number;
  readonly factor: number;
  readonly shift: number;
  readonly floor: number;
}

/** max(floor, factor ln(max(least, value + plus)) - shift) of each value into `out`, which may be the values. */
export function loudnessOf(values: Float32Array, rule: LoudnessRule, out: Float32Array): void {
  const { plus, least, factor, shift, floor } = rule;
  withScratch(loudnessLanes, ({ loudness }) => {
    const at = allocate(4 * Math.min(chunkValues, values.length));
    const args = placeWords(at, 0, 0, 0, 0, 0);
    floats.set([plus, least, factor, shift, floor], args / 4 + 1);
    eachChunk(values.length, (first, count) => {
      floats.set(values.subarray(first, first + count), at / 4);
      loudness(args, 0, count);
      out.set(floats.subarray(at / 4, at / 4 + count), first);
    });
  });
}
