import { get, send } from '../shared/api.js';
import { make, partsOf, stamp } from '../shared/dom.js';
import { Poll } from '../shared/poll.js';
import { ago, bytes, duration, foreign, moment } from '../shared/text.js';
import { reasons } from './words.js';
import '../shared/list-pager.js';

const every = 2000; // milliseconds
const pageSize = 50;

const empty = {
  open: ['Nobody is connected', 'Connections show here while they live, with what they send and get.'],
  closed: ['Nothing has closed yet', 'The last connections that closed show here, each with the reason.'],
};

/** Connections: those that are open, or those that closed lately and why. */
class ConnectionTable extends HTMLElement {
  #parts;
  #which = 'open';
  #poll = new Poll(signal => this.#read(signal), () => every);

  connectedCallback() {
    this.append(stamp('connection-table').fragment);
    this.#parts = partsOf(this);
    this.#parts.open.addEventListener('click', () => this.#choose('open'));
    this.#parts.closed.addEventListener('click', () => this.#choose('closed'));
    this.#parts.pager.addEventListener('page', () => this.#poll.now());
    document.addEventListener('conversation', () => this.#poll.now());
    this.#poll.now();
  }

  #choose(which) {
    this.#which = which;
    for (const name of ['open', 'closed']) this.#parts[name].setAttribute('aria-pressed', name === which);
    this.#parts.pager.reset();
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
    const focused = rows.contains(document.activeElement) ? document.activeElement.dataset.id : null;
    rows.replaceChildren(...items.map(item => this.#row(item)));
    if (focused) rows.querySelector(`[data-id="${focused}"]`)?.focus();
    rows.closest('table').hidden = items.length === 0;
    ageTitle.textContent = this.#which === 'open' ? 'Open for' : 'Closed';
    endTitle.textContent = this.#which === 'open' ? 'Action' : 'Reason';
    pager.show(nextCursor, `Page ${pager.number}`);
    this.#parts.empty.hidden = items.length > 0;
    [emptyTitle.textContent, emptyText.textContent] = empty[this.#which];
  }

  #row(item) {
    const row = document.createElement('tr');
    row.append(stamp('connection-row').fragment);
    const parts = partsOf(row);
    parts.client.textContent = foreign(item.client, 100);
    parts.faults.textContent = item.faults.length > 0 ? `hit by ${item.faults.join(', ')}` : '';
    parts.channel.textContent = item.channel;
    parts.bytesIn.textContent = bytes(item.bytesIn);
    parts.bytesOut.textContent = bytes(item.bytesOut);
    if (item.reason === undefined) {
      parts.age.textContent = duration(Math.max(0, (Date.now() - Date.parse(item.openedAt)) / 1000));
      parts.end.append(make('button', { type: 'button', className: 'quiet small', textContent: 'End', 'aria-label': `End ${item.client}`, 'data-id': item.id, onclick: () => this.#end(item.id) }));
    } else {
      parts.age.textContent = ago(item.closedAt);
      parts.age.title = moment(item.closedAt);
      parts.end.append(make('span', { className: 'badge reason', textContent: reasons[item.reason] ?? item.reason }));
    }
    return row;
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
