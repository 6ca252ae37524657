import { colours, darkColours } from './svgStyle.ts';

export const pageStyle = `
:root { color-scheme: light dark; ${colours} }
@media (prefers-color-scheme: dark) { :root { ${darkColours} } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 14px/1.5 system-ui, sans-serif; }
header, body > details { padding: 12px 20px; }
h1 { margin: 0; font-size: 18px; }
header p { margin: 2px 0 8px; color: var(--faint); }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 0; padding: 0; list-style: none; font-size: 12px; }
.legend li::before { content: ''; display: inline-block; width: 12px; height: 8px; margin-right: 6px; border-radius: 2px; }
.legend .leaf::before { background: var(--leaf); }
.legend .parameter::before { background: var(--parameter); }
.legend .op::before { background: var(--op); }
.legend .upstream::before { height: 3px; vertical-align: 3px; background: var(--chosen); }
.legend .downstream::before { height: 3px; vertical-align: 3px; background: var(--grad); }
main { display: flex; border-block: 1px solid var(--line); }
.picture { flex: 1; min-width: 0; max-height: 80vh; overflow: auto; }
.picture svg { display: block; margin: auto; }
aside { flex: 0 0 300px; padding: 14px 18px; border-left: 1px solid var(--line); background: var(--card); }
aside dl { display: grid; grid-template-columns: auto 1fr; gap: 4px 12px; margin: 0; }
aside dt { color: var(--faint); }
aside dd { margin: 0; overflow-wrap: anywhere; font-family: ui-monospace, monospace; font-size: 12px; }
.hint { margin: 0; color: var(--faint); }
table { border-collapse: collapse; font-size: 12px; }
th, td { padding: 3px 10px; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
a { color: var(--op); }
.node { cursor: pointer; transition: opacity 0.1s; outline: none; }
.node:focus-visible .card, .node.chosen .card { stroke: var(--chosen); stroke-width: 2.5; }
.following .node:not(.on), .following .edge:not(.on) { opacity: 0.18; }
.edge.upstream path { stroke: var(--chosen); stroke-width: 2; }
.edge.downstream path { stroke: var(--grad); stroke-width: 2; }
@media (max-width: 800px) {
  main { flex-direction: column; }
  aside { flex: none; border-left: 0; border-top: 1px solid var(--line); }
}
@media print { .picture { max-height: none; } aside, header p { display: none; } }
`;
