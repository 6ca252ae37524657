import { type Html, html } from '../html.ts';
import type { ReportRun } from '../reportRun.ts';
import type { Section } from './section.ts';
import { table } from './table.ts';

export const settingsSection: Section = {
  id: 'again',
  title: 'To run it again',
  about: 'The same config and seed give the same figures, however many threads work at it.',
  show: ({ record, folder }) =>
    html`<dl class="facts"><dt>Seed</dt><dd>${seedOf(record.config)}</dd><dt>Version</dt><dd>${String(record.version)}</dd></dl>
<pre><code>npx sonograd train ${record.pipeline} --config ${quoted(folder.file('config.json'))}</code></pre>
<details><summary>The whole config</summary><pre tabindex="0"><code>${JSON.stringify(record.config, null, 2)}</code></pre></details>`,
};

/** Quoted for a shell where it needs to be. */
const quoted = (path: string): string =>
  /^[\w./:@%+=-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;

function seedOf(config: unknown): string {
  return String(flatten(config).get('seed') ?? 'none');
}

/** The fields in which several runs differ. */
export function differences(runs: readonly ReportRun[]): Html | undefined {
  const configs = runs.map(({ record }) =>
    flatten({ pipeline: record.pipeline, ...(record.config as object) }),
  );
  const fields = [...new Set(configs.flatMap((config) => [...config.keys()]))];
  const rows = fields
    .map((field) => [field, ...configs.map((config) => config.get(field) ?? '–')])
    .filter(([, ...values]) => new Set(values).size > 1);
  if (rows.length === 0) return undefined;
  return table({
    caption: 'Where their configs differ',
    head: ['field', ...runs.map(({ name }) => name)],
    rows,
  });
}

/** `{ a: { b: 1 } }` as `a.b` and `1`. */
function flatten(value: unknown, place = ''): Map<string, string> {
  if (typeof value !== 'object' || value === null) {
    return new Map([[place, typeof value === 'string' ? value : JSON.stringify(value)]]);
  }
  return new Map(
    Object.entries(value).flatMap(([name, inner]) => [
      ...flatten(inner, place === '' ? name : `${place}.${name}`),
    ]),
  );
}
