import { writeFileAtomic } from '@sonograd/tensor/files';
import { explainSystemError, InputError } from '../inputError.ts';
import type { RunFolder } from '../runs/runFolder.ts';
import { page } from './page.ts';
import { readReportRuns } from './reportRun.ts';

/**
 * Writes one HTML file about a run, or about several side by side, and returns its path: `target`, or `report.html`
 * in the run's folder (`comparison.html` in that of the first, where there are several).
 */
export async function writeReport(runs: readonly RunFolder[], target?: string): Promise<string> {
  const [first] = runs;
  if (first === undefined) throw new InputError('report: give at least one run');
  const path = target ?? first.file(runs.length === 1 ? 'report.html' : 'comparison.html');
  const text = await page(readReportRuns(runs));
  try {
    writeFileAtomic(path, new TextEncoder().encode(text));
  } catch (error) {
    throw explainSystemError('report', path, error);
  }
  return path;
}
