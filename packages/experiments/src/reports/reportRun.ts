import type { z } from 'zod';
import { InputError } from '../inputError.ts';
import {
  type FinalMetrics,
  finalMetrics,
  metricLine,
  type ReportData,
  reportData,
} from '../runs/reportData.ts';
import type { RunFolder, RunRecord } from '../runs/runFolder.ts';

/** A run as its page needs it. One that did not come to its end has curves and a config, and nothing else. */
export interface ReportRun {
  readonly folder: RunFolder;
  /** What tells runs apart: the folder's name, or its path where two names are alike. */
  readonly name: string;
  readonly record: RunRecord;
  readonly lines: readonly z.infer<typeof metricLine>[];
  readonly metrics: FinalMetrics;
  readonly data: ReportData | undefined;
}

export function readReportRuns(folders: readonly RunFolder[]): ReportRun[] {
  const alike = new Set(folders.map(({ name }) => name)).size < folders.length;
  return folders.map((folder) => readReportRun(folder, alike ? folder.path : folder.name));
}

function readReportRun(folder: RunFolder, name: string): ReportRun {
  return {
    folder,
    name,
    record: folder.record(),
    lines: folder
      .metrics()
      // JSON has no word for what a loss becomes that blew up.
      .filter(({ loss }) => loss !== null)
      .map((line) => parse(folder, 'metrics.jsonl', metricLine, line)),
    metrics: readPart(folder, 'metrics.json', finalMetrics) ?? {},
    data: readPart(folder, 'report.json', reportData),
  };
}

function readPart<T>(folder: RunFolder, name: string, schema: z.ZodType<T>): T | undefined {
  return folder.has(name) ? parse(folder, name, schema, folder.readJson(name)) : undefined;
}

function parse<T>(folder: RunFolder, name: string, schema: z.ZodType<T>, value: unknown): T {
  const { data, error } = schema.safeParse(value);
  if (error === undefined) return data as T;
  const [issue] = error.issues;
  const place = issue === undefined ? '' : `${issue.path.join('.')}: ${issue.message}, `;
  throw new InputError(`report: not what a run writes, ${place}${folder.file(name)}`);
}
