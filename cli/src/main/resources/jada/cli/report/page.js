'use strict';
// The frame of the page: reads the data, and gives every section its controls, its chart, the sentence about it and its table.
// A picture is { height, controls(), draw(choice) } and draw returns { option, label, note, table }; see `show`.

const run = JSON.parse(document.getElementById('data').textContent);
if (run.live) { // what grows
  run.evaluations = [];
  run.ranks = Object.fromEntries(run.modules.map((module) => [module, run.rank]));
  if (run.modules.length > 0) {
    run.lives = { t: [], turns: Array.from({ length: run.modules.length * run.rank }, () => []) };
  }
}
const pictures = new Map(); // section id -> picture
const shown = new Map(); // section id -> what is on the page

/** Adds a picture for a section; `when` says whether this run has the numbers for it. */
function picture(id, when, definition) {
  if (when) {
    pictures.set(id, definition);
  }
}

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** A number with four significant digits, or thousands in groups. */
function fmt(value) {
  if (typeof value !== 'number') {
    return value === null || value === undefined ? '' : String(value);
  }
  if (Number.isInteger(value)) {
    return value.toLocaleString('en');
  }
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-4 || size >= 1e6) ? Number(value.toPrecision(3)).toExponential() : String(Number(value.toPrecision(4)));
}

/** A number on a logarithmic axis: 10⁻⁵ rather than 1e-5. */
function power(value) {
  const exponent = Math.round(Math.log10(value));
  const digits = '⁰¹²³⁴⁵⁶⁷⁸⁹';
  return exponent > -3 && exponent < 4 ? fmt(value) : '10' + (exponent < 0 ? '⁻' : '') + [...String(Math.abs(exponent))].map((d) => digits[d]).join('');
}

/** How losses are measured. */
const lossUnit = (run.facts?.task ?? run.task)?.kind === 'regression' ? '' : ', nats';

/** Text that is safe inside the HTML of a tooltip. */
function safe(text) {
  return String(text).replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);
}

function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
}

/** What can be read on a cell of a heat map that has so much (0 to 1) of the full colour. */
const on = (share) => color(share > 0.55 ? 'ground' : 'text');

let room = 0; // pixels from left to right of the chart that is being drawn
const narrow = () => room < 600;

/** What all charts have in common. */
function base(more) {
  const text = color('text');
  return {
    animation: false,
    backgroundColor: 'transparent',
    color: ['c1', 'c2', 'c3', 'c4', 'c5', 'c6'].map(color),
    textStyle: { color: text, fontFamily: 'system-ui, sans-serif', fontSize: 13 },
    grid: { left: 70, right: 26, top: 44, bottom: 52 },
    legend: { top: 4, textStyle: { color: text, fontSize: 13 }, inactiveColor: color('line') },
    ...more,
    tooltip: {
      trigger: 'axis', confine: true, valueFormatter: fmt, backgroundColor: color('raised'), borderColor: color('line'),
      textStyle: { color: text }, axisPointer: { lineStyle: { color: color('soft') } }, ...more.tooltip,
    },
  };
}

function axis(name, more = {}) {
  return {
    name, nameLocation: 'middle', nameGap: more.gap ?? 30, nameTextStyle: { color: color('soft'), fontSize: 13 },
    axisLine: { lineStyle: { color: color('soft') } }, axisLabel: { color: color('text'), hideOverlap: true, ...more.label },
    splitLine: { show: more.lines ?? true, lineStyle: { color: color('line') } },
    ...more,
  };
}

/** The axis of the steps of the run. */
function steps(more = {}) {
  return axis('step t', { type: 'value', min: 0, max: Math.max(1, run.steps - 1), lines: false,
    axisPointer: { label: { precision: 0, formatter: 'step {value}' } }, ...more });
}

function values(name, more = {}) {
  return axis(name, { type: 'value', gap: 50, ...more, label: { formatter: fmt, ...more.label } });
}

/** The name of a matrix without what all names of the run have in common. */
const shortNames = new Map();
function short(module) {
  return shortNames.get(module) ?? module;
}

/** Layer and kind of a matrix from its name: the first number in it, and what comes after. */
function place(module) {
  const match = /^.*?\.(\d{1,6})\.(.*)$/.exec(module);
  return match ? { layer: Number(match[1]), kind: match[2] } : { layer: -1, kind: module };
}

function learnNames(modules) {
  for (const module of modules) {
    const { layer, kind } = place(module);
    const plain = kind.replace(/(^|\.)(layer|encoder|self|attention|output\.dense$)(?=\.|$)/g, '$1')
      .replace(/\.+/g, '.').replace(/^\.|\.$/g, '');
    shortNames.set(module, layer < 0 ? module : layer + ' ' + (kindNames.get(kind) ?? plain));
  }
}

/** The short names that the terminal uses, too. */
const kindNames = new Map([
  ['attention.self.query', 'q'], ['attention.self.key', 'k'], ['attention.self.value', 'v'], ['attention.output.dense', 'o'],
  ['intermediate.dense', 'ffn-in'], ['output.dense', 'ffn-out'],
  ['attention.q_lin', 'q'], ['attention.k_lin', 'k'], ['attention.v_lin', 'v'], ['attention.out_lin', 'o'],
  ['ffn.lin1', 'ffn-in'], ['ffn.lin2', 'ffn-out'],
]);

function kindOf(module) {
  const { kind } = place(module);
  return kindNames.get(kind) ?? kind;
}

/** Triplet number i of the run: its matrix and its index there. */
function triplet(i) {
  const module = run.modules[Math.floor(i / run.rank)];
  return { module, index: i % run.rank, name: short(module) + ' #' + (i % run.rank) };
}

/** A list to choose from: { kind: 'list', name, label, options: [text] }. */
function list(name, label, options, value = 0) {
  const select = element('select', { id: 'choice-' + name });
  options.forEach((text, i) => select.append(element('option', { value: i }, text)));
  select.value = String(value);
  return { name, input: select, node: element('label', {}, label + ' ', select), value: () => Number(select.value) };
}

/** A slider over the steps at which something was kept. */
function slider(name, label, texts, value = texts.length - 1) {
  const input = element('input', { type: 'range', min: 0, max: texts.length - 1, step: 1, id: 'choice-' + name });
  input.value = String(value);
  const text = element('output', { for: 'choice-' + name });
  const tell = () => {
    text.textContent = texts[Number(input.value)];
    input.setAttribute('aria-valuetext', texts[Number(input.value)]);
  };
  input.addEventListener('input', tell);
  tell();
  return { name, input, node: element('label', {}, label + ' ', input, text), value: () => Number(input.value) };
}

/** Puts a picture into its section. */
function show(id, definition) {
  const section = document.getElementById(id);
  const heading = section.querySelector('h2');
  const caption = section.querySelector('.caption');
  heading.id = 'title-' + id;
  caption.id = 'caption-' + id;
  section.setAttribute('aria-labelledby', heading.id);
  const controls = definition.controls ? definition.controls() : [];
  if (controls.length > 0) {
    section.append(element('div', { class: 'controls' }, ...controls.map((c) => c.node)));
  }
  const chart = element('div', { class: 'chart', id: 'chart-' + id, role: 'img', tabindex: '0', 'aria-describedby': caption.id });
  const note = element('p', { class: 'note', id: 'note-' + id });
  const details = element('details', {}, element('summary', {}, 'Values as a table'));
  section.append(chart, note, details);
  const state = { definition, controls, chart, note, details, instance: null, drawn: null, at: -1 };
  shown.set(id, state);
  for (const control of controls) {
    control.input.addEventListener('input', () => draw(id));
  }
  details.addEventListener('toggle', () => fillTable(state, heading.textContent));
  chart.addEventListener('keydown', (event) => step(state, event));
  chart.addEventListener('blur', () => state.instance.dispatchAction({ type: 'hideTip' }));
  draw(id);
  new ResizeObserver(() => fit(id)).observe(chart);
}

/** Draws a picture, or draws it anew after a choice, new numbers, or another theme; `grown` if its points are those that it had, and more. */
function draw(id, grown = false) {
  const state = shown.get(id);
  room = state.chart.clientWidth;
  const choice = Object.fromEntries(state.controls.map((c) => [c.name, c.value()]));
  const drawn = state.definition.draw(choice);
  state.drawn = drawn;
  state.at = grown ? state.at : -1;
  state.width = room;
  state.chart.style.height = (drawn.height ?? state.definition.height ?? 340) + 'px';
  if (state.instance === null) {
    state.instance = echarts.init(state.chart, null, { renderer: state.definition.renderer ?? 'svg', devicePixelRatio: 2 });
  }
  state.instance.resize();
  state.instance.setOption(drawn.option, true);
  state.chart.setAttribute('aria-label', drawn.label + ' Arrow keys step through the values; the table below has them all.');
  state.note.textContent = drawn.note ?? '';
  if (state.details.open) {
    fillTable(state);
  }
}

/** Follows the width; pictures whose arrangement depends on it are drawn anew. */
function fit(id) {
  const state = shown.get(id);
  if (state.chart.clientWidth !== state.width && state.chart.clientWidth > 0) {
    draw(id);
  }
}

/** table: { columns: [text], rows: [[value]] }; row i stands for point i of the chart. What is scrolled or has the focus keeps it. */
function fillTable(state, title) {
  state.title = title ?? state.title;
  const before = state.details.querySelector('.scroll');
  if (!state.details.open) {
    before?.remove();
    return;
  }
  const { columns, rows } = state.drawn.table();
  const head = element('tr', {}, ...columns.map((c) => element('th', { scope: 'col' }, c)));
  const body = element('tbody');
  for (const row of rows) {
    body.append(element('tr', {}, ...row.map((value) => element('td', {}, fmt(value)))));
  }
  const table = element('table', {}, element('caption', {}, state.title), element('thead', {}, head), body);
  const place = before ?? element('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Table: ' + state.title });
  place.replaceChildren(table);
  if (!before) {
    state.details.append(place);
  }
}

/** Arrow keys go from point to point: the chart shows its values, the screen reader speaks them. */
function step(state, event) {
  const { rows, columns } = state.drawn.table();
  const moves = { ArrowRight: state.at + 1, ArrowLeft: state.at - 1, Home: 0, End: rows.length - 1,
    PageDown: state.at + Math.ceil(rows.length / 20), PageUp: state.at - Math.ceil(rows.length / 20) };
  if (event.key === 'Escape') {
    state.instance.dispatchAction({ type: 'hideTip' });
  }
  if (!(event.key in moves) || rows.length === 0) {
    return;
  }
  event.preventDefault();
  state.at = Math.min(rows.length - 1, Math.max(0, moves[event.key]));
  const [seriesIndex, dataIndex] = state.drawn.at ? state.drawn.at(state.at) : [0, state.at];
  state.instance.dispatchAction({ type: 'showTip', seriesIndex, dataIndex });
  document.getElementById('spoken').textContent =
    columns.map((column, i) => column + ' ' + fmt(rows[state.at][i])).join(', ');
}

function redrawAll() {
  for (const id of shown.keys()) {
    draw(id);
  }
}

/** Shows what this run has numbers for, and removes the other sections. */
function start() {
  learnNames([...new Set([...(run.modules ?? []), ...Object.keys(run.ranks ?? {})])]);
  const contents = document.getElementById('contents');
  for (const section of [...document.querySelectorAll('main section')]) {
    const drawing = section.querySelector('.drawing');
    if (!pictures.has(section.id) && !(drawing && drawing.firstElementChild)) {
      section.remove();
      continue;
    }
    contents.append(element('li', {}, element('a', { href: '#' + section.id }, section.querySelector('h2').textContent)));
    if (pictures.has(section.id)) {
      show(section.id, pictures.get(section.id));
    }
  }
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redrawAll);
  addEventListener('beforeprint', () => {
    document.documentElement.classList.add('print');
    for (const { chart } of shown.values()) {
      chart.style.width = '680px'; // A4 and Letter without their margins
    }
    redrawAll();
  });
  addEventListener('afterprint', () => {
    document.documentElement.classList.remove('print');
    for (const { chart } of shown.values()) {
      chart.style.width = '';
    }
    redrawAll();
  });
}
