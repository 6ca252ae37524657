import { describe, expect, test } from 'vitest';
import { f32x4, kernelFamily, wasmFunction } from '../../packages/wasm/src/index.ts';
import { kernelText, listFamilies } from '../../packages/wasm/tools/kernelText.ts';
import { parseRequest, printKernel } from '../../packages/wasm/tools/printKernel.ts';

const halve = wasmFunction('halve', { x: 'f32x4' }, 'f32x4', (_, { x }) => x.mul(0.5));

kernelFamily('shown', (family) => ({
  average: family.kernel({ out: 'i32', left: 'i32', right: 'i32' }, (k, { out, left, right }) => {
    k.forLanes(k.begin, k.end, (at) => at.store(out, halve.of({ x: at.load(left).add(at.load(right)) })));
  }),
  fused: family.kernel({ out: 'i32', weight: 'f32' }, (k, { out, weight }) => {
    const total = k.variable(f32x4, 0, 'total');
    k.for(k.begin, k.end, 1, () => total.set(total.mulAdd(weight.splat(), 1)), 'row');
    k.atomicStore(out, total.toI32x4().lane(0));
  }),
}));

describe('kernelText', () => {
  test('shows the kernel with names of parameters and locals', async () => {
    const text = await kernelText('shown/average');
    expect(text).toContain('(func $average (export "average")');
    expect(text).toMatch(/\(param \$args i32\) \(param \$begin i32\) \(param \$end i32\)/);
    for (const name of ['$out', '$left', '$right', '$offset', '$stop'])
      expect(text).toContain(`local.get ${name}`);
    expect(text).toMatch(/v128\.load\b.*f32x4\.add.*v128\.store\b/s);
    expect(text).toMatch(/v128\.load32_zero.*v128\.store32_lane/s);
  });

  test('shows the helpers that it calls, and no other kernel', async () => {
    const text = await kernelText('shown/average');
    expect(text).toContain('call $halve');
    expect(text).toMatch(/\(func \$halve.*f32x4\.mul/s);
    expect(text).not.toContain('fused');
  });

  test('relaxed SIMD and atomics have a text too', async () => {
    const text = await kernelText('shown/fused');
    expect(text).toMatch(/f32x4\.relaxed_madd|f32x4\.mul\s+.*f32x4\.add/s);
    expect(text).toContain('i32.atomic.store');
    expect(text).toContain('local.get $row');
    expect(text).toContain('local.set $total');
  });

  test('what does not exist is answered with what does', async () => {
    await expect(kernelText('nowhere/x')).rejects.toThrow(
      /no family is called "nowhere", there are\n.*shown: average/s,
    );
    await expect(kernelText('shown/x')).rejects.toThrow('shown has no kernel "x", it has average fused');
    await expect(kernelText('shown')).rejects.toThrow('shown has no kernel ""');
  });

  test('families are listed with their kernels', () => {
    expect(listFamilies()).toContain('shown: average fused');
  });
});

describe('kernel:wat', () => {
  const here = new URL('./kernelTextFamily.ts', import.meta.url).pathname;

  test('reads its words', () => {
    expect(parseRequest(['a/b'])).toEqual({ kernel: 'a/b', modules: ['@sonograd/tensor', '@sonograd/dsp'] });
    expect(parseRequest(['--from', 'some-package', 'a/b'])).toEqual({
      kernel: 'a/b',
      modules: ['some-package'],
    });
    expect(parseRequest(['a/b', '--from', './file.ts']).modules[0]).toMatch(/^file:.*\/file\.ts$/);
    expect(() => parseRequest(['a/b', '--from'])).toThrow('kernel:wat: --from needs a module');
  });

  test('imports a module and prints a kernel of it', async () => {
    expect(await printKernel(['elsewhere/negate', '--from', here])).toContain('f32x4.neg');
  });

  test('lists families when no kernel is named', async () => {
    expect(await printKernel(['--from', here])).toContain('elsewhere: negate');
  });
});
