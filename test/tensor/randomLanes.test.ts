import { heap, i32x4, kernelFamily } from '@sonograd/wasm';
import { describe, expect, test } from 'vitest';
import { fillBernoulli } from '../../packages/tensor/src/random/fill.ts';
import { gaussianPair } from '../../packages/tensor/src/random/gaussian.ts';
import { randomKey } from '../../packages/tensor/src/random/keys.ts';
import {
  gaussianPairs,
  interleaved,
  keySchedule,
  randomWords,
  unitInterval,
} from '../../packages/tensor/src/random/lanes.ts';
import { threefry } from '../../packages/tensor/src/random/threefry.ts';

/** Kernels of a user's own, made from the same parts as ours. */
const kernels = kernelFamily('randomLanesTest', (family) => ({
  words: family.kernel({ out: 'i32', high: 'i32', low: 'i32' }, (k, { out, ...key }) => {
    const schedule = keySchedule(k, key);
    k.for(k.begin, k.end, 1, (group) => {
      const pointer = k.let(out.add(group.shl(5)));
      interleaved(...randomWords(k, schedule, group)).forEach((words, half) => {
        k.store(pointer, words, 16 * half);
      });
    });
  }),
  gaussians: family.kernel({ out: 'i32', first: 'i32', second: 'i32' }, (k, { out, first, second }) => {
    k.for(k.begin, k.end, 1, (four) => {
      const at = k.let(four.shl(4));
      const words = [i32x4.load(first.add(at)), i32x4.load(second.add(at))].map((each) => k.let(each));
      interleaved(...gaussianPairs(k, [words[0], words[1]])).forEach((values, half) => {
        k.store(out.add(at.shl(1)), values, 16 * half);
      });
    });
  }),
  dropout: family.kernel(
    { out: 'i32', x: 'i32', high: 'i32', low: 'i32', keep: 'f32' },
    (k, { out, x, keep, ...key }) => {
      const schedule = keySchedule(k, key);
      const scale = k.let(keep.splat().reciprocal());
      k.for(k.begin, k.end, 1, (group) => {
        const at = k.let(group.shl(5));
        interleaved(...randomWords(k, schedule, group)).forEach((words, half) => {
          const isKept = unitInterval(words).lt(keep.splat());
          const scaled = k.let(scale.mul(f32x4At(x.add(at), half)));
          k.store(out.add(at), isKept.select(scaled, 0), 16 * half);
        });
      });
    },
  ),
}));

describe('the parts of random kernels', () => {
  test('randomWords: element i is word i & 1 of block i >> 1', () => {
    const key = randomKey(2 ** 40 + 17);
    const pointer = heap.allocate(4 * 64);
    kernels.words.run(8, [pointer, key.high, key.low]);
    const words = Uint32Array.from(heap.i32(pointer, 64));
    heap.free(pointer);
    const block = new Uint32Array(2);
    for (let index = 0; index < 64; index++) {
      threefry(block, key, 0, index >> 1);
      expect(words[index]).toBe(block[index & 1]);
    }
  });

  test('gaussianPairs: the bits of gaussianPair at the edges of its intervals', () => {
    const edges = [
      0, 1, 2, 0x1fffffff, 0x20000000, 0x3fffffff, 0x40000000, 0x5fffffff, 0x60000000, 0x7fffffff,
    ];
    const words = [...edges, ...edges.map((edge) => ~edge), 0x12345678, -0x76543210, 3, -3];
    const cases = words.flatMap((first) => words.map((second) => [first, second]));
    const pointers = [1, 1, 2].map((share) => heap.allocate(4 * share * cases.length));
    const [first, second, out] = pointers;
    heap.i32(first, cases.length).set(cases.map(([word]) => word));
    heap.i32(second, cases.length).set(cases.map(([, word]) => word));
    kernels.gaussians.run(cases.length / 4, [out, first, second]);
    const drawn = heap.i32(out, 2 * cases.length).slice();
    for (const pointer of pointers) heap.free(pointer);
    const pair = new Float32Array(2);
    const bits = new Int32Array(pair.buffer);
    for (const [at, [radius, angle]] of cases.entries()) {
      gaussianPair(pair, radius >>> 0, angle >>> 0);
      expect([radius, angle, drawn[2 * at], drawn[2 * at + 1]]).toEqual([radius, angle, bits[0], bits[1]]);
    }
  });

  test('a dropout kernel that stores no mask drops what fillBernoulli says', () => {
    const [size, keep, key] = [4096, 0.75, randomKey(3)];
    const [x, out] = [heap.allocate(4 * size), heap.allocate(4 * size)];
    heap.f32(x, size).set(Float32Array.from({ length: size }, (_, index) => index + 1));
    kernels.dropout.run(size / 8, [out, x, key.high, key.low, keep]);
    const dropped = [...heap.f32(out, size)];
    heap.free(x);
    heap.free(out);
    const mask = fillBernoulli(new Uint8Array(size), key, keep);
    const scale = Math.fround(1 / keep);
    expect(dropped).toEqual([...mask].map((kept, index) => (kept ? Math.fround(scale * (index + 1)) : 0)));
  });
});

function f32x4At(pointer: Parameters<typeof i32x4.load>[0], half: number) {
  return i32x4.load(pointer, 16 * half).bitsAs('f32x4');
}
