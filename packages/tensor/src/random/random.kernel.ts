import { type Builder, type F32x4, type I32, kernelFamily } from '@sonograd/wasm';
import { bernoulliThreshold, normalMoments, uniformRange } from './fill.ts';
import { gaussianPairs, interleaved, keySchedule, randomWords, unitInterval } from './lanes.ts';
import type { RandomKey } from './threefry.ts';

/** Where the numbers go: a tensor of the fitting dtype. */
export interface Target {
  readonly pointer: number;
  readonly size: number;
}

/** An item is a group of eight elements: four blocks, two words each. */
const GROUP = 8;
const GRAIN = 1024;

const kernels = kernelFamily('random', (family) => ({
  uniform: family.kernel(
    { out: 'i32', size: 'i32', high: 'i32', low: 'i32', start: 'f32', span: 'f32', limit: 'f32' },
    (k, { out, size, start, span, limit, ...key }) => {
      const schedule = keySchedule(k, key);
      const [starts, spans, limits] = [start, span, limit].map((value) => k.let(value.splat()));
      k.for(k.begin, k.end, 1, (group) => {
        const words = interleaved(...randomWords(k, schedule, group));
        const values = words.map((word) => k.let(unitInterval(word).mul(spans).add(starts).pmin(limits)));
        storeFloats(k, out, size, group, values);
      });
    },
  ),
  normal: family.kernel(
    { out: 'i32', size: 'i32', high: 'i32', low: 'i32', center: 'f32', scale: 'f32' },
    (k, { out, size, center, scale, ...key }) => {
      const schedule = keySchedule(k, key);
      const [centers, scales] = [center, scale].map((value) => k.let(value.splat()));
      k.for(k.begin, k.end, 1, (group) => {
        const pairs = interleaved(...gaussianPairs(k, randomWords(k, schedule, group)));
        storeFloats(
          k,
          out,
          size,
          group,
          pairs.map((pair) => k.let(pair.mul(scales).add(centers))),
        );
      });
    },
  ),
  bernoulli: family.kernel(
    { out: 'i32', size: 'i32', high: 'i32', low: 'i32', threshold: 'i32' },
    (k, { out, size, threshold, ...key }) => {
      const schedule = keySchedule(k, key);
      const thresholds = k.let(threshold.splat());
      k.for(k.begin, k.end, 1, (group) => {
        const words = interleaved(...randomWords(k, schedule, group));
        const [first, second] = words.map((word) => word.shrU(8).lt(thresholds));
        const halves = first.narrow(second);
        const bytes = k.let(halves.narrow(halves).and(1));
        const pointer = k.let(out.add(group.shl(3)));
        wholeOrPart(k, size, group, {
          whole: () => k.storeLane(pointer, bytes.bitsAs('i64x2'), 0),
          element: (lane) => k.storeLane(pointer, bytes, lane, lane),
        });
      });
    },
  ),
}));

/** The same bits as `fillUniform`, from the beginning of the stream. */
export function drawUniform({ pointer, size }: Target, { high, low }: RandomKey, from = 0, to = 1): void {
  const { start, span, limit } = uniformRange(from, to);
  kernels.uniform.run(Math.ceil(size / GROUP), [pointer, size, high, low, start, span, limit], GRAIN);
}

/** The same bits as `fillNormal`. */
export function drawNormal(
  { pointer, size }: Target,
  { high, low }: RandomKey,
  mean = 0,
  deviation = 1,
): void {
  const { center, scale } = normalMoments(mean, deviation);
  kernels.normal.run(Math.ceil(size / GROUP), [pointer, size, high, low, center, scale], GRAIN);
}

/** The same bits as `fillBernoulli` into bytes. */
export function drawBernoulli(
  { pointer, size }: Target,
  { high, low }: RandomKey,
  probability: number,
): void {
  const threshold = bernoulliThreshold(probability);
  kernels.bernoulli.run(Math.ceil(size / GROUP), [pointer, size, high, low, threshold], GRAIN);
}

function storeFloats(k: Builder, out: I32, size: I32, group: I32, [first, second]: readonly F32x4[]): void {
  const pointer = k.let(out.add(group.shl(5)));
  wholeOrPart(k, size, group, {
    whole() {
      k.store(pointer, first);
      k.store(pointer, second, 16);
    },
    element: (lane) => k.storeLane(pointer, lane < 4 ? first : second, lane & 3, 4 * lane),
  });
}

/** What follows the last element belongs to someone else. */
function wholeOrPart(
  k: Builder,
  size: I32,
  group: I32,
  store: { whole: () => void; element: (lane: number) => void },
): void {
  const rest = k.let(size.sub(group.shl(3)));
  k.if(rest.ge(GROUP), store.whole, () => {
    for (let lane = 0; lane < GROUP; lane++) k.if(rest.gt(lane), () => store.element(lane));
  });
}
