import { writeFileSync } from 'node:fs';
import { escapeText } from '../packages/experiments/src/reports/html.ts';
import { pictureUri, rangeOf, sharedRange } from '../packages/experiments/src/reports/picture.ts';
import { type ReportRun, readReportRuns } from '../packages/experiments/src/reports/reportRun.ts';
import { curves } from '../packages/experiments/src/reports/sections/curves.ts';
import { latentSection } from '../packages/experiments/src/reports/sections/latent.ts';
import { style } from '../packages/experiments/src/reports/style.ts';
import { RunFolder } from '../packages/experiments/src/runs/runFolder.ts';

const usage = `Draws a run for a page of the documentation:
  npx tsx --conditions=sonograd-source tools/figures.ts RUN PREFIX
writes PREFIX-curves.svg, PREFIX-confusion.svg, PREFIX-map.svg and PREFIX-examples.svg, where the run has them.
Several runs share the curves: RUN,RUN,… as the first argument.`;

interface Box {
  readonly width: number;
  readonly height: number;
  readonly body: string;
}

const gap = 16;

/** Charts side by side in rows, as a picture of its own that follows light and dark. */
function sheet(boxes: readonly Box[], perRow: number): string {
  let [x, y, rowHeight, width] = [0, 0, 0, 0];
  const placed = boxes.map((box, index) => {
    if (index > 0 && index % perRow === 0) [x, y, rowHeight] = [0, y + rowHeight + gap, 0];
    const at = `<g transform="translate(${x} ${y})">${box.body}</g>`;
    x += box.width + gap;
    rowHeight = Math.max(rowHeight, box.height);
    width = Math.max(width, x - gap);
    return at;
  });
  const height = y + rowHeight;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${-gap} ${-gap} ${width + 2 * gap} ${height + 2 * gap}" width="${width + 2 * gap}">
<style>${drawing}</style><rect x="${-gap}" y="${-gap}" width="100%" height="100%" class="paper"/>
${placed.join('\n')}
</svg>
`;
}

/** Of the page's look, what charts need. */
const drawing = `${style
  .split('\n')
  .filter((line) => /^(:root|@media screen|\s+--|\.axes|\.line|\.band)/.test(line))
  .join('\n')
  .replace(/\.confusion[^}]*\} \}/, '}')}
text { font: 13px system-ui, sans-serif; fill: var(--ink); } .title { font-weight: 600; } .quiet { fill: var(--quiet); }
.paper { fill: var(--paper); } .axes path { fill: none; } .map text { fill: var(--digit); font-weight: 600; text-anchor: middle; }
.cell { fill: var(--accent); } .cell.wrong { fill: var(--c2); } .ground { fill: var(--grid); } .count { text-anchor: middle; font-size: 12px; }`;

const title = (text: string, x = 0): string =>
  `<text class="title" x="${x}" y="14">${escapeText(text)}</text>`;

/** The charts of a section of the report, with their headings. */
function chartsOf(section: string, kind: string): Box[] {
  const chart = /<h3>([^<]*)<\/h3>\n<svg viewBox="0 0 ([\d.]+) ([\d.]+)"[^>]*>([\s\S]*?)<\/svg>/g;
  return [...section.matchAll(chart)].map(([, heading = '', width, height, body]) => ({
    width: Number(width),
    height: Number(height) + 22,
    body: `<text class="title" y="14">${heading}</text><g class="${kind}" transform="translate(0 22)">${body}</g>`,
  }));
}

function confusion({ data }: ReportRun): Box[] {
  if (data?.confusion === undefined) return [];
  const { classes, counts } = data.confusion;
  const side = 34;
  const left = 8 * Math.max(...classes.map(({ length }) => length)) + 12;
  const rows = counts.map((row, said) => {
    const all = Math.max(
      1,
      row.reduce((sum, count) => sum + count, 0),
    );
    const y = 44 + said * side;
    const cells = row.map((count, heard) => {
      const x = left + heard * side;
      const box = `x="${x}" y="${y}" width="${side - 2}" height="${side - 2}" rx="4"`;
      const mark = `<rect class="${said === heard ? 'cell' : 'cell wrong'}" ${box} opacity="${(0.75 * count) / all}"/>`;
      const text = `<text class="count" x="${x + side / 2 - 1}" y="${y + side / 2 + 4}">${count}</text>`;
      return `<rect class="ground" ${box}/>${count === 0 ? '' : mark + text}`;
    });
    return `<text x="0" y="${y + side / 2 + 4}">${escapeText(classes[said] ?? '')}</text>${cells.join('')}`;
  });
  const heads = classes.map(
    (name, heard) =>
      `<text class="count" x="${left + heard * side + side / 2}" y="38">${escapeText(name)}</text>`,
  );
  const body = `${title('said (rows), heard (columns)')}${heads.join('')}${rows.join('\n')}`;
  return [{ width: left + classes.length * side, height: 44 + classes.length * side, body }];
}

async function examples({ data }: ReportRun, most = 6): Promise<Box[]> {
  return Promise.all(
    (data?.examples ?? []).slice(0, most).map(async ({ title: name, caption, pictures }): Promise<Box> => {
      const first = pictures[0]?.picture;
      const images = pictures.map(async ({ title: what, picture }, index) => {
        const range = first === undefined ? rangeOf(picture) : sharedRange(picture, rangeOf(first));
        const x = index * 136;
        const image = `<image x="${x}" y="38" width="128" height="128" preserveAspectRatio="none" style="image-rendering:pixelated" href="${await pictureUri(picture, range)}"/>`;
        return `${image}<text class="quiet" x="${x}" y="182">${escapeText(what)}</text>`;
      });
      const words = `${title(name)}<text class="quiet" y="31">${escapeText(caption)}</text>`;
      return {
        width: pictures.length * 136,
        height: 190,
        body: words + (await Promise.all(images)).join(''),
      };
    }),
  );
}

async function draw(runs: readonly ReportRun[], prefix: string): Promise<void> {
  const [first] = runs;
  if (first === undefined) return;
  const map = await latentSection.show(first);
  const figures: readonly [string, readonly Box[], number][] = [
    ['curves', chartsOf(curves(runs)?.text ?? '', 'chart'), 2],
    ['confusion', confusion(first), 1],
    ['map', chartsOf(map?.text ?? '', 'map'), 2],
    ['examples', await examples(first), 3],
  ];
  for (const [name, boxes, perRow] of figures) {
    if (boxes.length === 0) continue;
    const path = `${prefix}-${name}.svg`;
    writeFileSync(path, sheet(boxes, perRow));
    console.log(path);
  }
}

const [runs, prefix] = process.argv.slice(2);
if (runs === undefined || prefix === undefined) {
  console.log(usage);
  process.exitCode = 2;
} else {
  await draw(readReportRuns(runs.split(',').map((path) => RunFolder.open(path))), prefix);
}
