import { figure } from '../format.ts';
import { type Html, html } from '../html.ts';

interface Counts {
  /** One more than there are counts. */
  readonly edges: readonly number[];
  readonly counts: readonly number[];
}

const size = { width: 120, height: 28 };

/** A histogram for a cell of a table, with a mark where zero lies. */
export function histogram({ edges, counts }: Counts, what: string): Html {
  const most = Math.max(1, ...counts);
  const width = size.width / Math.max(1, counts.length);
  const [low, high] = [edges.at(0) ?? 0, edges.at(-1) ?? 0];
  const zero = (-low / (high - low)) * size.width;
  return html`<svg class="histogram" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${what}: from ${figure(low)} to ${figure(high)}"><title>${figure(low)} to ${figure(high)}</title>
${counts.map((count, index) => {
  // The square root keeps rare values in sight.
  const height = size.height * Math.sqrt(count / most);
  return html`<rect x="${tenth(index * width)}" y="${tenth(size.height - height)}" width="${tenth(width - 0.6)}" height="${tenth(height)}"/>`;
})}${zero > 0 && zero < size.width && html`<path d="M${tenth(zero)} 0V${size.height}"/>`}</svg>`;
}

const tenth = (value: number): number => Math.round(10 * value) / 10;
