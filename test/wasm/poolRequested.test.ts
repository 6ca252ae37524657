import { describe, expect, test } from 'vitest';
import { availableCores, requestedThreads, requireThreads } from '../../packages/wasm/src/pool/requested.ts';

const asked = (text: string | undefined, cores = 4): number =>
  requestedThreads({ environment: { SONOGRAD_THREADS: text }, cores });

describe('requestedThreads', () => {
  test('as many threads as cores unless SONOGRAD_THREADS says otherwise', () => {
    expect(asked(undefined)).toBe(4);
    expect(asked('')).toBe(4);
    expect(asked(undefined, 200)).toBe(64);
    expect(asked('1')).toBe(1);
    expect(asked('12')).toBe(12);
  });

  test.each(['abc', '-1', '2.5', '1e3', ' 4'])('refuses %j', (text) => {
    expect(() => asked(text)).toThrow(`SONOGRAD_THREADS: not a whole number, ${text}`);
  });

  test.each(['0', '65', '9999'])('refuses %j threads', (text) => {
    expect(() => asked(text)).toThrow(
      `SONOGRAD_THREADS: threads must be a whole number from 1 to 64, ${text}`,
    );
  });

  test('this machine has cores', () => {
    expect(availableCores()).toBeGreaterThanOrEqual(1);
    expect(requestedThreads()).toBeGreaterThanOrEqual(1);
  });
});

describe('requireThreads', () => {
  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 65])('refuses %d', (count) => {
    expect(() => requireThreads('setThreads', count)).toThrow(
      `setThreads: threads must be a whole number from 1 to 64, ${count}`,
    );
  });

  test.each([1, 64])('lets %d pass', (count) => {
    expect(requireThreads('setThreads', count)).toBe(count);
  });
});
