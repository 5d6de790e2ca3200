import { send } from '../shared/api.js';
import { partsOf, stamp } from '../shared/dom.js';
import { bytes, foreign, plural } from '../shared/text.js';
import { say } from '../shared/toast.js';

/** Takes a list of URLs, typed or as a file, and starts a job. A file is streamed as it lies on the disk, never read here. */
class NewJob extends HTMLElement {
  #parts;
  #form;
  #file = null;
  #sending = null;

  connectedCallback() {
    this.append(stamp('new-job').fragment);
    this.#form = this.firstElementChild;
    const { drop, file, choose, unchoose, cancel } = this.#parts = partsOf(this);
    this.#form.addEventListener('submit', event => {
      event.preventDefault();
      this.#start();
    });
    choose.addEventListener('click', () => file.click());
    file.addEventListener('change', () => this.#choose(file.files[0] ?? null));
    unchoose.addEventListener('click', () => this.#choose(null));
    cancel.addEventListener('click', () => this.#sending?.abort());
    for (const name of ['dragenter', 'dragover']) {
      drop.addEventListener(name, event => {
        event.preventDefault();
        drop.classList.add('over');
      });
    }
    drop.addEventListener('dragleave', event => { if (!drop.contains(event.relatedTarget)) drop.classList.remove('over'); });
    drop.addEventListener('drop', event => this.#drop(event));
  }

  #drop(event) {
    event.preventDefault();
    const { drop, list } = this.#parts;
    drop.classList.remove('over');
    const [file] = event.dataTransfer.files;
    if (file) return this.#choose(file);
    const text = event.dataTransfer.getData('text/uri-list') || event.dataTransfer.getData('text/plain');
    list.value = [list.value.trimEnd(), text].filter(Boolean).join('\n');
  }

  #choose(file) {
    const { list, chosen, chosenName, choose } = this.#parts;
    this.#file = file;
    this.#tell('');
    list.hidden = file !== null;
    chosen.hidden = file === null;
    chosenName.textContent = file ? `${foreign(file.name, 60)} · ${bytes(file.size)}` : '';
    this.#parts.file.value = '';
    (file ? this.#parts.start : choose).focus();
  }

  async #start() {
    const { list, start, cancel } = this.#parts;
    this.#tell('');
    if (this.#file === null && list.value.trim() === '') {
      this.#tell('Enter at least one URL, or choose a file.');
      return list.focus();
    }
    this.#sending = new AbortController();
    start.disabled = true;
    start.textContent = 'Sending …';
    cancel.hidden = false;
    try {
      this.#started(await this.#send(this.#sending.signal));
    } catch (error) {
      if (error.name !== 'AbortError') this.#refused(error);
    } finally {
      this.#sending = null;
      start.disabled = false;
      start.textContent = 'Start download';
      cancel.hidden = true;
    }
  }

  #send(signal) {
    const query = new URLSearchParams([...new FormData(this.#form)].filter(([, value]) => value !== ''));
    if (query.has('startAt')) query.set('startAt', new Date(query.get('startAt')).toISOString());
    const items = this.#file !== null && /\.(ndjson|jsonl)$/i.test(this.#file.name);
    return send('POST', `/downloads?${query}`, {
      signal,
      body: this.#file ?? this.#parts.list.value,
      headers: { 'Content-Type': items ? 'application/x-ndjson' : 'text/plain' },
    });
  }

  #started(job) {
    this.#form.reset();
    this.#choose(null);
    this.#parts.list.focus();
    say(`Started: ${plural(job.total, 'item')}`);
    document.dispatchEvent(new Event('jobstarted'));
  }

  /** Each problem at its field; what has no field above the button. */
  #refused(error) {
    const problems = Object.entries(error.errors ?? {}).map(([field, texts]) => [field, texts.join(' '), this.#form.elements[field]]);
    this.#tell(problems.filter(([, , input]) => !input).map(([field, text]) => `${field}: ${text}`).join(' ') || error.message);
    for (const [, text, input] of problems) if (input) this.#mark(input, text);
    const first = this.querySelector('[aria-invalid]');
    if (first?.closest('details')) first.closest('details').open = true;
    first?.focus();
  }

  #mark(input, problem) {
    const note = Object.assign(document.createElement('p'), { className: 'problem', id: `${input.id}-problem`, textContent: problem });
    input.setAttribute('aria-invalid', true);
    input.setAttribute('aria-describedby', note.id);
    input.after(note);
  }

  #tell(problem) {
    this.#parts.problem.textContent = problem;
    for (const input of this.querySelectorAll('[aria-invalid]')) {
      input.nextElementSibling.remove();
      input.removeAttribute('aria-invalid');
      input.removeAttribute('aria-describedby');
    }
  }
}

customElements.define('new-job', NewJob);
