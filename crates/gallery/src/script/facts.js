// Words and numbers as people read them, and elements without markup in strings: no text of a record is ever parsed.

const data = JSON.parse(document.getElementById('data').textContent);
const nodes = data.nodes;

/** An element with attributes, listeners under `on`, and children; `null` children are left out. */
function el(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === 'on') for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

const ICONS = {
  image: 'M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9.5h.01',
  video: 'M4 6h16v12H4zM8 6v12M16 6v12M4 10h4M4 14h4M16 10h4M16 14h4',
  audio: 'M4 10v4M8 6v12M12 9v6M16 4v16M20 10v4',
  text: 'M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6',
  model: 'M12 3l8 4.5v9L12 21l-8-4.5v-9zM12 12l8-4.5M12 12v9M12 12L4 7.5',
  other: 'M6 3h8l4 4v14H6zM14 3v4h4',
  missing: 'M6 3h8l4 4v14H6zM14 3v4h4M10 12l4 4M14 12l-4 4',
  play: 'M8 5l11 7-11 7z',
  pause: 'M8 5v14M16 5v14',
  close: 'M6 6l12 12M18 6L6 18',
  left: 'M15 5l-7 7 7 7',
  right: 'M9 5l7 7-7 7',
};

/** A line drawing of 24 by 24. */
function icon(name) {
  const svg = svgElement('svg', { viewBox: '0 0 24 24', class: `icon icon-${name}`, 'aria-hidden': 'true' });
  svg.append(svgElement('path', { d: ICONS[name] }));
  return svg;
}

function svgElement(tag, attributes) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

const CLASSES = {
  image: ['Picture', 'Pictures'],
  video: ['Film', 'Films'],
  audio: ['Sound', 'Sounds'],
  text: ['Text', 'Texts'],
  model: ['3D', '3D'],
  other: ['File', 'Files'],
};

const className = (name, count) => CLASSES[name][count === 1 ? 0 : 1];
const isNumber = (value) => typeof value === 'number' && Number.isFinite(value);
const plural = (count, word) => `${count.toLocaleString('en')} ${word}${count === 1 ? '' : 's'}`;

function bytes(count) {
  if (!isNumber(count)) return null;
  if (count < 1000) return `${count} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let size = count / 1000;
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${units[unit]}`;
}

/** Seconds as a clock: 0:05, 12:34, 1:02:03; tenths below ten seconds. */
function clock(seconds) {
  if (!isNumber(seconds)) return null;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const pad = (part) => String(part).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours ? `${hours}:${pad(minutes)}:${pad(whole % 60)}` : `${minutes}:${pad(whole % 60)}`;
}

/** Milliseconds as a person says them. */
function millis(count) {
  if (!isNumber(count)) return null;
  return count < 1000 ? `${Math.round(count)} ms` : `${(count / 1000).toFixed(count < 10000 ? 2 : 1)} s`;
}

const pixels = ({ width, height }) => (width && height ? `${width} × ${height}` : null);
const rate = (fps) => (isNumber(fps) ? `${Number(fps.toFixed(3))} fps` : null);

function moment(text) {
  const date = new Date(text || NaN);
  if (Number.isNaN(date.getTime())) return null;
  return date.toLocaleString('en', { dateStyle: 'medium', timeStyle: 'short' });
}

const promptOf = (node) => (node.made && node.made.prompt) || null;
const modelOf = (node) => (node.made && node.made.model) || null;
const kindOf = (node) => (node.made && node.made.kind) || null;
/** What a card and a dialog call an asset. */
const titleOf = (node) => promptOf(node) || node.asset.file || 'Unnamed';

/** JSON with its tokens coloured; it comes as text, since a number in it may have 64 bits. */
function json(text) {
  const pre = el('pre', { class: 'json', tabindex: '0' });
  const token = /("(?:[^"\\]|\\.)*")(\s*:)?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\b(?:true|false|null)\b/g;
  let end = 0;
  for (const found of text.matchAll(token)) {
    pre.append(text.slice(end, found.index));
    const name = found[2] ? 'key' : found[1] ? 'string' : 'number';
    pre.append(el('span', { class: `json-${name}` }, found[1] || found[0]), found[2] || '');
    end = found.index + found[0].length;
  }
  pre.append(text.slice(end));
  return pre;
}
