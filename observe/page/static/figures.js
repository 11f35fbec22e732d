// How figures are written, as wanctl's tables write them.

const three = (x) => String(Number(x.toPrecision(3)));

export function rate(bitsPerSecond) {
  if (bitsPerSecond == null || Number.isNaN(bitsPerSecond)) return '-';
  for (const [size, sign] of [[1e9, 'G'], [1e6, 'M'], [1e3, 'k']]) {
    if (Math.abs(bitsPerSecond) >= size * 0.9995) return three(bitsPerSecond / size) + sign;
  }
  return three(bitsPerSecond);
}

export const milliseconds = (ms) => (ms == null || Number.isNaN(ms) ? '-' : three(ms) + 'ms');

// quantity reads a Kubernetes quantity as a number.
export function quantity(text) {
  if (text == null) return null;
  const found = /^([0-9.eE+-]+?)(n|u|m|k|M|G|T)?$/.exec(String(text));
  if (!found) return null;
  const size = { n: 1e-9, u: 1e-6, m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12 }[found[2]] ?? 1;
  return Number(found[1]) * size;
}

// seconds reads a Go duration.
export function seconds(text) {
  if (text == null) return null;
  const size = { h: 3600, m: 60, s: 1, ms: 1e-3, us: 1e-6, 'µs': 1e-6, ns: 1e-9 };
  let sum = 0;
  for (const [, n, unit] of String(text).matchAll(/([0-9.]+)(h|ms|µs|us|ns|m|s)/g)) sum += Number(n) * size[unit];
  return String(text).startsWith('-') ? -sum : sum;
}

// span writes a Go duration as a person writes it in a manifest.
export function span(text) {
  const s = seconds(text);
  if (s == null) return 'never';
  if (Math.abs(s) >= 3600 && s % 3600 === 0) return s / 3600 + 'h';
  if (Math.abs(s) >= 1) return Number(s.toFixed(3)) + 's';
  if (Math.abs(s) >= 1e-3) return Number((s * 1e3).toFixed(3)) + 'ms';
  return s === 0 ? '0s' : Number((s * 1e6).toFixed(1)) + 'us';
}

export const factor = (x) => String(Number(Number(x).toPrecision(5)));

export function ago(time) {
  if (!time) return '-';
  const s = Math.max(0, (Date.now() - new Date(time)) / 1000);
  if (s < 120) return Math.floor(s) + 's';
  if (s < 7200) return Math.floor(s / 60) + 'm';
  if (s < 172800) return Math.floor(s / 3600) + 'h';
  return Math.floor(s / 86400) + 'd';
}
