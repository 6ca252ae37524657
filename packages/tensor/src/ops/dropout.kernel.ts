import { f32x4, kernelFamily } from '@sonograd/wasm';
import { interleaved, keySchedule, randomWords } from '../random/lanes.ts';
import type { RandomKey } from '../random/threefry.ts';
import type { AnyTensor } from '../tensor.ts';

/** An item is what four blocks of random words decide about. */
const group = 8;
const grain = 1024;

const kernels = kernelFamily('dropout', (family) => ({
  value: family.kernel(
    { out: 'i32', x: 'i32', size: 'i32', high: 'i32', low: 'i32', threshold: 'i32', scale: 'f32' },
    (k, { out, x, size, threshold, scale, ...key }) => {
      const schedule = keySchedule(k, key);
      const [thresholds, scales] = [k.let(threshold.splat()), k.let(scale.splat())];
      k.for(k.begin, k.end, 1, (item) => {
        const offset = k.let(item.shl(5));
        const [from, to] = [k.let(x.add(offset)), k.let(out.add(offset))];
        // Blocks of the heap end on whole cache lines, so that reading a whole group is always allowed.
        const halves = interleaved(...randomWords(k, schedule, item)).map((words, half) =>
          k.let(
            f32x4
              .load(from, 16 * half)
              .mul(scales)
              .and(words.shrU(8).lt(thresholds)),
          ),
        );
        const rest = k.let(size.sub(item.mul(group)));
        k.if(
          rest.ge(group),
          () => {
            for (const [half, value] of halves.entries()) k.store(to, value, 16 * half);
          },
          () => {
            for (let lane = 0; lane < group; lane++)
              k.if(rest.gt(lane), () => k.storeLane(to, halves[lane >> 2]!, lane & 3, 4 * lane));
          },
        );
      });
    },
  ),
}));

/** x times `scale` where the stream of the key has a word below the threshold, else 0. */
export function runDropout(
  out: AnyTensor,
  x: AnyTensor,
  { high, low }: RandomKey,
  threshold: number,
  scale: number,
): void {
  const values = [out.pointer, x.pointer, out.size, high, low, threshold, scale] as const;
  kernels.value.run(Math.ceil(out.size / group), values, grain);
}
