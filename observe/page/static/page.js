// The page: it follows the stream and keeps every section up to date.

import { el, table, replace } from './element.js';
import { rate, milliseconds, quantity, seconds, ago } from './figures.js';
import { Data, KEEP } from './data.js';
import { Chart } from './chart.js';
import { parameters } from './parameters.js';
import { rollout, verdicts, steering } from './rollout.js';

const main = document.getElementById('sites');
const wans = new Map(); // SITE/WAN -> Wan
const sites = new Map(); // SITE -> its section's nodes
const events = [];
let past = []; // events that were stored when the page was opened
let span = 120, held = false;

// Wan is one WAN's part of the page.
class Wan {
  constructor(site, name) {
    Object.assign(this, { site, name, data: new Data(), charts: [], asked: 0 });
    this.facts = el('dl', { class: 'facts' });
    this.figures = ['rtt', 'download', 'upload'].map((kind) => el('figure', { 'data-kind': kind },
      el('figcaption', {}, { rtt: 'Round-trip time, baseline and thresholds', download: 'Download: shaper, delivered, ceiling; states as a ribbon, applies as ticks', upload: 'Upload: the same' }[kind]),
      el('div', { class: 'chart' }), el('output', { class: 'read' })));
    this.parameters = el('div');
    this.node = el('section', { class: 'wan', 'aria-label': `WAN ${name} of ${site}`, 'data-wan': `${site}/${name}` },
      el('h3', {}, name), this.facts, ...this.figures,
      el('details', {}, el('summary', {}, 'Derived parameters and their arithmetic'), this.parameters));
  }

  update(site, spec, status) {
    const t = { ...site.spec.thresholds, ...spec.thresholds };
    const limits = {
      thresholds: [t.green, t.softRed, t.hardRed].map((x) => seconds(x) * 1e3),
      ceilings: [quantity(spec.download.ceiling), quantity(spec.upload.ceiling)],
    };
    if (!this.charts.length) {
      this.charts = this.figures.map((f) => new Chart(f.dataset.kind, f.querySelector('.chart'), `${this.name} of ${this.site}`, this.data, limits));
    }
    for (const c of this.charts) c.limits = limits;
    const fact = (name, value, kind) => el('div', {}, el('dt', {}, name), el('dd', { class: kind }, value));
    const shaper = (name, s) => fact(name, `${s.state ?? '-'} ${rate(quantity(s.rate))}, delivered ${rate(quantity(s.delivered))} (${s.reason ?? '-'})`, `state ${s.state}`);
    const r = status.router ?? {};
    replace(this.facts,
      fact('profile', status.profile ?? '-'),
      fact('RTT', `${milliseconds(ms(status.rtt.current))}, baseline ${milliseconds(ms(status.rtt.baseline))}, delta ${milliseconds(ms(status.rtt.delta))}`),
      shaper('download', status.download), shaper('upload', status.upload),
      fact('loss', `${Number((100 * status.rtt.loss).toFixed(2))}%`, status.rtt.loss > 0.03 ? 'bad' : null),
      fact('cycles', `${status.cycle.count}, p99 ${milliseconds(ms(status.cycle.p99))}, ${status.cycle.skipped} skipped`),
      fact('router', r.lastError ? `${r.name}: ${r.lastError}` : `${r.name}, ${r.appliesTotal} applies`, r.lastError ? 'bad' : null));
    replace(this.parameters, parameters(site, spec, status));
  }

  // refill asks for buckets when more than the kept cycles is shown.
  async refill() {
    if (span * 1e3 <= KEEP || Date.now() - this.asked < Math.max(1000, span * 2)) return;
    this.asked = Date.now();
    const q = new URLSearchParams({ site: this.site, wan: this.name, span: `${span}s` });
    try {
      const answer = await fetch(`history?${q}`);
      if (answer.ok) this.data.setBuckets(await answer.json());
    } catch { /* the stream says when the connection is lost */ }
  }

  draw() {
    for (const c of this.charts) {
      c.span = span;
      c.resize();
      c.draw();
    }
  }
}

const ms = (text) => (text == null ? null : seconds(text) * 1e3);

function wan(site, name) {
  const key = `${site}/${name}`;
  if (!wans.has(key)) wans.set(key, new Wan(site, name));
  return wans.get(key);
}

// section is a site's part of the page.
function section(name) {
  if (sites.has(name)) return sites.get(name);
  const part = (title) => {
    const body = el('div');
    return { body, node: el('section', { class: 'panel', 'aria-label': `${title} of ${name}` }, el('h3', {}, title), body) };
  };
  const s = { conditions: el('div'), wans: el('div'), rollout: part('Rollout'), verdicts: part('Verdicts'), steering: part('Steering'), events: part('Events') };
  s.node = el('section', { 'aria-label': `site ${name}`, 'data-site': name }, el('h2', {}, `Site ${name}`), s.conditions, s.wans,
    s.rollout.node, s.verdicts.node, s.steering.node, s.events.node);
  sites.set(name, s);
  main.append(s.node);
  return s;
}

function showSites(list) {
  list ??= [];
  document.getElementById('empty').hidden = list.length > 0;
  const names = new Set(list.map((s) => s.metadata.name));
  for (const [name, s] of sites) if (!names.has(name)) { s.node.remove(); sites.delete(name); }
  const running = new Set();
  for (const site of list) {
    const name = site.metadata.name, s = section(name);
    const bad = (c) => (c.type === 'Degraded' ? c.status === 'True' : !['Stable', 'Progressing'].includes(c.type) && c.status !== 'True');
    replace(s.conditions, el('dl', { class: 'facts conditions' }, ...(site.status.conditions ?? []).map((c) =>
      el('div', {}, el('dt', {}, c.type), el('dd', { class: bad(c) ? 'bad' : null }, bad(c) ? `${c.status}: ${c.reason}. ${c.message}` : `${c.status} (${c.reason})`)))));
    for (const spec of site.spec.wans) {
      const status = (site.status.wans ?? []).find((w) => w.name === spec.name);
      if (!status) continue;
      const w = wan(name, spec.name);
      running.add(`${name}/${spec.name}`);
      if (!w.node.isConnected) s.wans.append(w.node);
      w.update(site, spec, status);
    }
    replace(s.rollout.body, rollout(site));
    replace(s.verdicts.body, verdicts(site));
    replace(s.steering.body, steering(site));
    showEvents(name, s);
  }
  for (const [key, w] of wans) if (w.node.isConnected && !running.has(key)) { w.node.remove(); wans.delete(key); }
}

function showEvents(name, s) {
  // The stream has those of this run of the agent, the store earlier ones too.
  const before = past.filter((e) => Date.parse(e.time) < (events[0]?.at ?? Infinity));
  const mine = [...before, ...events].filter((e) => e.site === name).toReversed().slice(0, 30);
  replace(s.events.body, mine.length
    ? table('The newest events', ['ago', 'type', 'reason', 'object', 'message'], mine.map((e) => [ago(e.time), e.type, e.reason, e.object, e.message]))
    : el('p', {}, 'Nothing has happened yet.'));
}

async function recall() {
  try {
    const answer = await fetch('apis/wanctl.dev/v1alpha1/events');
    if (answer.ok) past = (await answer.json()).items;
  } catch { /* the stream says when the connection is lost */ }
  for (const [name, s] of sites) showEvents(name, s);
}

function takeEvents(list) {
  for (const e of list) {
    if (events.some((x) => x.number === e.number && x.time === e.time)) continue;
    e.at = Date.parse(e.time);
    events.push(e);
    // Changes of state are in the ribbon; all else is marked on the charts.
    for (const [key, w] of wans) {
      const [site, name] = key.split('/');
      if (e.reason !== 'StateChanged' && e.site === site && (e.object === `wan/${name}` || !e.object.startsWith('wan/'))) w.data.events.push(e);
    }
    if (e.type === 'Warning' && Date.now() - e.at < 5000) document.getElementById('news').textContent = `${e.site}, ${e.object}: ${e.reason}. ${e.message}`;
  }
  if (events.length > 400) events.splice(0, 200);
  for (const [name, s] of sites) showEvents(name, s);
}

function connection(text, lost) {
  const node = document.getElementById('connection');
  if (node.textContent !== text) node.textContent = text;
  node.classList.toggle('lost', lost);
}

recall();
const stream = new EventSource('stream');
stream.addEventListener('open', () => connection('live', false));
stream.addEventListener('error', () => connection('the agent does not answer; trying again', true));
stream.addEventListener('sites', (m) => showSites(JSON.parse(m.data)));
stream.addEventListener('cycles', (m) => {
  for (const [key, columns] of Object.entries(JSON.parse(m.data))) {
    const [site, name] = key.split('/');
    wan(site, name).data.addCycles(columns);
  }
});
stream.addEventListener('applies', (m) => {
  for (const [key, list] of Object.entries(JSON.parse(m.data))) {
    const [site, name] = key.split('/');
    wan(site, name).data.addApplies(list);
  }
});
stream.addEventListener('events', (m) => takeEvents(JSON.parse(m.data)));

// Charts are drawn four times a second at most, and not while nobody looks.
setInterval(() => {
  if (held || document.hidden) return;
  for (const w of wans.values()) {
    if (!w.charts.length) continue;
    w.refill();
    w.draw();
  }
}, 250);

document.getElementById('span').addEventListener('change', (e) => {
  span = Number(e.target.value);
  for (const w of wans.values()) w.asked = 0;
});

document.getElementById('hold').addEventListener('click', (e) => {
  held = !held;
  e.target.setAttribute('aria-pressed', String(held));
});

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  for (const w of wans.values()) for (const c of w.charts) c.build();
});
