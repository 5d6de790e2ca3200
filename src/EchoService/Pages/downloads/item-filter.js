import { make, write } from '../shared/dom.js';
import { count } from '../shared/text.js';
import { errorCodes, itemStates } from './words.js';

/** The choice of items by state (with how many there are) and by error, kept in the page's address. */
export class ItemFilter {
  #tiles;
  #errors;
  #changed;
  #state;

  /** @param changed called when the user has chosen. */
  constructor(tiles, errors, changed) {
    this.#changed = changed;
    this.#errors = errors;
    const address = new URLSearchParams(location.search);
    this.#state = address.get('state') in itemStates ? address.get('state') : '';
    this.#tiles = new Map(Object.entries({ '': 'All', ...itemStates }).map(([state, label]) => [state, this.#tile(state, label)]));
    tiles.replaceChildren(...this.#tiles.values());
    errors.replaceChildren(
      make('option', { value: '', textContent: 'Any error' }),
      ...Object.entries(errorCodes).map(([code, label]) => make('option', { value: code, textContent: label })));
    errors.value = address.get('error') in errorCodes ? address.get('error') : '';
    errors.addEventListener('change', () => this.#choose(errors.value ? 'failed' : this.#state));
    this.#press();
  }

  get value() {
    return { state: this.#state, errorCode: this.#errors.value };
  }

  show(counts, total) {
    for (const [state, tile] of this.#tiles) {
      write(tile.lastChild, count(state ? counts[state] : total));
      tile.classList.toggle('none', state !== '' && counts[state] === 0);
    }
    this.#errors.parentElement.hidden = counts.failed === 0 && !this.#errors.value;
  }

  #tile(state, label) {
    const tile = make('button', { type: 'button', className: `tile ${state}` }, make('span', { textContent: label }), make('b'));
    tile.addEventListener('click', () => {
      if (state !== 'failed') this.#errors.value = '';
      this.#choose(state);
    });
    return tile;
  }

  #choose(state) {
    this.#state = state;
    this.#press();
    const address = new URL(location.href);
    for (const [name, value] of [['state', state], ['error', this.#errors.value]]) {
      if (value) address.searchParams.set(name, value);
      else address.searchParams.delete(name);
    }
    history.replaceState(null, '', address);
    this.#changed();
  }

  #press() {
    for (const [state, tile] of this.#tiles) tile.setAttribute('aria-pressed', state === this.#state);
  }
}
