// The lineage of an asset: its inputs to the left, theirs before them, back to the roots.

/** The most thumbnails that one chain draws; a tree of shared ancestors grows without bound. */
const MOST_DRAWN = 60;

/** Which assets each asset went into. */
const uses = nodes.map(() => []);
nodes.forEach((node, index) => {
  for (const input of node.inputs) if (isNumber(input.to) && !uses[input.to].includes(index)) uses[input.to].push(index);
});

/** A thumbnail that opens its asset. */
function thumb(index, role, here) {
  const node = nodes[index];
  const box = stage(node, 'thumb');
  fill(box, node);
  const under = [el('span', { class: 'role' }, role), el('span', { class: 'model' }, kindOf(node) || node.asset.media_type || 'file')];
  const attributes = { class: 'thumb', 'data-index': index };
  if (here) return el('div', { ...attributes, 'aria-current': 'true' }, box, ...under);
  const go = { ...attributes, type: 'button', 'aria-label': `${role}: ${titleOf(node)}`, on: { click: () => show(index) } };
  return el('button', go, box, ...under);
}

/** An input of which only the name is known. */
function unknown(input) {
  const box = el('div', { class: 'stage stage-thumb' }, el('div', { class: 'missing' }, icon('missing')));
  return el('div', { class: 'thumb', title: input.name || '' }, box, el('span', { class: 'role' }, input.role || 'input'), el('span', { class: 'model' }, input.name || input.media_type || 'unknown'));
}

/** `index` with everything before it, as nested rows. */
function branch(index, role, above, budget, here) {
  const node = nodes[index];
  const roots = [];
  for (const input of node.inputs) {
    if (budget.left <= 0) break;
    budget.left -= 1;
    const known = isNumber(input.to) && !above.has(input.to);
    roots.push(known ? branch(input.to, input.role || 'input', new Set([...above, input.to]), budget, false) : el('div', { class: 'branch' }, unknown(input)));
  }
  if (!node.inputs.length && promptOf(node)) {
    roots.push(el('div', { class: 'branch' }, el('div', { class: 'thumb words' }, el('p', { class: 'stage stage-thumb' }, promptOf(node)), el('span', { class: 'role' }, 'prompt'))));
  }
  const row = el('div', { class: 'branch' });
  if (roots.length) row.append(el('div', { class: roots.length > 1 ? 'roots several' : 'roots' }, ...roots), el('span', { class: 'arrow', 'aria-hidden': 'true' }, icon('right')));
  row.append(thumb(index, here ? 'this' : role, here));
  return row;
}

function lineage(index) {
  const node = nodes[index];
  const sections = [];
  if (node.inputs.length || promptOf(node)) {
    sections.push(el('section', { class: 'part lineage' }, el('h3', {}, 'Lineage'),
      el('div', { class: 'chain', tabindex: '0', role: 'group', 'aria-label': 'What this was made from' }, branch(index, 'this', new Set([index]), { left: MOST_DRAWN }, true))));
  }
  if (uses[index].length) {
    const thumbs = uses[index].slice(0, MOST_DRAWN).map((other) => thumb(other, 'made from this', false));
    sections.push(el('section', { class: 'part uses' }, el('h3', {}, 'Used for'), el('div', { class: 'chain', role: 'group', 'aria-label': 'What was made from this' }, ...thumbs)));
  }
  return sections;
}
