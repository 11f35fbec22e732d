// What the page holds of one WAN: every cycle of the last two minutes, and,
// where more is shown, buckets of many cycles.

export const KEEP = 120e3;

const names = ['time', 'rtt', 'load', 'baseline', 'down', 'up', 'downDelivered', 'upDelivered', 'downState', 'upState'];

function lists(c) {
  return {
    time: c.time, rtt: c.rtt, load: c.load, baseline: c.baseline,
    down: c.rate[0], up: c.rate[1], downDelivered: c.delivered[0], upDelivered: c.delivered[1], downState: c.state[0], upState: c.state[1],
  };
}

export class Data {
  constructor() {
    this.cycles = Object.fromEntries(names.map((n) => [n, []]));
    this.buckets = null;
    this.applies = [];
    this.events = [];
  }

  newest() { return this.cycles.time.at(-1) ?? 0; }

  // addCycles takes in columns of the stream. A stream that begins anew repeats
  // some, which are left out.
  addCycles(columns) {
    const fresh = lists(columns), after = this.newest();
    let first = fresh.time.findIndex((t) => t > after);
    if (first < 0) return;
    const oldest = fresh.time.at(-1) - KEEP;
    for (const n of names) for (let i = first; i < fresh.time.length; i++) this.cycles[n].push(fresh[n][i]);
    let old = 0;
    while (this.cycles.time[old] < oldest) old++;
    // Drop in large bites: a splice of one is as dear as one of many.
    if (old > this.cycles.time.length / 8) for (const n of names) this.cycles[n].splice(0, old);
  }

  addApplies(list) {
    const after = this.applies.at(-1)?.time ?? 0;
    this.applies.push(...list.filter((a) => a.time > after));
    if (this.applies.length > 2000) this.applies.splice(0, 1000);
  }

  setBuckets(columns) { this.buckets = { ...lists(columns), rttMax: columns.rttMax }; }

  // shown are the lists to draw for a span in seconds.
  shown(span) { return span * 1e3 <= KEEP ? this.cycles : this.buckets; }

  // latest is the newest known figure of a list.
  latest(name) {
    const list = this.cycles[name];
    for (let i = list.length - 1; i >= Math.max(0, list.length - 200); i--) if (list[i] != null) return list[i];
    return null;
  }
}
