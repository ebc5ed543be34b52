// The grid: a card per asset, filtered, sorted and walked with the keyboard.

const grid = document.getElementById('grid');
const controls = Object.fromEntries(['kind', 'model', 'order', 'find'].map((id) => [id, document.getElementById(id)]));
const cards = nodes.map((node, index) => ({ node, index })).filter(({ node }) => node.listed);
let shown = [];
let current = null;
let chosen = 'all';

function card(entry) {
  const { node } = entry;
  const title = titleOf(node);
  const box = stage(node, 'card');
  const facts = [clock(node.asset.duration_s), pixels(node.asset) || (node.class === 'audio' ? null : bytes(node.asset.bytes))];
  const label = [className(node.class, 1), title, modelOf(node), ...facts].filter(Boolean).join(', ');
  const open = el('button', { class: 'open', type: 'button', tabindex: '-1', 'aria-haspopup': 'dialog', 'aria-label': label });
  open.addEventListener('click', () => show(entry.index));
  const badges = el('p', { class: 'badges', 'aria-hidden': 'true' }, el('span', { class: 'badge sign' }, icon(node.class)));
  for (const fact of facts) if (fact) badges.append(el('span', { class: 'badge' }, fact));
  const element = el('div', { class: 'card', role: 'listitem', 'data-index': entry.index }, open, box, badges);
  if (node.src && (node.class === 'video' || node.class === 'audio')) {
    const play = el('button', { class: 'play', type: 'button', tabindex: '-1', 'aria-label': `Play: ${title}` }, icon('play'));
    play.addEventListener('click', () => toggle(element, node, play));
    element.append(play, el('span', { class: 'progress', 'aria-hidden': 'true' }));
  }
  element.append(el('div', { class: 'caption', 'aria-hidden': 'true' },
    el('p', { class: promptOf(node) ? 'title' : 'title file' }, title),
    promptOf(node) ? null : el('p', { class: 'from' }, originWords(entry.index)),
    el('p', { class: 'by' }, el('span', { class: 'model' }, modelOf(node) || 'From outside'), kindOf(node) ? el('span', { class: 'kind' }, kindOf(node)) : null)));
  entry.element = element;
  entry.box = box;
  entry.words = [title, promptOf(node), modelOf(node), kindOf(node), node.made && node.made.asked, node.asset.file, node.asset.media_type, node.text]
    .filter(Boolean).join('\n').toLowerCase();
  return element;
}

/** Where an asset without a prompt of its own began: the prompt of the nearest ancestor that has one. */
function originWords(index) {
  const seen = new Set();
  let open = [index];
  while (open.length) {
    const found = open.find((at) => promptOf(nodes[at]));
    if (found !== undefined) return `from “${promptOf(nodes[found])}”`;
    open.forEach((at) => seen.add(at));
    open = open.flatMap((at) => nodes[at].inputs.map(({ to }) => to)).filter((to) => isNumber(to) && !seen.has(to));
  }
  return null;
}

function counted(read) {
  const counts = new Map();
  for (const { node } of cards) {
    const value = read(node);
    if (value) counts.set(value, (counts.get(value) || 0) + 1);
  }
  return counts;
}

function picks(select, all, counts) {
  select.append(el('option', { value: '' }, all));
  for (const [value, count] of [...counts].sort(([a], [b]) => a.localeCompare(b))) select.append(el('option', { value }, `${value} (${count})`));
  select.closest('label').hidden = counts.size < 2;
  select.addEventListener('change', apply);
}

function chips() {
  const counts = counted((node) => node.class);
  const choices = [['all', 'All', cards.length], ...Object.keys(CLASSES).filter((name) => counts.has(name)).map((name) => [name, className(name, 2), counts.get(name)])];
  for (const [value, text, count] of choices) {
    const radio = el('input', { type: 'radio', name: 'class', value, checked: value === 'all', on: { change: () => { chosen = value; apply(); } } });
    document.getElementById('classes').append(el('label', { class: 'chip' }, radio, el('span', {}, text, ' ', el('b', {}, count.toLocaleString('en')))));
  }
}

/** Shows the cards that every filter lets through. */
function apply() {
  const words = controls.find.value.toLowerCase().split(/\s+/).filter(Boolean);
  const { value: kind } = controls.kind;
  const { value: model } = controls.model;
  const before = shown;
  shown = cards.filter(({ node, words: text }) => (chosen === 'all' || node.class === chosen)
    && (!kind || kindOf(node) === kind) && (!model || modelOf(node) === model) && words.every((word) => text.includes(word)));
  arrange();
  if (running && !running.isConnected) hush();
  for (const { element, box } of before) if (!element.isConnected) drain(box);
  const all = shown.length === cards.length;
  document.getElementById('count').textContent = all ? plural(cards.length, 'asset') : `${shown.length.toLocaleString('en')} of ${plural(cards.length, 'asset')}`;
  document.getElementById('nothing').hidden = shown.length > 0 || cards.length === 0;
  rove(shown.includes(current) ? current : shown[0] || null);
}

function sort() {
  const time = ({ node }) => (node.made && node.made.created_at) || '';
  const orders = {
    newest: (a, b) => time(b).localeCompare(time(a)) || b.index - a.index,
    oldest: (a, b) => time(a).localeCompare(time(b)) || a.index - b.index,
    largest: (a, b) => (b.node.asset.bytes || 0) - (a.node.asset.bytes || 0) || a.index - b.index,
  };
  cards.sort(orders[controls.order.value]);
  apply();
}

/** One card at a time is in the order of Tab; the arrows move it. */
function rove(entry, focus = false) {
  const set = (which, index) => which.element.querySelectorAll('button').forEach((button) => { button.tabIndex = index; });
  if (current) set(current, -1);
  current = entry;
  if (!current) return;
  set(current, 0);
  if (focus) current.element.querySelector('.open').focus();
}

function walk(event) {
  if (event.altKey || event.ctrlKey || event.metaKey || !current) return;
  const at = shown.indexOf(current);
  const columns = widths().length;
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns, Home: -at, End: shown.length - 1 - at };
  if (!(event.key in steps)) return;
  event.preventDefault();
  const to = at + steps[event.key];
  if (shown[to]) rove(shown[to], true);
}

function startGrid() {
  document.getElementById('tool').textContent = data.tool || '';
  const total = cards.reduce((sum, { node }) => sum + (node.asset.bytes || 0), 0);
  const models = counted(modelOf);
  document.getElementById('summary').textContent = [plural(cards.length, 'asset'), models.size ? plural(models.size, 'model') : null, total ? bytes(total) : null].filter(Boolean).join(' · ');
  for (const entry of cards) card(entry);
  chips();
  picks(controls.kind, 'Every kind', counted(kindOf));
  picks(controls.model, 'Every model', counted(modelOf));
  controls.order.value = data.order;
  controls.order.addEventListener('change', sort);
  controls.find.addEventListener('input', apply);
  controls.find.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && controls.find.value === '') controls.find.blur();
    if (event.key !== 'ArrowDown' && event.key !== 'Enter') return;
    event.preventDefault();
    rove(current, true);
  });
  document.getElementById('reset').addEventListener('click', () => {
    for (const name of ['kind', 'model', 'find']) controls[name].value = '';
    document.querySelector('#classes input').click();
    apply();
    rove(current, true);
  });
  grid.addEventListener('keydown', walk);
  grid.addEventListener('focusin', (event) => {
    const element = event.target.closest('.card');
    const entry = element && shown.find((other) => other.element === element);
    if (entry && entry !== current) rove(entry);
  });
  document.addEventListener('keydown', (event) => {
    const typing = event.target.closest('input, select, textarea, dialog');
    if (event.key !== '/' || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    controls.find.focus();
    controls.find.select();
  });
  sort();
  keepRows();
}
