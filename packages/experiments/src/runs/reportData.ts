import { z } from 'zod';

/** Numbers row by row, [bin][frame], the lowest band first: a picture of a sound. */
const picture = z.strictObject({
  bins: z.int().positive(),
  frames: z.int().positive(),
  data: z.array(z.number()),
});

/** Right and wrong among some clips. */
const score = z.strictObject({
  name: z.string(),
  count: z.int().min(0),
  accuracy: z.number(),
});

const classScore = z.strictObject({
  name: z.string(),
  precision: z.number(),
  recall: z.number(),
  f1: z.number(),
  support: z.int().min(0),
});

/** Who was taken for whom: rows are true classes, columns are predicted ones. */
const confusion = z.strictObject({
  classes: z.array(z.string()),
  counts: z.array(z.array(z.int().min(0))),
});

/** One clip on its way: what goes in, what should come out, what comes out. */
const example = z.strictObject({
  title: z.string(),
  /** Said of the clip: `5 by george`, `taken for 9`. */
  caption: z.string().default(''),
  pictures: z.array(z.strictObject({ title: z.string(), picture })),
  /** Files below `samples/`. */
  sounds: z.array(z.strictObject({ title: z.string(), file: z.string() })).default([]),
});

/** Codes in fewer dimensions are for the report to make. */
const latentPoint = z.strictObject({
  id: z.string(),
  digit: z.int().min(0).max(9),
  speaker: z.string(),
  code: z.array(z.number()),
});

const statistics = z.strictObject({
  mean: z.number(),
  deviation: z.number(),
  deadShare: z.number(),
  /** One edge more than counts. */
  edges: z.array(z.number()),
  counts: z.array(z.int().min(0)),
});

/** What one layer puts out on the last batch looked at, and the gradient that came back to it. */
const layer = z.strictObject({
  model: z.string(),
  name: z.string(),
  layer: z.string(),
  output: statistics,
  gradient: statistics.nullable(),
});

const modelSummary = z.strictObject({
  name: z.string(),
  parameters: z.int().min(0),
  multiplyAdds: z.int().min(0),
  rows: z.array(
    z.strictObject({
      name: z.string(),
      layer: z.string(),
      output: z.string(),
      parameters: z.int().min(0),
      multiplyAdds: z.int().min(0),
    }),
  ),
});

const corpus = z.strictObject({
  name: z.string(),
  licence: z.string(),
  home: z.string(),
  train: z.int().min(0),
  validation: z.int().min(0),
  test: z.int().min(0),
  speakers: z.int().min(0),
  /** Clips that could not be read or used, and why. */
  skipped: z.array(z.strictObject({ id: z.string(), reason: z.string() })).default([]),
});

/**
 * `report.json`: what a pipeline leaves beside its metrics for the page to show. A section that makes no sense for a
 * pipeline is left out, and the page leaves it out too.
 */
export const reportData = z.strictObject({
  /** A line for the head of the page, and what there is to know before one reads on. */
  title: z.string(),
  summary: z.string().default(''),
  corpus,
  models: z.array(modelSummary).default([]),
  confusion: confusion.optional(),
  perClass: z.array(classScore).default([]),
  perSpeaker: z.array(score).default([]),
  /** Other tables: baselines, ablations, noise levels. */
  tables: z
    .array(
      z.strictObject({
        title: z.string(),
        head: z.array(z.string()),
        rows: z.array(z.array(z.union([z.string(), z.number()]))),
      }),
    )
    .default([]),
  examples: z.array(example).default([]),
  latent: z.array(latentPoint).default([]),
  layers: z.array(layer).default([]),
});

export type ReportData = z.infer<typeof reportData>;
export type ReportSettings = z.input<typeof reportData>;
export type ReportPicture = z.infer<typeof picture>;

/**
 * One line of `metrics.jsonl`: `phase` names what is being trained (`classifier`, `autoencoder`), `kind` is `step`
 * (with `loss` and `rate`) or `validation` (with `loss` and other metrics by name).
 */
export const metricLine = z
  .object({
    phase: z.string(),
    kind: z.enum(['step', 'validation']),
    step: z.int().min(0),
    epoch: z.int().min(0),
    loss: z.number(),
  })
  .catchall(z.union([z.number(), z.string(), z.boolean(), z.null()]));

/** `metrics.json`: figures by name, `testAccuracy` and its like. No times: the same seed gives the same file. */
export const finalMetrics = z.record(z.string(), z.number());
export type FinalMetrics = z.infer<typeof finalMetrics>;
