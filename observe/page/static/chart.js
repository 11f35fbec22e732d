// The strip charts of one WAN, drawn by uPlot. States are a ribbon below each
// rate whose colour and height both say which; applies are ticks at the top
// edge; events are dashed lines with their reason.

import uPlot from './uplot.js';
import { rate, milliseconds } from './figures.js';

const STATES = ['GREEN', 'YELLOW', 'SOFT_RED', 'RED'];
const RIBBON = 14;

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();

// clock is a time of day, to the second or to the minute.
const clock = (t, seconds) => new Date(t * 1000).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: seconds ? '2-digit' : undefined, hour12: false });

// line is a series of a chart.
function line(label, stroke, write, more = {}) {
  return { label, stroke: colour(stroke), width: 1.5, points: { show: false }, value: (_, x) => write(x), spanGaps: true, ...more };
}

const stepped = uPlot.paths.stepped({ align: 1 });

// kinds are the charts of a WAN: their series, and the columns from its data.
const kinds = {
  rtt: {
    title: 'Round-trip time', write: milliseconds,
    series: () => [
      line('RTT', 'rtt', milliseconds, { width: 1 }), line('load RTT', 'load', milliseconds, { width: 2 }),
      line('baseline', 'baseline', milliseconds, { width: 2, dash: [8, 4] }), line('green', 'limit', milliseconds, { width: 1, dash: [4, 4] }),
      line('soft red', 'limit', milliseconds, { width: 1, dash: [2, 4] }), line('hard red', 'limit', milliseconds, { width: 1, dash: [1, 5] }),
    ],
    columns: (d, limits) => [d.time, d.rtt, d.load, d.baseline, ...limits.thresholds.map((t) => d.baseline.map((b) => (b == null ? null : b + t)))],
    // The greater thresholds are drawn only where the delay comes near them.
    top: (u, limits) => {
      let most = 0, base = 0;
      for (let i = 0; i < u.data[0].length; i++) {
        if (u.data[0][i] < u.scales.x.min) continue;
        most = Math.max(most, u.data[1][i] ?? 0, u.data[2][i] ?? 0);
        base = u.data[3][i] ?? base;
      }
      return Math.max(most, base + limits.thresholds[0]) * 1.15;
    },
  },
  download: direction('Download', 'down', 0),
  upload: direction('Upload', 'up', 1),
};

function direction(title, column, index) {
  return {
    title, write: rate, index, state: column + 'State',
    series: () => [
      line('shaper', 'rate', rate, { width: 2, paths: stepped }), line('delivered', 'delivered', rate, { width: 1.5 }),
      line('ceiling', 'ceiling', rate, { width: 1, dash: [6, 4] }),
    ],
    columns: (d, limits) => [d.time, d[column], d[column + 'Delivered'], d.time.map(() => limits.ceilings[index])],
    top: (u, limits) => limits.ceilings[index] * 1.12,
  };
}

export class Chart {
  // limits are the thresholds in milliseconds and the ceilings in bit/s.
  constructor(kind, node, name, data, limits) {
    Object.assign(this, { kind: kinds[kind], node, data, limits, span: 120 });
    node.tabIndex = 0;
    node.setAttribute('role', 'img');
    this.name = `${this.kind.title} of ${name}`;
    node.setAttribute('aria-label', this.name);
    node.addEventListener('keydown', (e) => this.key(e));
    this.read = node.nextElementSibling;
    this.build();
  }

  build() {
    this.plot?.destroy();
    const k = this.kind, axis = { stroke: colour('quiet'), grid: { stroke: colour('line'), width: 1 }, ticks: { stroke: colour('line'), width: 1 }, font: '12px system-ui' };
    this.shapes = Object.fromEntries([...STATES, 'apply', 'event', 'text'].map((c) => [c, colour(c)]));
    this.plot = new uPlot({
      width: this.node.clientWidth || 600, height: 170, pxAlign: 0,
      cursor: { drag: { x: false, y: false }, points: { size: 6 } },
      legend: { live: true, isolate: false },
      scales: { x: { time: true, auto: false, range: () => this.range() }, y: { range: (u) => [0, k.top(u, this.limits) || 1] } },
      axes: [{ ...axis, space: 80, size: 26, values: (_, all, __, ___, step) => all.map((t) => clock(t, step < 60)) }, { ...axis, size: 62, values: (_, all) => all.map((v) => (v === 0 ? '0' : k.write(v))) }],
      series: [{ label: 'time', value: (_, t) => (t == null ? '-' : clock(t, true)) }, ...k.series()],
      hooks: { draw: [(u) => this.marks(u)] },
    }, this.columns(), this.node);
  }

  resize() {
    const width = this.node.clientWidth;
    if (width && Math.abs(width - this.plot.width) > 1) this.plot.setSize({ width, height: 170 });
  }

  range() {
    const end = this.end ?? this.data.newest() / 1e3;
    return [end - this.span, end];
  }

  columns() {
    const shown = this.data.shown(this.span);
    this.times = (shown?.time ?? []).map((t) => t / 1e3);
    this.states = shown?.[this.kind.state] ?? [];
    if (!shown) return [[], ...this.kind.series().map(() => [])];
    return [this.times, ...this.kind.columns(shown, this.limits).slice(1)];
  }

  draw() {
    this.plot.setData(this.columns(), false);
    const [min, max] = this.range();
    this.plot.setScale('x', { min, max });
    if (this.plot.cursor.idx == null && this.times.length) this.plot.setLegend({ idx: this.times.length - 1 }, false);
    this.node.dataset.points = this.times.length;
    this.tell();
  }

  // tell is what a reader without the picture is told when it asks.
  tell() {
    const said = this.plot.series.slice(1).map((s, i) => {
      const list = this.plot.data[i + 1];
      let n = list.length - 1;
      while (n > 0 && list[n] == null) n--;
      return `${s.label} ${this.kind.write(list[n])}`;
    });
    const state = this.states.length ? `, state ${STATES[this.states.at(-1)]}` : '';
    this.node.setAttribute('aria-label', `${this.name}: ${said.join(', ')}${state}. Left and right arrow keys read it point by point.`);
  }

  // key moves the cursor by one point, or by ten with shift, and says what is
  // there.
  key(e) {
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[e.key];
    if (!step || !this.times.length) return;
    e.preventDefault();
    const [min, max] = this.range();
    let first = this.times.findIndex((t) => t >= min);
    if (first < 0) return;
    let last = this.times.length - 1;
    const here = this.at == null ? last : this.times.findIndex((t) => t >= this.at);
    const next = Math.min(last, Math.max(first, (here < 0 ? last : here) + step * (e.shiftKey ? 10 : 1)));
    this.at = this.times[next];
    this.plot.setCursor({ left: this.plot.valToPos(Math.min(this.at, max), 'x'), top: 10 });
    const said = this.plot.series.slice(1).map((s, i) => `${s.label} ${this.kind.write(this.plot.data[i + 1][next])}`);
    if (this.states.length) said.push(STATES[this.states[next]]);
    this.read.textContent = `${new Date(this.at * 1000).toLocaleTimeString([], { hour12: false, hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 2 })}: ${said.join(', ')}`;
  }

  marks(u) {
    const { ctx } = u, ratio = devicePixelRatio, { left, top, width, height } = u.bbox;
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, top, width, height);
    ctx.clip();
    if (this.kind.state) this.ribbon(u, ctx, ratio);
    const [min, max] = this.range();
    ctx.strokeStyle = this.shapes.apply;
    ctx.lineWidth = ratio;
    ctx.beginPath();
    for (const a of this.data.applies) {
      const t = a.time / 1e3;
      if (t < min || t > max || (this.kind.index != null && a.direction !== this.kind.index)) continue;
      const x = u.valToPos(t, 'x', true);
      ctx.moveTo(x, top);
      ctx.lineTo(x, top + 5 * ratio);
    }
    ctx.stroke();
    ctx.strokeStyle = ctx.fillStyle = this.shapes.event;
    ctx.font = `${10 * ratio}px system-ui`;
    ctx.textAlign = 'left';
    ctx.textBaseline = 'alphabetic';
    ctx.setLineDash([3 * ratio, 3 * ratio]);
    let free = left;
    for (const e of this.data.events) {
      const t = e.at / 1e3;
      if (t < min || t > max) continue;
      const x = u.valToPos(t, 'x', true);
      ctx.beginPath();
      ctx.moveTo(x, top);
      ctx.lineTo(x, top + height);
      ctx.stroke();
      const room = ctx.measureText(e.reason).width;
      if (x >= free && x + room < left + width) {
        ctx.fillText(e.reason, x + 3 * ratio, top + 15 * ratio);
        free = x + room + 6 * ratio;
      }
    }
    ctx.restore();
  }

  // ribbon draws the states: from a quarter of its height for GREEN to all of
  // it for RED.
  ribbon(u, ctx, ratio) {
    const { left, top, width, height } = u.bbox, floor = top + height, [min] = this.range();
    const end = left + width;
    for (let i = 0; i < this.times.length;) {
      let j = i + 1;
      while (j < this.times.length && this.states[j] === this.states[i]) j++;
      const until = j < this.times.length ? this.times[j] : this.times[j - 1];
      if (until >= min) {
        const x = Math.max(left, u.valToPos(this.times[i], 'x', true));
        const tall = RIBBON * ratio * (this.states[i] + 1) / 4;
        ctx.fillStyle = this.shapes[STATES[this.states[i]]];
        ctx.fillRect(x, floor - tall, Math.max(ratio, Math.min(end, u.valToPos(until, 'x', true)) - x), tall);
      }
      i = j;
    }
  }
}
