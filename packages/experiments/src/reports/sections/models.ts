import { histogram } from '../charts/histogram.ts';
import { figure, percent } from '../format.ts';
import { type Html, html } from '../html.ts';
import type { ReportRun } from '../reportRun.ts';
import type { Section } from './section.ts';
import { table } from './table.ts';

type Layer = NonNullable<ReportRun['data']>['layers'][number];

export const modelsSection: Section = {
  id: 'models',
  title: 'The model',
  about: 'Multiply-adds are those of one forward pass of one clip.',
  show: ({ data }) =>
    data === undefined || data.models.length === 0
      ? undefined
      : html`${data.models.map(({ name, parameters, multiplyAdds, rows }) =>
          table({
            caption: name,
            head: ['name', 'layer', 'output', 'parameters', 'multiply-adds'],
            words: [1],
            rows: rows.map((row) => [
              ...[row.name === '' ? 'all of it' : row.name, html`<code>${row.layer}</code>`, row.output],
              ...[row.parameters, row.multiplyAdds].map((count) => (count === 0 ? '' : figure(count))),
            ]),
            foot: ['together', '', '', parameters, multiplyAdds],
          }),
        )}`,
};

export const healthSection: Section = {
  id: 'health',
  title: 'Activations and gradients',
  about:
    'What each layer puts out, and the gradient of the loss that comes back to it, on one batch after training. Healthy layers differ by small factors. Gradients that shrink from layer to layer vanish, those that grow explode; a unit is dead when it is zero for every clip. The dashed line is zero; the heights of bars are square roots of counts.',
  show: ({ data }) =>
    data === undefined || data.layers.length === 0
      ? undefined
      : table({
          caption: 'Layers in the order of their work',
          head: [
            'layer',
            'mean',
            'deviation',
            'dead',
            'outputs',
            'gradient deviation',
            'gradients',
            'remark',
          ],
          words: [7],
          rows: data.layers.map(healthRow),
        }),
};

function healthRow(layer: Layer): (Html | string | number)[] {
  const { name, output, gradient } = layer;
  return [
    html`${name === '' ? 'all of it' : name} <span class="quiet">${layer.layer}</span>`,
    ...[figure(output.mean), figure(output.deviation), percent(output.deadShare)],
    histogram(output, `outputs of ${name}`),
    gradient === null ? '–' : figure(gradient.deviation),
    gradient === null ? '–' : histogram(gradient, `gradients of ${name}`),
    html`<span class="warn">${remark(layer)}</span>`,
  ];
}

/** Words for what a trained eye would stop at. */
export function remark({ output, gradient }: Layer): string {
  const remarks = [
    output.deadShare > 0.5 && 'most units are dead',
    output.deviation === 0 && 'always the same',
    gradient !== null && gradient.deviation < 1e-9 && 'no gradient comes back',
    gradient !== null && gradient.deviation > 1e3 && 'the gradient explodes',
  ];
  return remarks.filter((word) => word !== false).join(', ');
}
