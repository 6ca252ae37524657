import { Html, type HtmlPart, html } from './html.ts';
import { style } from './style.ts';

interface Parts {
  readonly title: string;
  /** What stands below the title. */
  readonly head: HtmlPart;
  readonly main: HtmlPart;
  /** Of the link that keyboards meet first. */
  readonly skip: string;
}

/** Nothing may come from elsewhere, and nothing in the page may run. */
const policy = "default-src 'none'; img-src data:; media-src data:; style-src 'unsafe-inline'";

/** One file of HTML in the look of all reports. */
export function documentOf({ title, head, main, skip }: Parts): string {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<style>${new Html(style)}</style></head><body>
<a class="skip" href="#main">${skip}</a>
<header><h1>${title}</h1>${head}</header>
<main id="main">${main}</main>
<footer>Written by Sonograd. This page is one file: it fetches nothing and runs nothing.</footer>
</body></html>
`.text;
}
