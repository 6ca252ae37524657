/** Colours are named once, for light and for dark; the page around a picture uses the same names. */
export const colours = `
  --paper: #f6f8fa; --card: #ffffff; --line: #d0d7de; --ink: #1f2328; --faint: #59636e;
  --leaf: #6e7781; --parameter: #1a7f37; --op: #0969da; --grad: #bc4c00; --chosen: #8250df;
`;
export const darkColours = `
  --paper: #0d1117; --card: #161b22; --line: #3d444d; --ink: #f0f6fc; --faint: #9198a1;
  --leaf: #8b949e; --parameter: #3fb950; --op: #58a6ff; --grad: #f0883e; --chosen: #bc8cff;
`;

export const svgStyle = `
.graph { ${colours} font: 11px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; }
@media (prefers-color-scheme: dark) { .graph { ${darkColours} } }
.paper { fill: var(--paper); }
.card { fill: var(--card); stroke: var(--line); }
.heading { font-size: 13px; font-weight: 600; fill: var(--ink); }
.subtitle { font-size: 11px; font-weight: 400; fill: var(--faint); }
.label { fill: var(--faint); }
.text { fill: var(--ink); }
.text.grad { fill: var(--grad); }
.leaf .stripe { fill: var(--leaf); }
.parameter .stripe { fill: var(--parameter); }
.op .stripe { fill: var(--op); }
.bar { fill: var(--op); opacity: 0.55; }
.edge path { fill: none; stroke: var(--faint); stroke-width: 1.3; }
.edge text { fill: var(--faint); font-size: 9px; }
.tip { fill: var(--faint); fill: context-stroke; }
`;
