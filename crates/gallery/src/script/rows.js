// What the browser has to do per frame: cards in groups of rows, and media that come a few at a time.

/** Rows in a group. */
const ROWS = 2;
/** The most stages that are filled in one frame, while the page scrolls and while it rests. */
const FILLED_MOVING = 2;
const FILLED_RESTING = 4;
/** How long after the last scrolling the page rests, in milliseconds. */
const REST_MS = 150;

/** The cards of each group. */
const groups = new Map();
/** The cards near the window whose media are still to come, the first to come near first. */
const waiting = new Set();
let filling = false;
let scrolled = -Infinity;
let arranged = { columns: 0, cards: [] };

/** Finds what is near the window; empties films and sounds that are far. */
const near = new IntersectionObserver((changes) => {
  for (const { target, isIntersecting } of changes) {
    for (const entry of groups.get(target) || []) {
      if (!isIntersecting) {
        waiting.delete(entry);
        drain(entry.box);
      } else if (!entry.box.dataset.filled) waiting.add(entry);
    }
  }
  if (waiting.size && !filling) fillSome();
}, { rootMargin: '300px 0px' });

/** Fills some of the stages that wait. What was passed by in a hurry is never loaded; a player costs as much as many
 * pictures and comes when the page rests. */
function fillSome() {
  const rests = performance.now() - scrolled > REST_MS;
  let left = rests ? FILLED_RESTING : FILLED_MOVING;
  for (const entry of waiting) {
    if (left === 0) break;
    if (!rests && (entry.node.class === 'video' || entry.node.class === 'audio')) continue;
    waiting.delete(entry);
    fill(entry.box, entry.node);
    left -= 1;
  }
  filling = waiting.size > 0;
  if (filling) requestAnimationFrame(fillSome);
}

/** The width of each column. */
function widths() {
  return getComputedStyle(grid).gridTemplateColumns.split(' ');
}

/** Puts the shown cards into groups of whole rows. The browser skips a group that is far, so that a frame costs what
 * is in sight; with a thousand cards of their own to watch, each frame walked through all of them. */
function arrange() {
  const columns = widths();
  grid.style.setProperty('--width', columns[0]);
  const same = arranged.columns === columns.length && arranged.cards.length === shown.length && shown.every((entry, at) => entry === arranged.cards[at]);
  if (same) return;
  arranged = { columns: columns.length, cards: shown };
  const focused = grid.contains(document.activeElement) ? document.activeElement : null;
  near.disconnect();
  groups.clear();
  waiting.clear();
  const size = columns.length * ROWS;
  for (let at = 0; at < shown.length; at += size) {
    const part = shown.slice(at, at + size);
    const group = el('div', { class: 'rows', role: 'presentation' }, ...part.map(({ element }) => element));
    group.style.setProperty('--rows', Math.ceil(part.length / columns.length));
    groups.set(group, part);
  }
  grid.replaceChildren(...groups.keys());
  for (const group of groups.keys()) near.observe(group);
  if (focused && focused.isConnected) focused.focus({ preventScroll: true });
}

/** Keeps the rows whole when the window is another, and knows when the page scrolls. */
function keepRows() {
  // In the next frame: a new arrangement changes the size that is being told.
  new ResizeObserver(() => requestAnimationFrame(arrange)).observe(grid);
  window.addEventListener('scroll', () => { scrolled = performance.now(); }, { passive: true });
}
