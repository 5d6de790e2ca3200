import { get } from '../shared/api.js';
import { arrange, partsOf, stamp } from '../shared/dom.js';
import { count } from '../shared/text.js';
import { itemRow, showItem } from './item-row.js';
import '../shared/list-pager.js';

const pageSize = 100;
const pause = 1500; // milliseconds between two readings of the page while items come and go

/** A job's items, a page at a time, of one state or error where asked for. */
class ItemTable extends HTMLElement {
  #parts;
  #job = null;
  #filter = {};
  #rows = new Map(); // by line number, those of the page that is shown
  #request = null;
  #due = 0;
  #readAt = 0;

  connectedCallback() {
    this.append(stamp('item-table').fragment);
    this.#parts = partsOf(this);
    this.#parts.pager.addEventListener('page', async () => {
      await this.#read();
      this.scrollIntoView();
    });
  }

  disconnectedCallback() {
    clearTimeout(this.#due);
    this.#request?.abort();
  }

  /** @param filter `state` and `errorCode`, empty: all. */
  show(job, filter) {
    this.#job = job;
    this.#filter = filter;
    this.#parts.pager.reset();
    return this.#read();
  }

  /** Items that have changed; null: too many to tell. */
  changed(items) {
    if (items === null || this.#filter.state || this.#filter.errorCode) return this.#readSoon();
    for (const item of items) {
      const row = this.#rows.get(item.n);
      if (row) showItem(row, this.#job, item);
    }
  }

  #readSoon() {
    if (this.#due) return;
    this.#due = setTimeout(() => {
      this.#due = 0;
      if (!document.hidden) this.#read();
    }, Math.max(0, this.#readAt + pause - performance.now()));
  }

  async #read() {
    clearTimeout(this.#due);
    this.#due = 0;
    this.#request?.abort();
    const mine = this.#request = new AbortController();
    const query = new URLSearchParams({ limit: pageSize });
    for (const [name, value] of Object.entries({ ...this.#filter, cursor: this.#parts.pager.cursor })) if (value) query.set(name, value);
    try {
      this.#show(await get(`/downloads/${encodeURIComponent(this.#job)}/items?${query}`, { signal: mine.signal }));
    } catch (error) {
      if (!mine.signal.aborted) this.#tell(error.message);
    } finally {
      this.#readAt = performance.now();
    }
  }

  #show({ items, nextCursor }) {
    const former = this.#rows;
    this.#rows = new Map(items.map(({ n }) => [n, former.get(n) ?? itemRow()]));
    arrange(this.#parts.rows, [...this.#rows.values()]);
    items.forEach(item => showItem(this.#rows.get(item.n), this.#job, item));
    const range = items.length === 0 ? '' : `Lines ${count(items[0].n)} to ${count(items.at(-1).n)}`;
    this.#parts.pager.show(nextCursor, range);
    this.#tell(items.length > 0 ? '' : 'No item is in this state now.');
  }

  #tell(text) {
    const { empty, rows } = this.#parts;
    empty.textContent = text;
    empty.hidden = text === '';
    rows.closest('table').hidden = rows.children.length === 0;
  }
}

customElements.define('item-table', ItemTable);
