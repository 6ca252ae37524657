import { documentOf } from './document.ts';
import { Html, html } from './html.ts';
import type { ReportRun } from './reportRun.ts';
import { curves } from './sections/curves.ts';
import { examplesSection, soundsSection } from './sections/examples.ts';
import { latentSection } from './sections/latent.ts';
import { healthSection, modelsSection } from './sections/models.ts';
import { corpusSection, figures } from './sections/overview.ts';
import { confusionSection, scoresSection, tablesSection } from './sections/scores.ts';
import { showSection } from './sections/section.ts';
import { differences, settingsSection } from './sections/settings.ts';

/** Results first, then what they come from, then how to get them again. */
const results = [confusionSection, scoresSection, tablesSection, examplesSection, soundsSection];
const insides = [latentSection, modelsSection, healthSection, settingsSection];

/** The whole page of one run, or of several side by side. */
export async function page(runs: readonly ReportRun[]): Promise<string> {
  const title = titleOf(runs);
  const sections = [
    await showSection(corpusSection, runs),
    curves(runs),
    ...(await Promise.all([...results, ...insides].map((section) => showSection(section, runs)))),
  ].filter((section) => section !== undefined);
  return documentOf({
    title,
    head: html`<p class="lead">${lead(runs)}</p>
<nav aria-label="Sections"><ul>${sections.map(link)}</ul></nav>`,
    main: html`${figures(runs)}${runs.length > 1 && html`<div class="gap">${differences(runs)}</div>`}
${sections}`,
    skip: 'To the report',
  });
}

function titleOf(runs: readonly ReportRun[]): string {
  const [only] = runs;
  if (only !== undefined && runs.length === 1) return only.data?.title ?? only.record.pipeline;
  return `${runs.length} runs side by side`;
}

function lead(runs: readonly ReportRun[]): string {
  const [only] = runs;
  if (only !== undefined && runs.length === 1) return `Run ${only.name}`;
  return runs.map(({ name, data }) => (data === undefined ? name : `${data.title} (${name})`)).join(' · ');
}

/** Sections know their own names; the navigation takes them from there. */
function link({ text }: Html): Html {
  const [, id = '', title = ''] = /<h2 id="([\w-]+)-title">([^<]*)</.exec(text) ?? [];
  return html`<li><a href="#${id}">${new Html(title)}</a></li>`;
}
