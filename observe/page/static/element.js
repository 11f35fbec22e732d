// el makes an element: its tag, its attributes, and what it holds. Text is
// always text, never markup.
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value == null) continue;
    if (name === 'class') node.className = value;
    else node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.filter((c) => c != null));
  return node;
}

// table is one with a caption; a cell is text or a node.
export function table(caption, columns, rows) {
  const head = el('tr', {}, ...columns.map((c) => el('th', { scope: 'col' }, c)));
  const body = rows.map((cells) => el('tr', {}, ...cells.map((c, i) => (i ? el('td', {}, c) : el('th', { scope: 'row' }, c)))));
  return el('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption },
    el('table', { class: 'list' }, el('caption', {}, caption), el('thead', {}, head), el('tbody', {}, ...body)));
}

// replace puts new content into a node if it says something else than the old
// does, so that focus and selection stay where nothing changed. What was opened
// stays open, and what was scrolled sideways stays there.
export function replace(node, ...children) {
  const fresh = node.cloneNode(false);
  fresh.append(...children.filter((c) => c != null));
  const open = new Set([...node.querySelectorAll('details[open] > summary')].map((s) => s.textContent));
  for (const s of fresh.querySelectorAll('details > summary')) s.parentNode.open = open.has(s.textContent);
  if (fresh.innerHTML === node.innerHTML) return;
  const scrolled = [...node.querySelectorAll('.scroll')].map((s) => s.scrollLeft);
  const focused = node.contains(document.activeElement) ? [...node.querySelectorAll('[tabindex], a, button, summary')].indexOf(document.activeElement) : -1;
  node.replaceChildren(...fresh.childNodes);
  node.querySelectorAll('.scroll').forEach((s, i) => { s.scrollLeft = scrolled[i] ?? 0; });
  if (focused >= 0) [...node.querySelectorAll('[tabindex], a, button, summary')][focused]?.focus({ preventScroll: true });
}
