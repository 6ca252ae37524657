import { cardOf } from './card.ts';
import { type GraphDescription, type GraphNode, type GraphNodeKind, requireDrawable } from './description.ts';

/** Brackets give the shape: data is a stadium, parameters a rounded box, ops a box. */
const brackets: Record<GraphNodeKind, [open: string, close: string]> = {
  leaf: ['([', '])'],
  parameter: ['(', ')'],
  op: ['[', ']'],
};

/** The graph as a Mermaid flowchart, which many Markdown viewers draw. */
export function toMermaid(graph: GraphDescription): string {
  requireDrawable(graph, 'toMermaid');
  const nodes = graph.nodes.map((node) => {
    const [open, close] = brackets[node.kind];
    return `  n${node.id}${open}"${label(node)}"${close}:::${node.kind}`;
  });
  const edges = graph.edges.map(({ from, to, input }) => `  n${from} -->|${input}| n${to}`);
  return [
    'flowchart TD',
    ...nodes,
    ...edges,
    '  classDef leaf fill:#eaeef2,stroke:#57606a,color:#1f2328',
    '  classDef parameter fill:#dafbe1,stroke:#1a7f37,color:#1f2328',
    '  classDef op fill:#ddf4ff,stroke:#0969da,color:#1f2328',
    '',
  ].join('\n');
}

function label(node: GraphNode): string {
  const { title, subtitle, lines } = cardOf(node);
  const heading = subtitle === '' ? title : `${title} (${subtitle})`;
  return [`<b>${escaped(heading)}</b>`, ...lines.map(({ label, text }) => `${label} ${escaped(text)}`)].join(
    '<br/>',
  );
}

/** Mermaid has entities of its own, `#` and a number, for what would end a label or make it markup. */
function escaped(text: string): string {
  return text.replace(/["#<>&`;\\*_]/g, (character) => `#${character.charCodeAt(0)};`).replace(/\s+/g, ' ');
}
