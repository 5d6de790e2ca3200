/** A copy of a template's content, and its elements by `data-part`. */
export function stamp(id) {
  const fragment = document.getElementById(id).content.cloneNode(true);
  return { fragment, parts: partsOf(fragment) };
}

export function partsOf(root) {
  return Object.fromEntries([...root.querySelectorAll('[data-part]')].map(element => [element.dataset.part, element]));
}

/** An element with properties (`aria-…` and `data-…` are attributes) and children; strings become text, never markup. */
export function make(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key.includes('-')) element.setAttribute(key, value);
    else element[key] = value;
  }
  element.append(...children);
  return element;
}

/** Writes only what changed, so that a screen reader is not told the same again. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Brings `parent`'s children to exactly these, moving as little as possible, so that focus and selection stay. What is not among them goes
 * first: else all that comes after it would be moved.
 */
export function arrange(parent, children) {
  const wanted = new Set(children);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  children.forEach((child, i) => {
    if (parent.children[i] !== child) parent.insertBefore(child, parent.children[i] ?? null);
  });
}
