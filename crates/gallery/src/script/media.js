// Stages: the box that shows a picture, film, sound, text or a sign, filled only when it comes near the window.

const STAGE_RATIO = 4 / 3;
/** The share of a picture that a card may crop away; beyond it the whole picture is shown, smaller. */
const MOST_CROPPED = 0.3;

/** The one player that is running in the grid. */
let running = null;

/** An empty stage of `node`; `fill` puts the media in. */
function stage(node, variant) {
  const box = el('div', { class: `stage stage-${variant} is-${node.class}`, 'data-stage': node.class });
  if (!node.src) box.append(missing(node));
  else if (node.class === 'text') box.append(el('p', { class: 'excerpt' }, node.text || node.asset.file || ''));
  else if (node.class === 'audio') box.append(wave(node.peaks));
  else box.append(icon(node.class));
  return box;
}

function missing(node) {
  return el('div', { class: 'missing' }, icon('missing'), el('span', {}, node.src ? 'Cannot be shown' : 'File is missing'));
}

/** Puts the media into `box`, once. */
function fill(box, node, { controls = false, whole = false } = {}) {
  if (!node.src || box.dataset.filled) return;
  if (!['image', 'video', 'audio'].includes(node.class)) return;
  box.dataset.filled = 'true';
  const fail = () => {
    box.classList.add('failed');
    box.replaceChildren(missing(node));
  };
  if (node.class === 'image') {
    const picture = el('img', { alt: controls ? titleOf(node) : '', decoding: 'async', draggable: 'false' });
    picture.addEventListener('load', () => box.classList.add('ready'), { once: true });
    picture.addEventListener('error', fail, { once: true });
    picture.classList.add(whole || !crops(node.asset) ? 'fit' : 'cover');
    picture.src = node.src;
    box.prepend(picture);
    return;
  }
  const player = el(node.class, { preload: 'metadata', playsinline: true, controls });
  player.addEventListener('loadeddata', () => box.classList.add('ready'), { once: true });
  player.addEventListener('loadedmetadata', () => box.classList.add('ready'), { once: true });
  player.addEventListener('error', fail, { once: true });
  if (node.class === 'video') player.classList.add(whole || !crops(node.asset) ? 'fit' : 'cover');
  if (controls) player.setAttribute('aria-label', titleOf(node));
  else player.tabIndex = -1;
  // Some browsers show a first frame only where a time is asked for.
  player.src = controls || node.class === 'audio' ? node.src : `${node.src}#t=0.001`;
  box.prepend(player);
}

/** Takes films and sounds out again: a page with a thousand open players stalls. */
function drain(box) {
  const player = box.querySelector('video, audio');
  if (!player || !player.paused) return;
  player.removeAttribute('src');
  player.load();
  player.remove();
  delete box.dataset.filled;
  box.classList.remove('ready');
}

/** Whether a card may fill its stage with this picture. */
function crops({ width, height }) {
  if (!width || !height) return false;
  const ratio = width / height / STAGE_RATIO;
  return 1 - Math.min(ratio, 1 / ratio) <= MOST_CROPPED;
}

/** A waveform of measured peaks in percent; without them a plain line. */
function wave(peaks) {
  const shape = el('div', { class: 'wave' });
  const draw = (layer) => {
    const values = peaks && peaks.length ? peaks : new Array(48).fill(0);
    const svg = svgElement('svg', { viewBox: `0 0 ${values.length * 4} 100`, preserveAspectRatio: 'none', class: layer, 'aria-hidden': 'true' });
    const bars = values.map((peak, at) => {
      const half = Math.max(1, peak * 0.48);
      return `M${at * 4 + 2} ${(50 - half).toFixed(1)}V${(50 + half).toFixed(1)}`;
    });
    svg.append(svgElement('path', { d: bars.join('') }));
    return svg;
  };
  shape.append(draw('wave-rest'), draw('wave-done'));
  return shape;
}

/** Shows how far a player of the grid is. */
function follow(player, card) {
  const bar = card.querySelector('.progress');
  const done = card.querySelector('.wave-done');
  const step = () => {
    const share = player.duration ? player.currentTime / player.duration : 0;
    if (bar) bar.style.transform = `scaleX(${share})`;
    if (done) done.style.clipPath = `inset(0 ${(1 - share) * 100}% 0 0)`;
    if (!player.paused) requestAnimationFrame(step);
  };
  step();
}

/** Plays or pauses the film or sound of a card; at most one runs. */
async function toggle(card, node, button) {
  const box = card.querySelector('.stage');
  fill(box, node);
  const player = box.querySelector('video, audio');
  if (!player) return;
  if (!player.dataset.wired) {
    player.dataset.wired = 'true';
    for (const event of ['play', 'pause', 'ended']) player.addEventListener(event, () => mark(player, card, node, button));
  }
  if (!player.paused) {
    player.pause();
    return;
  }
  if (running && running !== player) running.pause();
  running = player;
  try {
    await player.play();
  } catch {
    // Paused again before it began, or a file that `error` has reported.
  }
}

function mark(player, card, node, button) {
  const plays = !player.paused && !player.ended;
  card.classList.toggle('playing', plays);
  button.replaceChildren(icon(plays ? 'pause' : 'play'));
  button.setAttribute('aria-label', `${plays ? 'Pause' : 'Play'}: ${titleOf(node)}`);
  if (plays) follow(player, card);
}

/** Stops what runs in the grid. */
function hush() {
  if (running) running.pause();
}
