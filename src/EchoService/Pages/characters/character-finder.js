import { get } from '../shared/api.js';
import { copy } from '../shared/copy.js';
import { partsOf, stamp, write } from '../shared/dom.js';
import { count } from '../shared/text.js';

const pageSize = 200;

/** Finds characters by the words of their names; further pages come as the end of the list nears. The query is in the page's address. */
class CharacterFinder extends HTMLElement {
  #parts;
  #words = '';
  #total = 0;
  #request = null; // the one under way; a new search ends it
  #nearEnd = new IntersectionObserver(entries => { if (entries.some(entry => entry.isIntersecting)) this.#loadMore(); }, { rootMargin: '800px' });

  connectedCallback() {
    this.append(stamp('character-finder').fragment);
    const { search, query, rows, more } = this.#parts = partsOf(this);
    search.addEventListener('submit', event => {
      event.preventDefault();
      const address = new URL(location.href);
      address.searchParams.set('query', query.value.trim());
      if (address.href !== location.href) history.pushState(null, '', address);
      this.#find(query.value);
    });
    addEventListener('popstate', () => this.#findFromAddress());
    more.addEventListener('click', () => this.#loadMore());
    rows.addEventListener('click', event => {
      const button = event.target.closest('button');
      if (button) copy(button.closest('tr').querySelector('.character').textContent);
    });
    this.#findFromAddress();
  }

  #findFromAddress() {
    this.#parts.query.value = new URLSearchParams(location.search).get('query') ?? '';
    this.#find(this.#parts.query.value);
  }

  #find(text) {
    const { rows, results, loading, more, status } = this.#parts;
    this.#request?.abort();
    this.#request = null;
    this.#nearEnd.disconnect();
    this.#words = text.trim();
    this.#total = 0;
    rows.replaceChildren();
    results.hidden = loading.hidden = more.hidden = true;
    document.title = this.#words ? `${this.#words} – Character finder` : 'Character finder – EchoService';
    status.textContent = this.#words ? 'Searching …' : 'Enter words describing characters.';
    scrollTo(0, 0);
    if (this.#words) this.#loadMore();
  }

  async #loadMore() {
    const { rows } = this.#parts;
    if (this.#request || (this.#total && rows.children.length >= this.#total)) return;
    const mine = this.#request = new AbortController();
    const query = new URLSearchParams({ query: this.#words, start: rows.children.length, limit: pageSize });
    try {
      const page = await get(`/characters?${query}`, { signal: mine.signal });
      if (this.#request === mine) this.#show(page);
    } catch (error) {
      if (this.#request === mine) this.#fail(error);
    } finally {
      if (this.#request === mine) {
        this.#request = null;
        this.#watchEnd();
      }
    }
  }

  #show(page) {
    const { rows, results, loading, status, bar, count: loadedText, more } = this.#parts;
    const first = rows.children.length;
    this.#total = page.total;
    rows.append(...page.items.map((item, i) => row(item, first + i)));
    results.setAttribute('aria-rowcount', page.total + 1);
    results.hidden = loading.hidden = page.total === 0;
    if (first === 0) status.textContent = statusOf(page);
    const loaded = rows.children.length;
    bar.max = Math.max(page.total, 1);
    bar.value = loaded;
    write(loadedText, `${count(loaded)} of ${count(page.total)} loaded`);
    more.textContent = 'Show more';
    more.hidden = loaded >= page.total;
  }

  #fail(error) {
    const { rows, status, more } = this.#parts;
    if (rows.children.length === 0) status.textContent = `The search failed. ${error.message}`;
    more.textContent = 'Try again';
    more.hidden = false;
    this.#total = Math.max(this.#total, rows.children.length + 1);
  }

  /** An observer tells of changes only: observed anew, it tells again when the end is still in reach. After a failure the button asks. */
  #watchEnd() {
    const { more, end } = this.#parts;
    this.#nearEnd.disconnect();
    if (!more.hidden && more.textContent !== 'Try again') this.#nearEnd.observe(end);
  }
}

function row(item, index) {
  const line = stamp('character-row').fragment.firstElementChild;
  line.setAttribute('aria-rowindex', index + 2); // the first is the head
  line.querySelector('.code').textContent = item.code;
  line.querySelector('.character').textContent = item.character;
  line.querySelector('.name').textContent = item.name;
  line.querySelector('button').setAttribute('aria-label', `Copy ${item.name}`);
  return line;
}

function statusOf({ query, total }) {
  if (total === 0) return `No match for '${query}'`;
  return total === 1 ? `1 match for '${query}'` : `${total} matches for '${query}'`;
}

customElements.define('character-finder', CharacterFinder);
