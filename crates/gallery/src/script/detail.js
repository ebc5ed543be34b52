// The detail view: one asset with everything that is known of it, in a modal dialog.

const dialog = document.getElementById('detail');
let openIndex = null;

/** Opens the dialog on `index`, or moves it there. */
function show(index) {
  hush();
  openIndex = index;
  const node = nodes[index];
  const made = node.made || {};
  const box = stage(node, 'full');
  fill(box, node, { controls: true, whole: true });
  const player = box.querySelector('audio');
  if (player) for (const event of ['play', 'seeked']) player.addEventListener(event, () => follow(player, box));
  const side = el('div', { class: 'side' },
    el('div', { class: 'heading' },
      el('p', { class: 'over' }, [className(node.class, 1), kindOf(node)].filter(Boolean).join(' · ')),
      el('h2', { id: 'detail-title', tabindex: '-1', class: promptOf(node) ? '' : 'file' }, titleOf(node)),
      promptOf(node) ? copy('Copy prompt', made.prompt) : null),
    facts(shape(node)), notes(made.notes), section('Body', made.body, true), section('Options', made.options), timings(made.timings_ms), origin(node));
  const { width, height } = node.asset;
  if (width && height) box.style.setProperty('--ratio', `${width} / ${height}`);
  const related = lineage(index);
  const view = el('div', { class: 'view' }, box, related.length ? el('div', { class: 'related' }, ...related) : null);
  dialog.replaceChildren(bar(node, index), el('div', { class: 'panes' }, view, side));
  dialog.scrollTop = 0;
  if (!dialog.open) dialog.showModal();
  dialog.querySelector('#detail-title').focus({ preventScroll: true });
  view.querySelectorAll('.chain').forEach((chain) => { chain.scrollLeft = chain.scrollWidth; });
  const entry = shown.find((other) => other.index === index);
  if (entry) rove(entry);
}

function bar(node, index) {
  const at = shown.findIndex((entry) => entry.index === index);
  const step = (by, name, text) => el('button', {
    class: 'round', type: 'button', 'aria-label': text, title: text, disabled: at < 0 || !shown[at + by], on: { click: () => move(by) },
  }, icon(name));
  return el('div', { class: 'dialog-bar' },
    step(-1, 'left', 'Previous (←)'), step(1, 'right', 'Next (→)'),
    el('p', { class: 'where' }, at < 0 ? 'Not in the grid' : `${(at + 1).toLocaleString('en')} of ${shown.length.toLocaleString('en')}`),
    node.src ? el('a', { class: 'quiet', href: node.src, target: '_blank', rel: 'noopener noreferrer' }, 'Open file') : null,
    el('button', { class: 'round', type: 'button', 'aria-label': 'Close (Esc)', title: 'Close (Esc)', on: { click: () => dialog.close() } }, icon('close')));
}

function move(by) {
  const at = shown.findIndex((entry) => entry.index === openIndex);
  if (at >= 0 && shown[at + by]) show(shown[at + by].index);
}

function copy(label, text) {
  const button = el('button', { class: 'quiet', type: 'button' }, label);
  button.addEventListener('click', async () => {
    let said = 'Copied';
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      said = 'Cannot copy here';
    }
    button.textContent = said;
    setTimeout(() => { button.textContent = label; }, 1600);
  });
  return button;
}

/** The cost as far as it is known: the amount, the units, else the estimate. */
function money(cost) {
  const withUnit = (number, unit) => (isNumber(number) ? `${number} ${unit || ''}`.trim() : null);
  const { amount, currency, billed_units: units, unit, estimate = {} } = cost || {};
  const ends = [...new Set([estimate.low, estimate.high].filter(isNumber))].join(' – ');
  const rows = [
    ['Cost', withUnit(amount, currency)], ['Billed units', withUnit(units, unit)],
    ['Estimate', ends ? `${ends} ${estimate.currency || ''}`.trim() : null],
  ].filter(([, value]) => value);
  return rows.length ? rows : [['Cost', 'unknown']];
}

/** What a person asks first. */
function shape({ asset, made }) {
  return [
    ['Model', made && made.model], ['Asked for', made && made.asked !== made.model ? made.asked : null],
    ['Size', pixels(asset)], ['Duration', clock(asset.duration_s)], ['Frame rate', rate(asset.fps)],
    ['Seed', made && made.seed], ...(made ? money(made.cost) : []), ['Made', made && moment(made.created_at)],
  ];
}

/** What identifies the file and the request. */
function origin({ asset, made }) {
  const size = isNumber(asset.bytes) ? `${bytes(asset.bytes)} (${asset.bytes.toLocaleString('en')} bytes)` : null;
  const list = facts([
    ['File', asset.file], ['Type', asset.media_type], ['Length', size], ['Output', made && made.output_index ? `#${made.output_index}` : null],
    ['Provider', made && made.provider], ['Request', made && made.request_id], ['Job', made && made.job],
    ['BLAKE3', asset.blake3], ['Source', asset.url], ['Tool', made && made.tool],
  ]);
  return el('section', { class: 'part' }, el('h3', {}, 'File and request'), list);
}

function facts(rows) {
  const list = el('dl', { class: 'facts' });
  for (const [name, value] of rows) {
    if (value === null || value === undefined || value === '') continue;
    const code = ['Model', 'Asked for', 'File', 'Request', 'Job', 'BLAKE3', 'Source'].includes(name);
    list.append(el('div', {}, el('dt', {}, name), el('dd', code ? { class: 'code' } : {}, String(value))));
  }
  return list;
}

function notes(list) {
  if (!Array.isArray(list) || !list.length) return null;
  const items = list.map((note) => el('li', {},
    el('p', {}, el('b', {}, String(note.option ?? 'note')), ' ', el('code', {}, valueText(note.from)), ' → ', el('code', {}, valueText(note.to))),
    note.why ? el('p', { class: 'why' }, String(note.why)) : null));
  return el('section', { class: 'part notes' }, el('h3', {}, list.length === 1 ? 'Note' : 'Notes'), el('ul', {}, ...items));
}

const valueText = (value) => (typeof value === 'string' ? value : value === null || value === undefined ? 'nothing' : JSON.stringify(value));

/** Where the time went, as one bar with a legend. */
function timings(times) {
  const phases = ['upload', 'queued', 'running', 'fetch', 'download'].filter((name) => times && isNumber(times[name]));
  if (!phases.length && !(times && isNumber(times.total))) return null;
  const bar = el('div', { class: 'times', 'aria-hidden': 'true' });
  const legend = el('ul', { class: 'legend' });
  for (const name of phases) {
    const piece = el('span', { class: `time time-${name}` });
    piece.style.flexGrow = String(Math.max(times[name], 0));
    if (times[name] > 0) bar.append(piece);
    legend.append(el('li', {}, el('span', { class: `dot time-${name}` }), `${name} `, el('b', {}, millis(times[name]))));
  }
  const total = isNumber(times.total) ? el('span', { class: 'total' }, millis(times.total)) : null;
  return el('section', { class: 'part' }, el('h3', {}, 'Time', total), bar.childElementCount ? bar : null, legend);
}

function section(name, value, copies) {
  if (!value) return null;
  return el('section', { class: 'part' }, el('h3', {}, name, copies ? copy('Copy', value) : null), json(value));
}

function startDetail() {
  dialog.addEventListener('keydown', (event) => {
    if (event.target.closest('video, audio, .chain, .json') || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
      event.preventDefault();
      move(event.key === 'ArrowLeft' ? -1 : 1);
    }
  });
  // A click beside the panes, on the dialog's own backdrop, closes it.
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener('close', () => {
    // The event comes late: the next asset may be open already.
    if (dialog.open) return;
    dialog.querySelectorAll('video, audio').forEach((player) => player.pause());
    dialog.replaceChildren();
    // The browser gives the focus back to where it was; what was seen last is the better place.
    const entry = shown.find((other) => other.index === openIndex);
    openIndex = null;
    if (entry) rove(entry, true);
  });
}
