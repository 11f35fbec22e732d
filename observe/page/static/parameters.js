// The derived parameters of a WAN, each with its arithmetic.

import { el, table } from './element.js';
import { rate, quantity, span, factor } from './figures.js';

// effective is a block of the site's with the WAN's own laid over it.
const effective = (site, wan, block) => ({ ...site.spec[block], ...wan[block] });

function weight(alpha, interval, tau, byHand) {
  return byHand == null ? `${alpha} = ${interval} / ${span(tau)}` : `${alpha}, given by hand; implies ${span(tau)}`;
}

function perCycle(name, shaper, d, interval) {
  const { decrease, increase } = shaper;
  return [
    [`${name} decrease`, `x ${factor(d.decreaseFactor)} = ${factor(decrease.factor)} ^ (${interval} / ${span(decrease.every)})`],
    [`${name} increase`, `+ ${rate(d.increaseStep)} = ${rate(quantity(increase.step))} x ${interval} / ${span(increase.every)}`],
    [`${name} increase after`, `${d.increaseAfterSamples} = ${span(increase.after)} / ${interval}`],
  ];
}

export function parameters(site, wan, status) {
  const d = status.derived;
  if (!d) return null;
  const times = effective(site, wan, 'timeConstants'), alphas = effective(site, wan, 'alphas'), interval = span(d.interval);
  const count = (n, time) => `${n} = ${span(time)} / ${interval}`;
  const rows = [
    ['interval', `${interval} (profile ${d.profile})`],
    ['alphaBaseline', weight(d.alphaBaseline, interval, d.tauBaseline, alphas.baseline)],
    ['alphaLoad', weight(d.alphaLoad, interval, d.tauLoad, alphas.load)],
    ['detectionSamples', d.detectionSamples ? `${d.detectionSamples} = ${span(times.detection)} / 2 / ${interval}, odd, 3 to 31` : 'off, detection is 0s'],
    ['redSamples', count(d.redSamples, times.red)],
    ['greenSamples', count(d.greenSamples, times.green)],
    ['softRedSamples', count(d.softRedSamples, times.softRed)],
    ['historySize', count(d.historySize, times.history)],
    ['probesPerSecond', `${Number(d.probesPerSecond.toPrecision(4))} = 1 / ${interval}`],
    ...perCycle('download', wan.download, d.download, interval),
    ...perCycle('upload', wan.upload, d.upload, interval),
  ];
  const steps = (d.detection ?? []).map((s) => ['+' + span(s.step), span(s.fast), span(s.yellow), span(s.softRed), span(s.red)]);
  return el('div', {},
    table('What runs, and how it follows from seconds', ['parameter', 'arithmetic'], rows.map(([n, v]) => [n, el('span', { class: 'formula' }, v)])),
    table('When a step of the round-trip time is noticed, the baseline held', ['step', 'fast path', 'YELLOW', 'SOFT_RED', 'RED'], steps));
}
