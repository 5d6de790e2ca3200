import { get } from '../shared/api.js';
import { arrange, make, partsOf, stamp } from '../shared/dom.js';
import { Poll } from '../shared/poll.js';
import '../shared/list-pager.js';
import './job-row.js';

const pageSize = 25;
const whileBusy = 4000; // milliseconds between two looks at the list while something runs; rows in sight are live by their own streams
const whileIdle = 15_000;

/** Jobs, newest first, a page at a time. */
class JobList extends HTMLElement {
  #parts;
  #rows = new Map(); // by id, those of the page that is shown
  #busy = false;
  #poll = new Poll(signal => this.#read(signal), () => this.#busy ? whileBusy : whileIdle);
  #sight = new IntersectionObserver(entries => entries.forEach(entry => entry.target.look(entry.isIntersecting)));

  connectedCallback() {
    this.append(stamp('job-list').fragment);
    this.#parts = partsOf(this);
    this.#parts.state.addEventListener('change', () => this.#restart());
    this.#parts.pager.addEventListener('page', async () => {
      await this.#poll.now();
      this.scrollIntoView();
    });
    document.addEventListener('jobstarted', () => {
      this.#parts.state.value = '';
      this.#restart();
    });
    this.#poll.now();
  }

  #restart() {
    this.#parts.pager.reset();
    this.#poll.now();
  }

  async #read(signal) {
    const { state, pager, problem } = this.#parts;
    const query = new URLSearchParams({ limit: pageSize });
    if (state.value) query.set('state', state.value);
    if (pager.cursor) query.set('cursor', pager.cursor);
    try {
      const page = await get(`/downloads?${query}`, { signal });
      problem.textContent = '';
      this.#show(page);
    } catch (error) {
      if (!signal.aborted) problem.textContent = `${error.message} Trying again.`;
      throw error;
    }
  }

  #show({ items, nextCursor }) {
    const { rows, pager } = this.#parts;
    const former = this.#rows;
    this.#rows = new Map(items.map(job => [job.id, former.get(job.id) ?? make('li', {}, make('job-row'))]));
    arrange(rows, [...this.#rows.values()]);
    items.forEach(job => this.#rows.get(job.id).firstChild.list(job));
    // An observer tells at once of what it begins to observe: so a row that begins to run while in sight is told again.
    this.#sight.disconnect();
    items.forEach(job => this.#sight.observe(this.#rows.get(job.id).firstChild));
    this.#busy = items.some(job => job.state === 'running' || job.state === 'scheduled');
    rows.hidden = items.length === 0;
    pager.show(nextCursor, `Page ${pager.number}`);
    this.#showEmpty(items.length === 0);
  }

  #showEmpty(empty) {
    const { state, emptyTitle, emptyText } = this.#parts;
    this.#parts.empty.hidden = !empty;
    const chosen = state.selectedOptions[0].textContent.toLowerCase();
    emptyTitle.textContent = state.value ? `No ${chosen} job` : 'No downloads yet';
    emptyText.textContent = state.value ? 'Others are there when you show all.' : 'Paste some URLs and start: what happens shows here, live.';
  }
}

customElements.define('job-list', JobList);
