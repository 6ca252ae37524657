/** The look of the page: by day, by night, and on paper. It fetches nothing; even its fonts are those at hand. */
export const style = `
:root { color-scheme: light dark;
  --paper: #fdfcfa; --card: #fff; --ink: #1c1b1a; --quiet: #625f5b; --rule: #e4e0da; --accent: #3257b8; --grid: #efece7;
  --c0: #4269d0; --c1: #c98a00; --c2: #cf4238; --c3: #2f9e97; --c4: #3c9a45;
  --c5: #d95f9c; --c6: #8f5be0; --c7: #5a8fd6; --c8: #96674b; --c9: #77797f; }
@media screen and (prefers-color-scheme: dark) { :root {
  --paper: #16171a; --card: #1e2024; --ink: #ecebe8; --quiet: #a5a29d; --rule: #34373d; --accent: #86a5f5; --grid: #2a2d32;
  --c0: #7d9cf5; --c1: #efb118; --c2: #ff7d70; --c3: #6cc5b0; --c4: #6fce78;
  --c5: #ff8ab7; --c6: #b78cff; --c7: #97bbf5; --c8: #cf9f80; --c9: #b3b7bf; } .confusion td.most { color: var(--paper); } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 78rem; padding: 2rem clamp(1rem, 4vw, 3rem) 4rem; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif; font-variant-numeric: tabular-nums; }
h1 { font-size: 2.1rem; line-height: 1.15; margin: 0 0 .4rem; text-wrap: balance; letter-spacing: -.015em; }
h2 { font-size: 1.35rem; margin: 3rem 0 .8rem; padding-bottom: .35rem; border-bottom: 2px solid var(--rule); letter-spacing: -.01em; }
h3 { font-size: .95rem; margin: 0 0 .5rem; font-weight: 600; }
h3.run { font-size: 1rem; margin: 0 0 .7rem; color: var(--accent); overflow-wrap: anywhere; }
p { max-width: 46rem; margin: .4rem 0; } .lead { font-size: 1.1rem; color: var(--quiet); }
.quiet, figcaption, .note { color: var(--quiet); font-size: .875rem; }
a { color: var(--accent); } a:focus-visible, summary:focus-visible, input:focus-visible, .scroll:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.skip { position: absolute; left: -99rem; } .skip:focus { left: 1rem; top: 1rem; background: var(--card); padding: .5rem 1rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; padding: 0; margin: 1.2rem 0 0; list-style: none; font-size: .9rem; }
.runs { display: grid; gap: 2rem; grid-template-columns: minmax(0, 1fr); }
.runs.many { grid-template-columns: repeat(auto-fit, minmax(min(100%, 27rem), 1fr)); } .runs > * { min-width: 0; }
.flow { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); } .flow > .scroll:only-child { max-width: 40rem; }
.tiles { display: grid; gap: .8rem; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); margin: 1.4rem 0 0; padding: 0; }
.tiles > div { background: var(--card); border: 1px solid var(--rule); border-radius: .6rem; padding: .7rem 1rem; }
.tiles dt { color: var(--quiet); font-size: .82rem; } .tiles dd { margin: 0; font-size: 1.4rem; font-weight: 600; letter-spacing: -.02em; }
.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .25rem 1.2rem; margin: .8rem 0; } .facts dt { color: var(--quiet); } .facts dd { margin: 0; overflow-wrap: anywhere; }
figure { margin: 0; } .chart, .clip { background: var(--card); border: 1px solid var(--rule); border-radius: .6rem; padding: 1rem; break-inside: avoid; }
.chart > svg { display: block; width: 100%; height: auto; }
.axes path { stroke: var(--grid); } .axes text { fill: var(--quiet); font-size: 12px; }
.line { fill: none; stroke: var(--mark); stroke-width: 2.4; stroke-linejoin: round; stroke-linecap: round; } .line.fine { stroke-width: 1.6; opacity: .75; }
.band { fill: var(--mark); opacity: .14; } circle { fill: var(--mark); stroke: var(--card); }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; list-style: none; padding: 0; margin: .5rem 0 0; color: var(--ink); }
.key { display: inline-block; width: 1.3em; height: 0; margin-right: .4em; vertical-align: .25em; border-top: 3px solid var(--mark); } .key.fine { border-top-width: 2px; opacity: .75; }
.scroll { overflow-x: auto; } .gap { margin-top: 1.4rem; }
table { border-collapse: collapse; font-size: .92rem; width: 100%; } caption { text-align: left; font-weight: 600; padding-bottom: .5rem; }
th, td { padding: .32rem .7rem; text-align: right; border-bottom: 1px solid var(--rule); font-weight: normal; } thead th { color: var(--quiet); font-size: .84rem; vertical-align: bottom; }
th:first-child, td:first-child, .words { text-align: left; } tbody th { font-weight: 500; } td:not(.words, .deep), thead th { white-space: nowrap; } tfoot th, tfoot td { font-weight: 600; border-bottom: 0; }
code, pre { font: .86em/1.5 ui-monospace, 'SF Mono', Menlo, Consolas, monospace; } td.deep, th.deep { overflow-wrap: anywhere; min-width: 9rem; }
pre { background: var(--card); border: 1px solid var(--rule); border-radius: .6rem; padding: .8rem 1rem; overflow-x: auto; margin: .5rem 0; }
summary { cursor: pointer; padding: .3rem 0; color: var(--accent); }
.meter { display: inline-block; width: 5.5rem; height: .5rem; margin-left: .7rem; border-radius: 1rem; background: var(--grid); overflow: hidden; vertical-align: .08em; }
.meter i { display: block; height: 100%; background: var(--accent); }
.beside { display: flex; flex-wrap: wrap; gap: 1rem 3rem; } .beside > * { min-width: 0; } .beside ol { margin: 0; padding-left: 1.2rem; }
.confusion { width: auto; } .confusion td { text-align: center; min-width: 2.5rem; border: 2px solid var(--paper); border-radius: .4rem; background: color-mix(in oklab, var(--mark) var(--share), var(--grid)); }
.confusion th { border: 0; padding: .25rem .55rem; } .confusion thead th { text-align: center; } .confusion td.full { color: var(--paper); font-weight: 600; } .confusion td.none { color: transparent; }
.confusion td.right { --mark: var(--accent); } .confusion td.wrong { --mark: var(--c2); }
.clips { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr)); } .many .clips { grid-template-columns: repeat(auto-fill, minmax(min(100%, 18rem), 1fr)); }
.pictures { display: grid; gap: .6rem; grid-template-columns: repeat(auto-fit, minmax(7.5rem, 1fr)); } .pictures img { display: block; width: 100%; height: 8.5rem; image-rendering: pixelated; border-radius: .3rem; }
.clip h3 { margin: 0; } .clip .note { margin: 0 0 .6rem; } audio { width: 100%; min-width: 12rem; height: 2.2rem; display: block; margin-top: .3rem; }
.histogram { width: 7.5rem; height: 1.75rem; display: inline-block; vertical-align: middle; } .histogram rect { fill: var(--accent); } .histogram path { stroke: var(--c2); stroke-width: 1; stroke-dasharray: 2 2; }
.warn { color: var(--c2); font-weight: 600; }
.map text { fill: var(--digit); font-size: 13px; font-weight: 600; text-anchor: middle; } .choose { display: flex; gap: 1.2rem; border: 0; padding: 0; margin: 0 0 .8rem; } .choose legend { float: left; margin-right: 1rem; color: var(--quiet); }
.latent:has(.by-speaker:checked) .map text { fill: var(--speaker); } .latent:not(:has(.by-speaker:checked)) .key-speaker, .latent:has(.by-speaker:checked) .key-digit { display: none; }
footer { margin-top: 4rem; color: var(--quiet); font-size: .85rem; border-top: 1px solid var(--rule); padding-top: 1rem; }
@media (max-width: 40rem) { .confusion td { min-width: 1.5rem; padding: .3rem .2rem; } .confusion th { padding: .25rem .3rem; } }
@media print { .flow { grid-template-columns: 1fr 1fr; } body { max-width: none; padding: 0; font-size: 11pt; } nav, #sounds, audio, .choose, .skip { display: none; } h2, h3 { break-after: avoid; } tr, .clip { break-inside: avoid; }
  * { print-color-adjust: exact; } .scroll, pre { overflow: visible; } pre { white-space: pre-wrap; } }
`;
