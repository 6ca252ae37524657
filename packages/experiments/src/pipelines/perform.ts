import { InputError } from '../inputError.ts';
import type { FinalMetrics, ReportData } from '../runs/reportData.ts';
import { reportData } from '../runs/reportData.ts';
import type { RunFolder } from '../runs/runFolder.ts';
import { readTrained } from '../runs/trained.ts';
import { mergeSettings, parseConfig, type Settings } from '../settings/settings.ts';
import type {
  EvaluationWork,
  ListeningWork,
  Pipeline,
  PipelineConfig,
  Prepared,
  PrepareOptions,
  Tools,
  Trained,
} from './pipeline.ts';
import { findPipeline } from './registry.ts';

export interface Outcome {
  readonly metrics: FinalMetrics;
  readonly report: ReportData;
}

/** The whole config of a run: the pipeline's defaults, its quick form if wanted, then what people set, in order. */
export function configure(
  pipeline: Pipeline,
  settings: readonly Settings[],
  { quick = false } = {},
): PipelineConfig {
  // The whole config lies underneath, so that one field of a part can be set without naming the part's kind again.
  const whole: Settings = { ...parseConfig(pipeline.schema, pipeline.defaults) };
  return parseConfig(pipeline.schema, mergeSettings(whole, ...(quick ? [pipeline.quick] : []), ...settings));
}

/**
 * Data, training, evaluation. The run's folder is asked for when the data is there, so that nothing is left of a run
 * that could not begin; a folder of an earlier run goes on where that one ended.
 */
export async function performRun(
  pipeline: Pipeline,
  config: PipelineConfig,
  tools: Tools,
  openFolder: () => RunFolder,
): Promise<Outcome & { readonly run: RunFolder }> {
  const data = await pipeline.prepare(config, tools);
  const run = openFolder();
  await pipeline.train({ ...tools, config, data, run });
  const work = { ...tools, ...trainedOf(run), data };
  const outcome = await evaluateOn(pipeline, work);
  // Compact: a number a line would make it three times as long.
  run.write('report.json', JSON.stringify(outcome.report));
  run.writeJson('metrics.json', outcome.metrics);
  writeSounds(pipeline, { ...work, run });
  return { ...outcome, run };
}

/** Sounds for the report, where there is a way back from the features to sound. */
function writeSounds(pipeline: Pipeline, work: ListeningWork<PipelineConfig, Prepared>): void {
  try {
    pipeline.listen?.(work);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    work.progress.note(`no sounds: ${error.message}`);
  }
}

/** Asks a trained model about its own test clips, or about all clips of another corpus. */
export async function evaluateRun(run: RunFolder, tools: Tools, corpus?: Settings): Promise<Outcome> {
  const { pipeline, trained, data } = await openTrained(run, tools, corpus);
  return evaluateOn(pipeline, { ...tools, ...trained, data });
}

/** A trained model with the data to try it on. */
export async function openTrained(
  run: RunFolder,
  tools: Tools,
  corpus?: Settings,
): Promise<{ pipeline: Pipeline; trained: Trained<PipelineConfig>; data: Prepared }> {
  const pipeline = findPipeline(run.record().pipeline);
  const trained = trainedOf(run);
  const elsewhere = corpus === undefined ? trained.config : withCorpus(pipeline, trained.config, corpus);
  const options: PrepareOptions = { moments: trained.moments, everythingIsTest: corpus !== undefined };
  return { pipeline, trained, data: await pipeline.prepare(elsewhere, tools, options) };
}

/** The best weights of a run with the config they were trained by. */
export function trainedOf(run: RunFolder): Trained<PipelineConfig> {
  const { pipeline, config, moments, state } = readTrained(run);
  return { config: parseConfig(findPipeline(pipeline).schema, config as Settings), moments, state };
}

function withCorpus(pipeline: Pipeline, config: PipelineConfig, corpus: Settings): PipelineConfig {
  return parseConfig(pipeline.schema, { ...(config as unknown as Settings), ...corpus });
}

async function evaluateOn(
  pipeline: Pipeline,
  work: EvaluationWork<PipelineConfig, Prepared>,
): Promise<Outcome> {
  work.progress.note('evaluating');
  const { metrics, report } = await pipeline.evaluate(work);
  return { metrics, report: reportData.parse(report) };
}
