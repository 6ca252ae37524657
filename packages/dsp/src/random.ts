/**
 * Threefry-2x32 with 20 rounds (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011):
 * a keyed mixing of a counter. Number n of a stream needs no number before it, so streams split
 * by key, resume anywhere, and give the same bits on every machine.
 */
const rotations = [13, 15, 26, 6, 17, 29, 16, 24];
const keyParity = 0x1bd11bda;

/** Mixes the counter pair under the key pair into `out`: two random 32-bit integers. */
export function threefry2x32(
  key0: number,
  key1: number,
  counter0: number,
  counter1: number,
  out: Uint32Array,
): Uint32Array {
  const key2 = keyParity ^ key0 ^ key1;
  let x = (counter0 + key0) | 0;
  let y = (counter1 + key1) | 0;
  // Five times four rounds; after each four, two of the three keys are added, in turn.
  for (let group = 1, a = key1, b = key2, c = key0; group <= 5; group++) {
    const first = group % 2 === 1 ? 0 : 4;
    for (let round = first; round < first + 4; round++) {
      x = (x + y) | 0;
      y = ((y << rotations[round]) | (y >>> (32 - rotations[round]))) ^ x;
    }
    x = (x + a) | 0;
    y = (y + b + group) | 0;
    [a, b, c] = [b, c, a];
  }
  out[0] = x;
  out[1] = y;
  return out;
}

/** A stream of random numbers, fixed by its seed; `split` gives independent streams. */
export class RandomStream {
  readonly #key0: number;
  readonly #key1: number;
  #counter = 0;
  readonly #pair = new Uint32Array(2);
  #unread = 0;
  #spareNormal: number | undefined;

  /** Any integer that a double holds exactly is a seed of its own; negative ones too. */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed)) throw new RangeError(`random: seed must be a safe integer, ${seed}`);
    this.#key0 = seed | 0;
    this.#key1 = Math.floor(seed / 2 ** 32) | 0;
  }

  /** 32 random bits. */
  bits(): number {
    if (this.#unread === 0) {
      threefry2x32(
        this.#key0,
        this.#key1,
        this.#counter | 0,
        Math.floor(this.#counter / 2 ** 32),
        this.#pair,
      );
      this.#counter++;
      this.#unread = 2;
    }
    return this.#pair[2 - this.#unread--];
  }

  /** Uniform in [low, high). */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * (this.bits() / 2 ** 32);
  }

  /** A whole number in [0, below). The bias of the multiplication is below / 2^32. */
  integer(below: number): number {
    return Math.floor(this.uniform() * below);
  }

  /** Normal with mean 0 and deviation 1, by Box and Muller, two at a time. */
  normal(): number {
    if (this.#spareNormal !== undefined) {
      const spare = this.#spareNormal;
      this.#spareNormal = undefined;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log((this.bits() + 0.5) / 2 ** 32));
    const angle = 2 * Math.PI * this.uniform();
    this.#spareNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** An independent stream for a purpose; it does not advance this one. */
  split(purpose: number): RandomStream {
    const [low, high] = threefry2x32(this.#key0, this.#key1, purpose | 0, -1, new Uint32Array(2));
    return new RandomStream(low + (high >>> 11) * 2 ** 32);
  }
}
