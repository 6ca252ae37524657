import { availableParallelism } from 'node:os';
import { setEngine } from '@sonograd/tensor';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { defaultCacheFolder } from '../features/compute.ts';
import type { Pipeline, Progress, Tools } from '../pipelines/pipeline.ts';
import { mergeSettings, parseSetting, readSettings, type Settings } from '../settings/settings.ts';
import { corpusAt } from './dataFolder.ts';

/** Where a command writes, and what stops it: the process's own, or those of a test. */
export interface Desk {
  readonly out: (line: string) => void;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

export interface ToolOptions {
  readonly threads?: number;
  readonly cache: string;
  readonly json?: boolean;
}

export interface SettingOptions {
  readonly set: readonly Settings[];
  readonly config?: string;
  readonly data?: string;
  readonly seed?: number;
  readonly epochs?: number;
  readonly quick?: boolean;
}

/** What every command that computes can be told. */
export function withToolOptions(command: Command): Command {
  return command
    .option('--threads <count>', 'threads to use; the results do not depend on it', wholeFrom(1))
    .option('--json', 'the last line of standard output is one JSON object; all else goes to standard error')
    .option('--cache <folder>', 'where features are kept', defaultCacheFolder);
}

/** What every command that makes a config can be told. */
export function withSettingOptions(command: Command): Command {
  const collect = (text: string, all: readonly Settings[]) => [...all, parseSetting(text)];
  return command
    .option('--config <file>', 'settings from a JSON file, or from the config.json of an earlier run')
    .option(
      '--data <path>',
      'the folder (or .csv table) the corpus lies in; which one it is shows in its names',
    )
    .option('--seed <number>', 'of everything random', wholeFrom(0))
    .option('--epochs <count>', 'passes over the training set', wholeFrom(1))
    .option('--quick', 'a small run that takes seconds, to see that all works')
    .addOption(
      new Option('--set <path=value>', 'one field of the config, such as training.rate=0.01; may be repeated')
        .argParser(collect)
        .default([], 'none'),
    );
}

/** The options as settings, the weaker ones first. */
export function settingsFrom(pipeline: Pipeline, options: SettingOptions): Settings[] {
  const { set, config, data, seed, epochs } = options;
  const file = config === undefined ? {} : unwrap(readSettings(config));
  const named = corpusName(mergeSettings(file, ...set));
  return [
    file,
    ...(data === undefined ? [] : [corpusAt(data, named)]),
    ...(seed === undefined ? [] : [{ seed }]),
    ...(epochs === undefined ? [] : pipeline.epochFields.map((field) => parseSetting(`${field}=${epochs}`))),
    ...set,
  ];
}

export function toolsFrom({ threads, cache }: ToolOptions, { progress, signal }: Desk): Tools {
  if (threads === 1) setEngine('simd');
  else if (threads !== undefined) setEngine('threads', { threads });
  return { threads: threads ?? availableParallelism(), cacheFolder: cache, progress, signal };
}

export function corpusName(settings: Settings): string | undefined {
  const { corpus } = settings;
  const name = typeof corpus === 'object' && corpus !== null && 'name' in corpus ? corpus.name : undefined;
  return typeof name === 'string' ? name : undefined;
}

/** A run's `config.json` holds its config beside the pipeline's name. */
function unwrap(settings: Settings): Settings {
  const { config, pipeline } = settings;
  const isRecord = typeof pipeline === 'string' && typeof config === 'object' && config !== null;
  return isRecord ? (config as Settings) : settings;
}

export function wholeFrom(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`It must be a whole number of at least ${least}.`);
  };
}
