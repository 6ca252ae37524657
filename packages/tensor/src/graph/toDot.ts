import { cardOf } from './card.ts';
import { type GraphDescription, type GraphNode, type GraphNodeKind, requireDrawable } from './description.ts';

const fills: Record<GraphNodeKind, string> = { leaf: '#eaeef2', parameter: '#dafbe1', op: '#ddf4ff' };

/** The graph in Graphviz's language: `dot -Tsvg graph.dot`. */
export function toDot(graph: GraphDescription): string {
  requireDrawable(graph, 'toDot');
  const nodes = graph.nodes.map(
    (node) => `  n${node.id} [label="${label(node)}", fillcolor="${fills[node.kind]}"];`,
  );
  const edges = graph.edges.map(({ from, to, input }) => `  n${from} -> n${to} [headlabel="${input}"];`);
  return [
    'digraph {',
    '  node [shape=box, style="rounded,filled", fontname="monospace", fontsize=11];',
    '  edge [labelfontsize=9, labeldistance=1.5, arrowsize=0.7];',
    ...nodes,
    ...edges,
    '}',
    '',
  ].join('\n');
}

/** `\l` ends a line that is set flush left. */
function label(node: GraphNode): string {
  const { title, subtitle, lines } = cardOf(node);
  const heading = subtitle === '' ? title : `${title} (${subtitle})`;
  return [heading, ...lines.map(({ label, text }) => `${label} ${text}`)]
    .map((line) => `${escaped(line)}\\l`)
    .join('');
}

function escaped(text: string): string {
  return text.replace(/[\\"]/g, '\\$&').replace(/\s+/g, ' ');
}
