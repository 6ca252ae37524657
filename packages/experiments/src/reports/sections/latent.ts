import { type Mark, scatter } from '../charts/scatter.ts';
import { percent } from '../format.ts';
import { type Html, html } from '../html.ts';
import type { Plane } from '../maps/center.ts';
import { pca } from '../maps/pca.ts';
import { tsne } from '../maps/tsne.ts';
import type { ReportRun } from '../reportRun.ts';
import type { Section } from './section.ts';

type LatentPoint = NonNullable<ReportRun['data']>['latent'][number];

export const latentSection: Section = {
  id: 'latent',
  title: 'A map of the codes',
  about:
    'Each test clip where its code puts it. PCA is a shadow of the space: what is far apart here is far apart there. t-SNE keeps neighbours together and bends all else; distances between its clusters say nothing.',
  show: ({ data, name }) => {
    const points = (data?.latent ?? []).filter(({ code }) => code.length > 0);
    if (points.length < 3) return undefined;
    const codes = points.map(({ code }) => code);
    const { places, explained } = pca(codes);
    const [first, second] = explained;
    const speakers = [...new Set(points.map(({ speaker }) => speaker))].sort();
    return html`<div class="latent">${choice(name)}
<div class="flow">${scatter(`PCA, ${percent(first + second)} of the variance`, marks(points, places, speakers))}
${scatter('t-SNE', marks(points, tsne(codes, { from: places }), speakers))}</div>
${keys('key-digit', Array.from('0123456789'))}${keys('key-speaker', speakers)}</div>`;
  },
};

/** Both colourings are in the page; which one shows is a matter of style, and needs no script. */
const choice = (name: string): Html =>
  html`<fieldset class="choose"><legend>Colours by</legend>
<label><input type="radio" name="colours-${name}" class="by-digit" checked> digit</label>
<label><input type="radio" name="colours-${name}" class="by-speaker"> speaker</label></fieldset>`;

const keys = (kind: string, names: readonly string[]): Html =>
  html`<ul class="legend ${kind}">${names.map((name, index) => html`<li><span class="key" style="--mark:var(--c${index % 10})"></span>${name}</li>`)}</ul>`;

const marks = (
  points: readonly LatentPoint[],
  places: readonly Plane[],
  speakers: readonly string[],
): Mark[] =>
  points.map(({ id, digit, speaker }, index) => ({
    ...places[index]!,
    sign: String(digit),
    title: `${id}: ${digit} by ${speaker}`,
    colors: { digit, speaker: speakers.indexOf(speaker) },
  }));
