import { type Builder, type F32x4, f32x4, type I32, i32, i32x4, wasmProcedure } from '@sonograd/wasm';
import { interleaved, keySchedule, randomWords } from '../../random/lanes.ts';

/**
 * Scores of so many keys against as many queries at a time: [key][query], so that each lane has a query of its own,
 * and largest scores and sums over keys need no work across lanes.
 */
export const tileSide = 64;
export const tileRowBytes = 4 * tileSide;
export const tileBytes = tileSide * tileRowBytes;

/** The score of a pair that may not meet: below every real one, and finite, for -∞ less itself is no number. */
export const masked = -1e30;

/** Eight queries at a time, as two vectors. */
const columnsTogether = 8;

/** The rows of eight columns of a tile, as pointers. */
function eachKey(k: Builder, first: I32, keys: I32, body: (row: I32) => void): void {
  const row = k.variable(i32, first, 'tileRow');
  const end = k.let(keys.mul(tileRowBytes).add(first), 'tileEnd');
  k.while(
    () => row.ne(end),
    () => {
      body(row);
      row.set(row.add(tileRowBytes));
    },
  );
}

/** Keys behind a query are out of sight; `ahead` is the number of the first query less that of the first key. */
export const maskCausal = wasmProcedure(
  'maskCausal',
  { scores: 'i32', queries: 'i32', keys: 'i32', ahead: 'i32' },
  (k, { scores, queries, keys, ahead }) => {
    k.for(0, queries, 4, (query) => {
      const lastSeen = k.let(
        query
          .add(ahead)
          .splat()
          .add(i32x4(0, 1, 2, 3)),
      );
      const key = k.variable(i32, 0, 'key');
      eachKey(k, query.shl(2).add(scores), keys, (row) => {
        k.store(row, key.splat().le(lastSeen).select(f32x4.load(row), masked));
        key.set(key.add(1));
      });
    });
  },
);

/** Bytes of a mask, 0 where a query may not look; steps of 0 where all queries, or all keys, share them. */
export const maskScores = wasmProcedure(
  'maskScores',
  { scores: 'i32', queries: 'i32', keys: 'i32', mask: 'i32', queryStep: 'i32', keyStep: 'i32' },
  (k, { scores, queries, keys, mask, queryStep, keyStep }) => {
    k.for(0, queries, 1, (query) => {
      const byte = k.variable(i32, query.mul(queryStep).add(mask), 'byte');
      eachKey(k, query.shl(2).add(scores), keys, (row) => {
        k.if(i32.load8U(byte).eqz(), () => k.storeLane(row, f32x4(masked), 0));
        byte.set(byte.add(keyStep));
      });
    });
  },
);

/**
 * Scores become exp(score - largest so far). `largest` and `total` are kept for each query from tile to tile, and
 * `shrink` is what sums of earlier tiles must be multiplied by (Milakov and Gimelshein, arXiv:1805.02867).
 */
export const softenTile = wasmProcedure(
  'softenTile',
  { scores: 'i32', queries: 'i32', keys: 'i32', largest: 'i32', total: 'i32', shrink: 'i32' },
  (k, { scores, queries, keys, largest, total, shrink }) => {
    k.for(0, queries, columnsTogether, (query) => {
      const place = k.let(query.shl(2));
      const first = k.let(place.add(scores));
      const halves = [0, 16].map((bytes) => {
        const before = k.let(f32x4.load(largest.add(place), bytes));
        return { bytes, before, most: k.variable(f32x4, before, 'most') };
      });
      eachKey(k, first, keys, (row) => {
        for (const { bytes, most } of halves) most.set(most.pmax(f32x4.load(row, bytes)));
      });
      const sums = halves.map(({ bytes, before, most }) => {
        const factor = k.let(before.sub(most).exp());
        k.store(largest.add(place), most, bytes);
        k.store(shrink.add(place), factor, bytes);
        return k.variable(f32x4, f32x4.load(total.add(place), bytes).mul(factor), 'sum');
      });
      eachKey(k, first, keys, (row) => {
        halves.forEach(({ bytes, most }, half) => {
          const grown = k.let(f32x4.load(row, bytes).sub(most).exp());
          sums[half].set(sums[half].add(grown));
          k.store(row, grown, bytes);
        });
      });
      halves.forEach(({ bytes }, half) => {
        k.store(total.add(place), sums[half], bytes);
      });
    });
  },
);

/** Each row of `out` times the number of its query. */
export const scaleRows = wasmProcedure(
  'scaleRows',
  { out: 'i32', width: 'i32', rows: 'i32', factors: 'i32' },
  (k, { out, width, rows, factors }) => {
    const row = k.variable(i32, out, 'row');
    k.for(0, rows, 1, (index) => {
      const factor = k.let(f32x4.loadSplat(index.shl(2).add(factors)));
      k.forLanes(0, width, (at) => at.store(row, at.load(row).mul(factor)));
      row.set(row.add(width.shl(2)));
    });
  },
);

/**
 * 0 or 1 / (1 - p) for each pair, never stored beyond a tile: the halves of a word of the generator serve two keys,
 * four blocks of two words eight queries. `group` counts those blocks for keys 0 and 1 of the tile, `groupStep` leads
 * to the next two keys.
 */
export const dropTile = wasmProcedure(
  'dropTile',
  {
    kept: 'i32',
    queries: 'i32',
    keys: 'i32',
    high: 'i32',
    low: 'i32',
    group: 'i32',
    groupStep: 'i32',
    threshold: 'i32',
    growth: 'f32',
  },
  (k, { kept, queries, keys, high, low, group, groupStep, threshold, growth }) => {
    const schedule = keySchedule(k, { high, low });
    const growths = k.let(growth.splat());
    k.for(0, keys, 2, (key) => {
      const groups = k.let(key.shrU(1).mul(groupStep).add(group));
      const row = k.let(key.mul(tileRowBytes).add(kept));
      k.for(0, queries, columnsTogether, (query) => {
        const words = interleaved(...randomWords(k, schedule, groups.add(query.shrU(3))));
        const target = k.let(query.shl(2).add(row));
        words.forEach((word, half) => {
          const keep = (bits: typeof word) => growths.and(bits.ge(threshold.splat()));
          k.store(target, keep(word.and(0xffff)), 16 * half);
          k.store(target, keep(word.shrU(16)), tileRowBytes + 16 * half);
        });
      });
    });
  },
);

/** weights *= kept. */
export const multiplyTile = wasmProcedure(
  'multiplyTile',
  { weights: 'i32', kept: 'i32', keys: 'i32' },
  (k, { weights, kept, keys }) => {
    k.forLanes(0, keys.mul(tileSide), (at) => at.store(weights, at.load(weights).mul(at.load(kept))));
  },
);

const gradientParameters = {
  scores: 'i32',
  dWeights: 'i32',
  /** What dropout multiplied the weights by. */
  kept: 'i32',
  queries: 'i32',
  keys: 'i32',
  logSums: 'i32',
  deltas: 'i32',
  scale: 'f32',
} as const;

/**
 * Scores become the weights that met the values, and `dWeights` the gradients of q·kᵀ: weight (dWeight - delta) scale,
 * where delta is the sum of dOut · out of the query (Dao et al., arXiv:2205.14135).
 */
const gradientTile = (name: string, hasDropout: boolean) =>
  wasmProcedure(name, gradientParameters, (k, given) => {
    const { scores, dWeights, kept, queries, keys, logSums, deltas, scale } = given;
    const scales = k.let(scale.splat());
    const toGradient = k.let(dWeights.sub(scores));
    const toKept = k.let(kept.sub(scores));
    k.for(0, queries, 4, (query) => {
      const place = k.let(query.shl(2));
      const logSum = k.let(f32x4.load(logSums.add(place)));
      const delta = k.let(f32x4.load(deltas.add(place)));
      eachKey(k, place.add(scores), keys, (row) => {
        const weight = k.let(f32x4.load(row).sub(logSum).exp());
        const gradient = k.let(row.add(toGradient));
        const dWeight = f32x4.load(gradient);
        const into = (dKept: F32x4) => k.store(gradient, dKept.sub(delta).mul(weight).mul(scales));
        if (hasDropout) {
          const factor = k.let(f32x4.load(row.add(toKept)));
          into(dWeight.mul(factor));
          k.store(row, weight.mul(factor));
        } else {
          into(dWeight);
          k.store(row, weight);
        }
      });
    });
  });

export const gradientOfTile = gradientTile('gradientOfTile', false);
export const gradientOfDroppedTile = gradientTile('gradientOfDroppedTile', true);
