import { make } from '../shared/dom.js';

const shares = ['done', 'failed', 'skipped', 'cancelled', 'running'];

/** How far a job is, as one bar with a share for each outcome. */
class ProgressBar extends HTMLElement {
  #parts = shares.map(share => make('span', { className: share }));

  connectedCallback() {
    this.setAttribute('role', 'progressbar');
    this.setAttribute('aria-valuemin', 0);
    this.replaceChildren(...this.#parts);
  }

  show({ counts, total }, label) {
    this.#parts.forEach((part, i) => { part.style.width = `${total > 0 ? 100 * counts[shares[i]] / total : 0}%`; });
    this.setAttribute('aria-label', label);
    this.setAttribute('aria-valuemax', total);
    this.setAttribute('aria-valuenow', counts.done + counts.failed + counts.skipped + counts.cancelled);
  }
}

customElements.define('progress-bar', ProgressBar);
