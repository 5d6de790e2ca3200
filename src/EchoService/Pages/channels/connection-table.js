import { get, send } from '../shared/api.js';
import { arrange, partsOf, stamp, write } from '../shared/dom.js';
import { Poll } from '../shared/poll.js';
import { connectionRow, showConnection, showEnded } from './connection-row.js';
import '../shared/list-pager.js';

const every = 2000; // milliseconds
const pageSize = 50;
const mostKept = 2 * pageSize; // rows, those that ended among them

const empty = {
  open: ['Nobody is connected', 'Connections show here while they live, with what they send and get.'],
  closed: ['Nothing has closed yet', 'The last connections that closed show here, each with the reason.'],
};

/** Connections: those that are open, or those that closed lately and why. */
class ConnectionTable extends HTMLElement {
  #parts;
  #which = 'open';
  #rows = new Map(); // by id, those that are shown
  #poll = new Poll(signal => this.#read(signal), () => every);

  connectedCallback() {
    this.append(stamp('connection-table').fragment);
    this.#parts = partsOf(this);
    this.#parts.open.addEventListener('click', () => this.#choose('open'));
    this.#parts.closed.addEventListener('click', () => this.#choose('closed'));
    this.#parts.pager.addEventListener('page', () => this.#turn());
    document.addEventListener('conversation', () => this.#poll.now());
    this.#poll.now();
  }

  #choose(which) {
    this.#which = which;
    for (const name of ['open', 'closed']) this.#parts[name].setAttribute('aria-pressed', name === which);
    this.#parts.pager.reset();
    this.#turn();
  }

  /** To other connections: none of these is kept. */
  #turn() {
    this.#rows.clear();
    this.#poll.now();
  }

  async #read(signal) {
    const { pager, problem } = this.#parts;
    const query = new URLSearchParams({ limit: pageSize, state: this.#which });
    if (pager.cursor) query.set('cursor', pager.cursor);
    try {
      const page = await get(`/tcp/connections?${query}`, { signal });
      problem.textContent = '';
      this.#show(page);
    } catch (error) {
      if (!signal.aborted) problem.textContent = `${error.message} Trying again.`;
      throw error;
    }
  }

  #show({ items, nextCursor }) {
    const { rows, pager, ageTitle, endTitle, emptyTitle, emptyText } = this.#parts;
    const former = this.#rows;
    const found = new Map(items.map(item => [item.id, item]));
    this.#rows = new Map(this.#keep([...found.keys()]).map(id => [id, former.get(id) ?? connectionRow(() => this.#end(id))]));
    arrange(rows, [...this.#rows.values()]);
    this.#rows.forEach((row, id) => found.has(id) ? showConnection(row, found.get(id)) : showEnded(row));
    rows.closest('table').hidden = this.#rows.size === 0;
    write(ageTitle, this.#which === 'open' ? 'Open for' : 'Closed');
    write(endTitle, this.#which === 'open' ? 'Action' : 'Reason');
    pager.show(nextCursor, `Page ${pager.number}`);
    this.#parts.empty.hidden = this.#rows.size > 0;
    write(emptyTitle, empty[this.#which][0]);
    write(emptyText, empty[this.#which][1]);
  }

  /**
   * While somebody points at the rows, or goes through them by keyboard, those that ended stay in place and new ones come below: else the
   * button of another connection would come under the pointer, or the focus be lost. Not so when no button was left to press.
   */
  #keep(ids) {
    const { rows } = this.#parts;
    const isAimedAt = rows.matches(':hover, :has(:focus-visible)') && rows.querySelector('button:not([hidden], [aria-disabled="true"])') !== null;
    return isAimedAt ? [...new Set([...this.#rows.keys(), ...ids])].slice(0, mostKept) : ids;
  }

  async #end(id) {
    try {
      await send('DELETE', `/tcp/connections/${id}`);
    } catch (error) {
      if (error.status !== 404) this.#parts.problem.textContent = error.message; // 404: it has ended by itself
    }
    this.#poll.now();
  }
}

customElements.define('connection-table', ConnectionTable);
