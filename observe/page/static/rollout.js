// Rollout with its gates as bars against their limits, verdicts and steering.

import { el, table } from './element.js';
import { ago } from './figures.js';

const results = { Pass: 'pass', Thin: 'thin', Abort: 'abort', Inconclusive: 'too little evidence' };

// bar draws a gate's figure against its limits: the filled part is the figure,
// the marks are pass, thin and abort.
function bar(gate) {
  const limits = [gate.pass, gate.thin, gate.abort].filter((x) => x != null);
  const most = Math.max(gate.figure ?? 0, ...limits) * 1.1 || 1;
  const fill = el('i', { class: gate.result });
  fill.style.width = `${(100 * Math.max(0, gate.figure ?? 0)) / most}%`;
  const marks = limits.map((x) => {
    const b = el('b');
    b.style.left = `${(100 * x) / most}%`;
    return b;
  });
  return el('span', { class: 'bar', 'aria-hidden': 'true' }, fill, ...marks);
}

const figure = (x) => (x == null ? '-' : String(Number(Number(x).toPrecision(3))));

function gates(caption, list) {
  return table(caption, ['gate', 'figure', 'result', 'pass', 'thin', 'abort', 'evidence', 'why'],
    list.map((g) => [g.wan ? `${g.name} (${g.wan})` : g.name, el('div', {}, figure(g.figure) + (g.unit && g.figure != null ? ` ${g.unit}` : ''), bar(g)), results[g.result] ?? g.result ?? '-',
      figure(g.pass), figure(g.thin), figure(g.abort), `${g.evidence ?? '-'} of ${g.minEvidence ?? '-'}`, g.message ?? '']));
}

export function rollout(site) {
  const r = site.status?.rollout;
  if (!r?.phase) return el('p', {}, 'No change of interval is being brought out.');
  const where = [r.phase, r.wan && `on ${r.wan}`, r.from && r.to && `from ${r.from} to ${r.to}`].filter(Boolean).join(' ');
  return el('div', {},
    el('p', {}, where + (r.lastStable ? `; last stable: ${r.lastStable}` : '') + (r.soakEnds ? `; the soak ends ${new Date(r.soakEnds).toLocaleString()}` : '')),
    r.message ? el('p', {}, r.message) : null,
    r.issues?.length ? el('p', { class: 'bad' }, `In the way: ${r.issues.join('; ')}`) : null,
    r.wans?.length ? table('Where each WAN stands', ['WAN', 'runs', 'stands at', 'not tried again'],
      r.wans.map((w) => [w.name, w.profile ?? '-', w.result, (r.failed ?? []).filter((f) => f.wan === w.name).map((f) => f.profile).join(', ') || '-'])) : null,
    r.gates?.length ? gates('Gates: the figure as a bar, its limits as marks', r.gates) : null);
}

export function verdicts(site) {
  const list = site.status?.verdicts ?? [];
  if (!list.length) return el('p', {}, 'No verdict has been reached.');
  return el('div', {}, table('Verdicts, newest first', ['verdict', 'profile', 'WANs', 'decided', 'why'],
    list.toReversed().map((v) => [v.verdict, v.profile ?? '-', (v.wans ?? []).join(', '), v.decided ? new Date(v.decided).toLocaleString() : '-', v.message ?? ''])),
  ...list.toReversed().filter((v) => v.gates?.length).slice(0, 5)
    .map((v) => el('details', {}, el('summary', {}, `Evidence for ${v.verdict}${v.number ? `, verdict ${v.number}` : ''}`), gates(`Gates of ${v.verdict}`, v.gates))));
}

export function steering(site) {
  const list = site.status?.steering ?? [];
  if (!list.length) return el('p', {}, 'Nothing is steered.');
  return table('Steering', ['policy', 'from', 'to', 'traffic', 'confidence', 'since', 'rule', 'why'],
    list.map((s) => {
      const spec = (site.spec.steering ?? []).find((x) => x.name === s.name) ?? {};
      return [s.name, s.from ?? spec.from ?? '-', s.to ?? spec.to ?? '-', s.active ? 'steered' : 'at home', s.confidence == null ? '-' : String(s.confidence), ago(s.since), s.rule?.lastError || s.rule?.state || '-', s.message ?? s.reason ?? ''];
    }));
}
