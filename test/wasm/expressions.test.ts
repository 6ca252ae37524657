import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  f32,
  f32x4,
  f64x2,
  heap,
  type I32,
  i8x16,
  i32,
  i32x4,
  i64x2,
  relaxedMadd,
  wasmFunction,
} from '../../packages/wasm/src/index.ts';
import { build, kernelOf, runOn } from './harness.ts';

/** How often a byte sequence occurs in a module. */
function occurrences(bytes: Uint8Array, pattern: readonly number[]): number {
  return [...bytes].join().split(pattern.join()).length - 1;
}

/** No letter of a name looks like these. */
const sqrt = [0xfd, 0xe3, 0x01];
const localSet = 0x21;

describe('an expression is a recipe', () => {
  test('used twice in one statement it is computed once', () => {
    const once = build((k, at) => {
      const root = f32x4.load(at).sqrt();
      k.store(at, root.add(root).mul(root));
    });
    expect(occurrences(once, sqrt)).toBe(1);
    const [result] = runOn([6, 7], (k, at) => {
      const product = i32.load(at).mul(i32.load(at, 4));
      k.store(at, product.add(product).xor(product));
    });
    expect(result).toBe((42 + 42) ^ 42);
  });

  test('used in two statements it is computed twice, unless let keeps it', () => {
    const recipe = build((k, at) => {
      const root = at.toF32().splat().sqrt();
      k.store(at, root);
      k.store(at, root, 16);
    });
    const kept = build((k, at) => {
      const root = k.let(at.toF32().splat().sqrt());
      k.store(at, root);
      k.store(at, root, 16);
    });
    expect(occurrences(recipe, sqrt)).toBe(2);
    expect(occurrences(kept, sqrt)).toBe(1);
  });

  test('let of a parameter or of what let gave needs no local', () => {
    const plain = build((k, at) => k.store(at, at));
    const kept = build((k, at) => k.store(at, k.let(k.let(at))));
    expect(kept).toEqual(plain);
  });

  test('let of a variable keeps its value of that moment', () => {
    const result = runOn([1, 0], (k, at) => {
      const value = k.variable(i32, i32.load(at));
      const before = k.let(value);
      value.set(value.add(1));
      k.store(at, before.mul(10).add(value.get()), 4);
    });
    expect(result[1]).toBe(12);
  });

  test('what is set and used at once stays on the stack', () => {
    const bytes = build((k, at) => {
      const value = k.let(i32.load(at));
      k.store(value, value);
    });
    expect(occurrences(bytes, [localSet, 3, 0x20, 3])).toBe(0);
  });

  test('temporaries are used again by later statements', () => {
    const statement = (k: Parameters<Parameters<typeof build>[0]>[0], at: I32) => {
      const square = f32x4.load(at).mul(f32x4.load(at));
      k.store(at, square.add(square));
    };
    const locals = (count: number) => {
      const bytes = build((k, at) => {
        for (let index = 0; index < count; index++) statement(k, at);
      });
      return bytes.length;
    };
    expect(locals(12) - locals(11)).toBe(locals(11) - locals(10));
  });
});

describe('stale expressions are refused when the kernel is built', () => {
  test('a load after a store', () => {
    const attempt = () =>
      build((k, at) => {
        const old = i32.load(at);
        k.store(at, i32(1));
        k.store(at, old, 4);
      });
    expect(attempt).toThrow('only: kernel: a load is used after a later store, keep its value with k.let()');
  });

  test('a variable that has changed', () => {
    const attempt = () =>
      build((k, at) => {
        const count = k.variable(i32, 0);
        const next = count.add(1);
        count.set(5);
        k.store(at, next);
      });
    expect(attempt).toThrow('an expression is used after its variable changed');
  });

  test('a load after a procedure that may have stored', () => {
    const touch = wasmFunction('touch', { at: 'i32' }, 'i32', (k, { at }) => {
      k.store(at, i32(1));
      return at;
    });
    const attempt = () =>
      build((k, at) => {
        const old = i32.load(at);
        k.call(touch, { at });
        k.store(at, old, 4);
      });
    expect(attempt).toThrow('a load is used after a later store');
  });
});

describe('integers are simplified without changing what they mean', () => {
  const terms = fc.array(
    fc.tuple(fc.constantFrom('add', 'sub', 'mul', 'shl'), fc.integer({ min: -9, max: 40 })),
    {
      maxLength: 6,
    },
  );

  test('chains with constants', () => {
    fc.assert(
      fc.property(fc.integer(), terms, (start, chain) => {
        const expected = chain.reduce((value, [name, by]) => {
          if (name === 'add') return (value + by) | 0;
          if (name === 'sub') return (value - by) | 0;
          return name === 'mul' ? Math.imul(value, by) : value << by;
        }, start);
        const folded = chain.reduce((value, [name, by]) => value[name as 'add'](by), i32(start));
        const [variable, constant] = runOn([start, 0], (k, at) => {
          const result = chain.reduce((value, [name, by]) => value[name as 'add'](by), k.let(i32.load(at)));
          k.store(at, result);
          k.store(at, folded, 4);
        });
        expect([variable, constant]).toEqual([expected, expected]);
      }),
      { numRuns: 60 },
    );
  });

  test('sums of sums with constants on either side', () => {
    const [result] = runOn([1000, 200], (k, at) => {
      const [a, b] = [i32.load(at), i32.load(at, 4)];
      k.store(at, a.add(3).add(b.sub(5)).add(i32(7).add(a)));
    });
    expect(result).toBe(1000 + 3 + 195 + 1007);
  });

  test.each(['eq', 'ne', 'lt', 'ltU', 'gt', 'gtU', 'le', 'leU', 'ge', 'geU'] as const)('not %s', (name) => {
    for (const [a, b] of [
      [1, 2],
      [2, 1],
      [3, 3],
      [-1, 1],
      [1, -1],
    ] as const) {
      const [yes, no] = runOn([a, b], (k, at) => {
        const compared = k.let(i32.load(at)[name](k.let(i32.load(at, 4))));
        const negated = k.let(i32.load(at)[name](i32.load(at, 4)).eqz());
        k.store(at, compared);
        k.store(at, negated, 4);
      });
      expect(no).toBe(1 - yes!);
    }
  });
});

describe('choices', () => {
  test('select computes both sides and takes one', () => {
    const result = runOn([1, 0, 0, 0], (k, at) => {
      const condition = k.let(i32.load(at));
      k.store(at, condition.select(i32(5), 6), 4);
      k.store(at, condition.eqz().select(5, i32(6)), 8);
      k.store(at, condition.select(f32(1.5), f32(0)), 12);
    });
    expect(result).toEqual([1, 5, 6, 0x3fc00000]);
  });

  test('select between vectors by one number', () => {
    const result = runOn([0, 0, 0, 0], (k, at) => k.store(at, i32.load(at).select(i32x4(1), i32x4(2))));
    expect(result).toEqual([2, 2, 2, 2]);
  });

  test('choose computes only the side that is taken', () => {
    const quotient = (divisor: number) =>
      runOn([100, divisor], (k, at) => {
        const by = k.let(i32.load(at, 4));
        k.store(at, by.eqz().choose(i32(-1), i32.load(at).div(by)));
      })[0];
    expect([quotient(7), quotient(0)]).toEqual([14, -1]);
  });

  test('what both sides and the rest share is right on either side', () => {
    const formula = (x: number) =>
      runOn([x], (k, at) => {
        const square = i32.load(at).mul(i32.load(at));
        const cube = square.mul(i32.load(at));
        k.store(at, i32.load(at).gt(0).choose(cube.add(square), cube.sub(square)).add(square).add(cube));
      })[0];
    expect([3, -3].map(formula)).toEqual([27 + 9 + 9 + 27, -27 - 9 + 9 - 27]);
  });

  test('min and max of integers', () => {
    const result = runOn([3, -4, 0, 0], (k, at) => {
      const [a, b] = [k.let(i32.load(at)), k.let(i32.load(at, 4))];
      k.store(at, a.min(b), 8);
      k.store(at, a.max(b.neg()), 12);
    });
    expect(result.slice(2)).toEqual([-4, 4]);
  });

  test('a choice without a value is refused', () => {
    expect(() => i32(1).select(1, 2 as never)).toThrow('select: at least one side must be a value, 1 and 2');
  });
});

describe('vectors', () => {
  test('shuffle takes lanes of both', () => {
    const result = runOn([1, 2, 3, 4, 5, 6, 7, 8], (k, at) => {
      k.store(at, i32x4.load(at).shuffle(i32x4.load(at, 16), 7, 0, 4, 3));
    });
    expect(result.slice(0, 4)).toEqual([8, 1, 5, 4]);
  });

  test('lanes that are not there are refused', () => {
    const vector = f32x4(0);
    expect(() => vector.shuffle(vector, 0, 1, 2, 8)).toThrow(
      'shuffle: needs 4 lanes from 0 to 7, [0, 1, 2, 8]',
    );
    expect(() => f32x4(1, 2)).toThrow('f32x4: takes 1 value or 4, 2 given');
  });

  test('masks select lane by lane', () => {
    const result = runOn([1, -2, 3, -4], (k, at) => {
      const x = i32x4.load(at);
      k.store(at, x.lt(0).select(x.neg(), 0));
    });
    expect(result).toEqual([0, 2, 0, 4]);
  });

  test('sums, maxima and minima across lanes', () => {
    const floats = [1.5, -2, 8, 0.25];
    const pointer = heap.allocate(32);
    heap.f32(pointer, 4).set(floats);
    kernelOf((k, at) => {
      const x = k.let(f32x4.load(at));
      k.store(at, x.sumLanes(), 16);
      k.store(at, x.maxLanes(), 20);
      k.store(at, x.minLanes(), 24);
    }).run(1, [pointer]);
    expect([...heap.f32(pointer + 16, 3)]).toEqual([7.75, 8, -2]);
    heap.free(pointer);
  });

  test('storeLane writes one lane', () => {
    const result = runOn([1, 2, 3, 4, 0, 0], (k, at) => k.storeLane(at, i32x4.load(at), 2, 20));
    expect(result).toEqual([1, 2, 3, 4, 0, 3]);
  });

  test('constants: one value for all lanes, or one for each', () => {
    const result = runOn(new Array(16).fill(0), (k, at) => {
      k.store(at, i32x4(-7));
      k.store(at, i32x4(1, 2, 3, 4), 16);
      k.store(at, i8x16(1), 32);
      k.store(at, i64x2(5n, -1n), 48);
    });
    expect(result).toEqual([-7, -7, -7, -7, 1, 2, 3, 4, ...new Array(4).fill(0x01010101), 5, 0, -1, -1]);
  });

  test('a number splat from memory is one instruction', () => {
    const bytes = build((k, at) => k.store(at, f32.load(at, 4).splat()));
    expect(occurrences(bytes, [0xfd, 0x09, 2, 4])).toBe(1);
  });

  test('bits change their kind for nothing', () => {
    const plain = build((k, at) => k.store(at, f32x4.load(at)));
    const renamed = build((k, at) => k.store(at, f32x4.load(at).bitsAs('i32x4').bitsAs('i8x16')));
    expect(renamed).toEqual(plain);
  });

  test('a scalar is no vector, and a float no integer', () => {
    expect(() => f32x4(1).add(i32(1) as never)).toThrow('kernel: f32x4 expected, i32 given');
    expect(() => i32(1).add(f32(1) as never)).toThrow('kernel: i32 expected, f32 given');
  });
});

describe('mulAdd', () => {
  const run = (numerics: 'fast' | 'strict', values: readonly number[], negated: boolean) => {
    const pointer = heap.allocate(64);
    heap.f32(pointer, 12).set(values.flatMap((value) => [value, value, value, value]));
    kernelOf((k, at) => {
      const [a, b, c] = [f32x4.load(at), f32x4.load(at, 16), f32x4.load(at, 32)];
      k.store(at, negated ? a.negMulAdd(b, c) : a.mulAdd(b, c), 48);
    }, numerics).run(1, [pointer]);
    const [result] = heap.f32(pointer + 48, 1);
    heap.free(pointer);
    return result;
  };
  const float = fc.float({ noNaN: true, min: -1000, max: 1000 });

  test('strict rounds twice, to the bit', () => {
    fc.assert(
      fc.property(float, float, float, (a, b, c) => {
        expect(run('strict', [a, b, c], false)).toBe(Math.fround(Math.fround(a * b) + c));
        expect(run('strict', [a, b, c], true)).toBe(Math.fround(c - Math.fround(a * b)));
      }),
      { numRuns: 40 },
    );
  });

  test('fast rounds once or twice', () => {
    fc.assert(
      fc.property(float, float, float, (a, b, c) => {
        expect([Math.fround(a * b + c), Math.fround(Math.fround(a * b) + c)]).toContain(
          run('fast', [a, b, c], false),
        );
      }),
      { numRuns: 40 },
    );
  });

  test.runIf(relaxedMadd())('fast is one instruction where the engine has it', () => {
    const bytes = build((k, at) => k.store(at, f32x4.load(at).mulAdd(2, f32x4.load(at))));
    expect(occurrences(bytes, [0xfd, 0x85, 0x02])).toBe(1);
  });

  test('on two doubles', () => {
    const pointer = heap.allocate(64);
    new Float64Array(heap.buffer as ArrayBuffer, pointer, 6).set([2, 3, 5, 7, 11, 13]);
    kernelOf((k, at) => {
      const [a, b, c] = [0, 16, 32].map((offset) => k.let(f64x2.load(at, offset)));
      k.store(at, a!.mulAdd(b!, c!));
      k.store(at, a!.negMulAdd(b!, c!), 16);
    }, 'strict').run(1, [pointer]);
    expect([...new Float64Array(heap.buffer as ArrayBuffer, pointer, 4)]).toEqual([21, 34, 1, -8]);
    heap.free(pointer);
  });
});

describe('what both sides of a choice need', () => {
  test('is computed once, before', () => {
    const bytes = build((k, at) => {
      const root = f32x4.load(at).sqrt();
      k.store(at, i32.load(at).choose(root.add(root), root.mul(3)), 16);
    });
    expect(occurrences(bytes, sqrt)).toBe(1);
  });

  test('also under another kind, or as one of the sides', () => {
    const bytes = build((k, at) => {
      const root = f32x4.load(at).sqrt();
      const bits = root.bitsAs('i32x4');
      k.store(at, i32.load(at).choose(bits.add(bits), bits));
    });
    expect(occurrences(bytes, sqrt)).toBe(1);
  });

  test('choices inside choices', () => {
    const sign = (x: number) =>
      runOn([x], (k, at) => {
        const value = i32.load(at);
        const double = value.add(value);
        k.store(at, value.gt(0).choose(double.add(1), value.lt(0).choose(double.sub(1), i32(7).add(double))));
      })[0];
    expect([5, -5, 0].map(sign)).toEqual([11, -11, 7]);
  });

  test('random formulas give what they give without choices', () => {
    const shape = fc.array(fc.tuple(fc.nat(2), fc.nat(), fc.nat(), fc.nat()), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(fc.integer(), fc.integer(), shape, (a, b, steps) => {
        const expected = [a, b];
        const pick = <T>(list: readonly T[], index: number): T => list[index % list.length]!;
        for (const [kind, x, y, z] of steps) {
          const [first, second, third] = [x, y, z].map((index) => pick(expected, index)) as [
            number,
            number,
            number,
          ];
          if (kind === 0) expected.push((first + second) | 0);
          else if (kind === 1) expected.push(first ^ second);
          else expected.push(first < second ? third : (first - third) | 0);
        }
        const [result] = runOn([a, b], (k, at) => {
          const values = [i32.load(at), i32.load(at, 4)];
          for (const [kind, x, y, z] of steps) {
            const [first, second, third] = [x, y, z].map((index) => pick(values, index)) as [I32, I32, I32];
            if (kind === 0) values.push(first.add(second));
            else if (kind === 1) values.push(first.xor(second));
            else values.push(first.lt(second).choose(third, first.sub(third)));
          }
          k.store(at, values.at(-1)!);
        });
        expect(result).toBe(expected.at(-1));
      }),
      { numRuns: 150 },
    );
  });
});
