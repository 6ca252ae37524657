import { type Html, type HtmlPart, html } from '../html.ts';
import type { ReportRun } from '../reportRun.ts';

/** A part of the page: what it shows of one run, or nothing where the run has none of it. */
export interface Section {
  readonly id: string;
  readonly title: string;
  /** What to look for, for whoever sees such a thing for the first time. */
  readonly about?: string;
  readonly show: (run: ReportRun) => Html | undefined | Promise<Html | undefined>;
}

/** Several runs stand side by side under their names; a section that no run has is left out. */
export async function showSection(section: Section, runs: readonly ReportRun[]): Promise<Html | undefined> {
  const shown = await Promise.all(runs.map((run) => section.show(run)));
  if (shown.every((part) => part === undefined)) return undefined;
  const many = runs.length > 1;
  return frame(
    section,
    html`<div class="${many ? 'runs many' : 'runs'}">${shown.map(
      (part, index) =>
        html`<div>${many && html`<h3 class="run">${runs[index]!.name}</h3>`}${part ?? html`<p class="note">This run has none.</p>`}</div>`,
    )}</div>`,
  );
}

export const frame = ({ id, title, about }: Omit<Section, 'show'>, content: HtmlPart): Html =>
  html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>
${about !== undefined && html`<p class="note">${about}</p>`}
${content}</section>`;
