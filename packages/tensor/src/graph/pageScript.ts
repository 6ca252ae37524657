/** What the page does, as a browser reads it. Nodes and edges are found by their data attributes. */
export const pageScript = `
const svg = document.querySelector('svg.graph');
const nodes = new Map([...svg.querySelectorAll('.node')].map((node) => [node.dataset.id, node]));
const edges = [...svg.querySelectorAll('.edge')];
const edgesTo = grouped('to');
const edgesFrom = grouped('from');
const details = document.getElementById('details');
const nothingChosen = details.innerHTML;
let kept = null;

function grouped(end) {
  const groups = new Map([...nodes.keys()].map((id) => [id, []]));
  for (const edge of edges) groups.get(edge.dataset[end]).push(edge);
  return groups;
}

function reach(start, groups, other, name) {
  const seen = new Set([start]);
  for (const id of seen) {
    for (const edge of groups.get(id)) {
      edge.classList.add('on', name);
      seen.add(edge.dataset[other]);
    }
  }
  for (const id of seen) nodes.get(id).classList.add('on');
}

function follow(id) {
  for (const element of [...nodes.values(), ...edges]) {
    element.classList.remove('on', 'upstream', 'downstream', 'chosen');
    element.removeAttribute('aria-current');
  }
  svg.classList.toggle('following', id !== null);
  if (id !== null) {
    reach(id, edgesTo, 'from', 'upstream');
    reach(id, edgesFrom, 'to', 'downstream');
    nodes.get(id).classList.add('chosen');
    nodes.get(id).setAttribute('aria-current', 'true');
  }
  describe(id);
}

function describe(id) {
  if (id === null) {
    details.innerHTML = nothingChosen;
    return;
  }
  const heads = [...document.querySelectorAll('thead th')];
  const cells = [...document.getElementById('row' + id).children];
  const list = document.createElement('dl');
  for (const [at, cell] of cells.entries()) {
    if (cell.textContent === '') continue;
    const [term, text] = [document.createElement('dt'), document.createElement('dd')];
    term.textContent = heads[at].textContent;
    text.textContent = cell.textContent;
    list.append(term, text);
  }
  details.replaceChildren(list);
}

function keep(id) {
  kept = kept === id ? null : id;
  follow(kept ?? id);
}

svg.setAttribute('role', 'group');
for (const [id, node] of nodes) {
  node.setAttribute('tabindex', '0');
  node.setAttribute('role', 'button');
  node.setAttribute('aria-label', [...node.querySelectorAll('text')].map((text) => text.textContent).join(' '));
  node.addEventListener('pointerenter', () => kept === null && follow(id));
  node.addEventListener('pointerleave', () => kept === null && follow(null));
  node.addEventListener('focus', () => kept === null && follow(id));
  node.addEventListener('click', (event) => {
    event.stopPropagation();
    keep(id);
  });
  node.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    keep(id);
  });
}
function release() {
  kept = null;
  follow(null);
}
svg.addEventListener('click', release);
document.addEventListener('keydown', (event) => event.key === 'Escape' && release());
`;
