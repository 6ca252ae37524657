/** Plots and pages for the examples, written by hand: nothing to install, nothing to load. */
export interface Section {
  readonly title: string;
  readonly text: string;
  /** HTML: an inline SVG or an image. */
  readonly picture: string;
}

const width = 720;
const height = 160;
/** More points than pixels would only make the page heavy. */
const mostPoints = 1440;

/** Curves on one pair of axes, from the smallest value to the largest. */
export function linePlot(curves: readonly Float32Array[]): string {
  const low = Math.min(0, ...curves.map(smallest));
  const high = Math.max(...curves.map(largest), low + 1e-12);
  const lines = curves.map((curve, i) => {
    const hue = Math.round((260 + (360 * i) / (curves.length + 1)) % 360);
    return `<polyline fill="none" stroke="hsl(${hue} 70% 45%)" stroke-width="1.2" points="${points(curve, low, high)}"/>`;
  });
  return `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">${lines.join('')}</svg>`;
}

function points(curve: Float32Array, low: number, high: number): string {
  const step = Math.max(1, Math.ceil(curve.length / mostPoints));
  const shown = Array.from({ length: Math.ceil(curve.length / step) }, (_, i) => i * step);
  const x = (i: number) => ((width * i) / Math.max(1, curve.length - 1)).toFixed(1);
  const y = (value: number) => (height - (height * (value - low)) / (high - low)).toFixed(1);
  return shown.map((i) => `${x(i)},${y(curve[i])}`).join(' ');
}

const smallest = (values: Float32Array) => values.reduce((a, b) => Math.min(a, b), Infinity);
const largest = (values: Float32Array) => values.reduce((a, b) => Math.max(a, b), -Infinity);

/** How far two rows of numbers are apart, for a sentence. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): string {
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i] - b[i]));
  return most.toExponential(1);
}

export function page(title: string, sections: readonly Section[]): string {
  const body = sections.map(
    ({ title: heading, text, picture }) => `<section><h2>${heading}</h2><p>${text}</p>${picture}</section>`,
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${title}</title>
<style>
  body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; }
  svg, img { width: 100%; background: #f6f4f8; image-rendering: pixelated; }
</style>
<h1>${title}</h1>
${body.join('\n')}
</html>
`;
}
