import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  f32,
  f64,
  type I32,
  i32,
  i64,
  type KernelBuilder,
  wasmFunction,
  wasmProcedure,
} from '../../packages/wasm/src/index.ts';
import { build, runOn } from './harness.ts';

describe('for', () => {
  test.each([
    [0, 5, 1, [0, 1, 2, 3, 4]],
    [2, 10, 3, [2, 5, 8]],
    [3, 3, 1, []],
    [5, 2, 1, []],
    [-2, 2, 1, [-2, -1, 0, 1]],
    [4, 0, -1, [4, 3, 2, 1]],
    [0, 0, -1, []],
  ])('from %i to %i by %i visits %j', (from, to, step, visited) => {
    const constants = runOn([0, ...new Array(8).fill(-99)], (k, at) => {
      k.for(from, to, step, (index) => append(k, at, index));
    });
    const values = runOn([0, ...new Array(8).fill(-99), from, to, step], (k, at) => {
      const [start, stop] = [36, 40].map((offset) => k.let(i32.load(at, offset)));
      k.for(start!, stop!, step, (index) => append(k, at, index));
    });
    for (const result of [constants, values]) {
      expect(result.slice(1, 1 + result[0]!)).toEqual(visited);
    }
  });

  test('the limit is computed once, before the first round', () => {
    const [rounds] = runOn([0, 3], (k, at) => {
      k.for(0, i32.load(at, 4), 1, () => {
        k.store(at, i32.load(at).add(1));
        k.store(at, i32(100), 4);
      });
    });
    expect(rounds).toBe(3);
  });

  test('a round can break out', () => {
    const [rounds] = runOn([0], (k, at) => {
      k.for(0, 100, 1, (index, exit) => {
        exit.breakIf(index.eq(7));
        k.store(at, i32.load(at).add(1));
      });
    });
    expect(rounds).toBe(7);
  });

  test('loops nest, and inner ones leave outer ones', () => {
    const [sum] = runOn([0], (k, at) => {
      k.for(0, 10, 1, (row, outer) => {
        k.for(0, 10, 1, (column) => {
          outer.breakIf(row.eq(2).and(column.eq(5)));
          k.store(at, i32.load(at).add(1));
        });
      });
    });
    expect(sum).toBe(25);
  });
});

/** The first integer counts those that follow it. */
function append(k: KernelBuilder, at: I32, value: I32): void {
  const count = k.let(i32.load(at));
  k.store(at.add(count.shl(2)), value, 4);
  k.store(at, count.add(1));
}

describe('while, loop, block and if', () => {
  test('while asks before the first round and after each', () => {
    const collatz = (start: number) =>
      runOn([start, 0], (k, at) => {
        const value = k.variable(i32, i32.load(at));
        const steps = k.variable(i32, 0);
        k.while(
          () => value.ne(1),
          () => {
            value.set(value.and(1).select(value.mul(3).add(1), value.shrU(1)));
            steps.set(steps.add(1));
          },
        );
        k.store(at, steps, 4);
      })[1];
    expect([1, 2, 7, 27].map(collatz)).toEqual([0, 1, 16, 111]);
  });

  test('loop runs until something breaks out', () => {
    const [rounds] = runOn([0], (k, at) => {
      k.loop((exit) => {
        k.store(at, i32.load(at).add(1));
        exit.breakIf(i32.load(at).ge(12));
      });
    });
    expect(rounds).toBe(12);
  });

  test('block is left early', () => {
    const result = runOn([5, 0], (k, at) => {
      k.block((exit) => {
        exit.breakIf(i32.load(at).gt(3));
        k.store(at, i32(1), 4);
      });
    });
    expect(result[1]).toBe(0);
  });

  test('an unconditional break ends a loop', () => {
    const [rounds] = runOn([0], (k, at) => {
      k.loop((exit) => {
        k.store(at, i32.load(at).add(1));
        k.if(i32.load(at).eq(4), () => exit.break());
      });
    });
    expect(rounds).toBe(4);
  });

  test.each([
    [1, 10],
    [0, 20],
  ])('if %i', (condition, expected) => {
    const [result] = runOn([condition], (k, at) => {
      k.if(
        i32.load(at),
        () => k.store(at, i32(10)),
        () => k.store(at, i32(20)),
      );
    });
    expect(result).toBe(expected);
  });
});

describe('memory', () => {
  test('store8 and store16 keep what is beside them', () => {
    const [first, second] = runOn([-1, -1], (k, at) => {
      k.store8(at, 0x12, 1);
      k.store16(at, 0x3456, 4);
    });
    expect(first! >>> 0).toBe(0xffff12ff);
    expect(second! >>> 0).toBe(0xffff3456);
  });

  test('narrow loads extend by sign or by zero', () => {
    const result = runOn([0x8081, 0, 0, 0, 0], (k, at) => {
      const loads = [i32.load8(at), i32.load8U(at), i32.load16(at), i32.load16U(at)].map((value) =>
        k.let(value),
      );
      for (const [index, value] of loads.entries()) k.store(at, value, 4 + 4 * index);
    });
    expect(result.slice(1)).toEqual([-127, 129, -32639, 32897]);
  });

  test('memoryCopy and memoryFill', () => {
    const result = runOn([1, 2, 3, 0, 0, 0], (k, at) => {
      k.memoryCopy(at.add(12), at, 12);
      k.memoryFill(at, 0xff, 4);
    });
    expect(result).toEqual([-1, 2, 3, 1, 2, 3]);
  });

  test('constant offsets end in the instruction, however they are written', () => {
    const forms = [
      build((k, at) => k.store(at, i32.load(at, 20))),
      build((k, at) => k.store(at, i32.load(at.add(20)))),
      build((k, at) => k.store(at, i32.load(at.add(8), 12))),
      build((k, at) => k.store(at, i32.load(at.add(24).sub(4)))),
    ];
    for (const form of forms) expect(form).toEqual(forms[0]);
  });

  test('an address below its base stays below it', () => {
    const [, second] = runOn([7, 0], (k, at) => {
      const end = k.let(at.add(8));
      k.store(end.sub(4), i32.load(end.sub(8)));
    });
    expect(second).toBe(7);
  });

  test('offsets that make no sense are refused', () => {
    expect(() => build((k, at) => k.store(at, i32.load(at, -4)))).toThrow(
      'only: kernel: a byte offset must be an integer from 0 on, -4',
    );
  });
});

describe('atomics', () => {
  test('add, exchange and compareExchange give what was there before', () => {
    const result = runOn([10, 0, 0, 0], (k, at) => {
      const before = [k.atomicAdd(at, 5), k.atomicExchange(at, 7), k.atomicCompareExchange(at, 7, 9)];
      for (const [index, value] of before.entries()) k.store(at, value, 4 + 4 * index);
    });
    expect(result).toEqual([9, 10, 15, 7]);
  });

  test('a failed compareExchange changes nothing', () => {
    expect(runOn([3], (k, at) => void k.atomicCompareExchange(at, 4, 9))).toEqual([3]);
  });

  test('atomicStore and atomicLoad', () => {
    const result = runOn([1, 0], (k, at) => {
      k.atomicStore(at, 41);
      k.store(at, i32.atomicLoad(at).add(1), 4);
    });
    expect(result).toEqual([41, 42]);
  });

  test('wait times out, or says that the value is another; notify counts whom it woke', () => {
    const result = runOn([5, 0, 0, 0], (k, at) => {
      const answers = [k.atomicWait(at, 5, 1000n), k.atomicWait(at, 6, -1n), k.atomicNotify(at, 10)];
      for (const [index, value] of answers.entries()) k.store(at, value, 4 + 4 * index);
    });
    expect(result.slice(1)).toEqual([2, 1, 0]);
  });
});

describe('functions', () => {
  const power = wasmFunction('power', { base: 'i32', exponent: 'i32' }, 'i32', (k, { base, exponent }) => {
    const result = k.variable(i32, 1);
    k.for(0, exponent, 1, () => result.set(result.mul(base)));
    return result;
  });
  const bump = wasmProcedure('bump', { at: 'i32' }, (k, { at }) => k.store(at, i32.load(at).add(1)));

  test('a function is an expression, or a call that keeps its result', () => {
    const result = runOn([3, 0, 0], (k, at) => {
      k.store(at, power.of({ base: i32.load(at), exponent: 4 }).add(1), 4);
      const kept = k.call(power, { base: 2, exponent: 10 });
      k.store(at, kept, 8);
    });
    expect(result).toEqual([3, 82, 1024]);
  });

  test('a procedure acts each time it is called', () => {
    expect(runOn([0], (k, at) => [1, 2, 3].forEach(() => void k.call(bump, { at })))).toEqual([3]);
  });

  test('a function may call itself', () => {
    const fibonacci = wasmFunction('fibonacci', { n: 'i32' }, 'i32', (_, { n }): I32 => {
      const deeper: I32 = fibonacci.of({ n: n.sub(1) }).add(fibonacci.of({ n: n.sub(2) }));
      return n.lt(2).choose(n, deeper);
    });
    expect(runOn([20], (k, at) => k.store(at, fibonacci.of({ n: i32.load(at) })))).toEqual([6765]);
  });

  test('a module has one copy of each function that it calls, and no other', () => {
    const once = build((k, at) => k.store(at, power.of({ base: 2, exponent: 3 })));
    const twice = build((k, at) => {
      k.store(at, power.of({ base: 2, exponent: 3 }));
      k.store(at, power.of({ base: 2, exponent: 3 }), 4);
    });
    expect(twice.length - once.length).toBeLessThan(16);
    expect(new TextDecoder('latin1').decode(once)).not.toContain('bump');
  });

  test('parameters of all scalar kinds arrive', () => {
    const mix = wasmFunction('mix', { a: 'i32', b: 'i64', c: 'f32', d: 'f64' }, 'f64', (_, { a, b, c, d }) =>
      a.toF64().add(b.toF64()).add(c.toF64()).add(d),
    );
    const [result] = runOn([0], (k, at) =>
      k.store(at, mix.of({ a: 1, b: 2n, c: f32(3), d: f64(4) }).toI32()),
    );
    expect(result).toBe(10);
  });

  test('a missing argument is named', () => {
    expect(() => build((k) => void k.call(power, { base: 1 } as { base: number; exponent: number }))).toThrow(
      'call: power needs exponent',
    );
  });
});

describe('integers of 64 bits', () => {
  test('wide products', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (a, b) => {
        const product = BigInt(a) * BigInt(b);
        const result = runOn([a, b, 0, 0], (k, at) =>
          k.store(at, i32.load(at).toI64().mul(i32.load(at, 4).toI64()), 8),
        );
        expect(result.slice(2)).toEqual([
          Number(BigInt.asIntN(32, product)),
          Number(BigInt.asIntN(32, product >> 32n)),
        ]);
      }),
      { numRuns: 20 },
    );
  });

  test('constants of 64 bits', () => {
    const result = runOn([0, 0], (k, at) => k.store(at, i64(0x1234_5678_9abc_def0n)));
    expect(result.map((word) => word >>> 0)).toEqual([0x9abcdef0, 0x12345678]);
  });
});
