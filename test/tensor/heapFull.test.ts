import { type AnyTensor, emptyTensor, memory, setEngine, zeros } from '@sonograd/tensor';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** A quarter of the address space. Nothing is written, so the machine never has to provide it. */
const gigabyte = 2 ** 28;

describe('a full heap', () => {
  const held: AnyTensor[] = [];
  let message = '';

  beforeAll(() => {
    setEngine('simd');
    held.push(zeros([300, 1000]));
    try {
      for (let count = 0; count < 5; count++)
        held.push(emptyTensor('activations', [count + 1, gigabyte / (count + 1) - 16], 'float32'));
    } catch (error) {
      message = (error as Error).message;
    }
  });

  afterAll(() => {
    for (const tensor of held) tensor.dispose();
  });

  test('says what was wanted, and how much is in use', () => {
    expect(message).toMatch(
      /^activations: the heap is full, \[\d, \d+\] needs \d+\.\d MB and \d+\.\d MB are in use/,
    );
  });

  test('names the largest holders, largest first', () => {
    const holders = message.split('\n').filter((line) => line.startsWith('  '));
    expect(holders.length).toBeGreaterThanOrEqual(3);
    expect(holders.length).toBeLessThanOrEqual(10);
    expect(holders[0]).toMatch(/1\d{3}\.\d MB {2}activations \[1, \d+\]/);
    expect(holders.at(-1)).toMatch(/1\.1 MB {2}full \[300, 1000\]/);
  });

  test('says what to do', () => {
    expect(message).toContain('Wrap each training step in scope(() => …)');
  });

  test('is told by memory() too', () => {
    const { largest, liveBytes, peakBytes } = memory();
    expect(largest[0]).toMatchObject({ maker: 'activations' });
    expect(liveBytes).toBeGreaterThan(3 * 2 ** 30);
    expect(peakBytes).toBeGreaterThanOrEqual(liveBytes);
  });

  test('serves again once something was given back', () => {
    held.splice(1, 1)[0]!.dispose();
    const again = emptyTensor('activations', [2 ** 20], 'float32');
    expect(again.size).toBe(2 ** 20);
    again.dispose();
  });
});
