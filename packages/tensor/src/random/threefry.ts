/** A key names one stream of random numbers: 64 bits in two unsigned words. */
export interface RandomKey {
  readonly high: number;
  readonly low: number;
}

/** Rotation distances of the 2 x 32 variant: four rounds with the first row, four with the second, again. */
export const ROTATIONS = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
] as const;
export const ROUNDS = 20;
export const KEY_PARITY = 0x1bd11bda;

/**
 * Threefry-2x32-20 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC11):
 * scrambles a 64-bit counter under a 64-bit key into two random words. There is no state to carry along,
 * so any element of a stream can be made at any time, by any thread.
 */
export function threefry(block: Uint32Array, key: RandomKey, counterHigh: number, counterLow: number): void {
  const schedule = [key.high | 0, key.low | 0, KEY_PARITY ^ key.high ^ key.low];
  let x = (counterHigh + schedule[0]) | 0;
  let y = (counterLow + schedule[1]) | 0;
  for (let injection = 1; injection <= ROUNDS / 4; injection++) {
    const distances = ROTATIONS[(injection - 1) & 1];
    for (let round = 0; round < 4; round++) {
      x = (x + y) | 0;
      y = ((y << distances[round]) | (y >>> -distances[round])) ^ x;
    }
    x = (x + schedule[injection % 3]) | 0;
    y = (y + schedule[(injection + 1) % 3] + injection) | 0;
  }
  block[0] = x;
  block[1] = y;
}
