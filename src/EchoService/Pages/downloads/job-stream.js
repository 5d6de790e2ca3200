import { get } from '../shared/api.js';

// Over HTTP/1.1 a browser has six connections to a site, for all its tabs together: few streams at once, the others wait in line.
const mostAtOnce = 2;
const retryAfter = 3000; // milliseconds, where the browser does not come again by itself

const wanted = new Set();

document.addEventListener('visibilitychange', balance);
addEventListener('pagehide', () => wanted.forEach(stream => stream.pause()));
addEventListener('pageshow', balance);

/** Opens the streams that were wanted first, as many as may be open; none while nobody looks. */
function balance() {
  let places = document.hidden ? 0 : mostAtOnce;
  for (const stream of wanted) {
    if (places-- > 0) stream.open();
    else stream.pause();
  }
}

/**
 * A job's events while it is looked at. Calls `job(job)` with the whole job, `delta(delta)` with what has changed, `end(job)`, `gone(problem)`
 * when the job cannot be read any more, and `reach(whether)` when the service is lost and found again.
 */
export class JobStream {
  #id;
  #calls;
  #source = null;
  #retry = 0;

  constructor(id, calls) {
    this.#id = id;
    this.#calls = calls;
  }

  get isOpen() {
    return this.#source !== null;
  }

  start() {
    wanted.add(this);
    balance();
  }

  stop() {
    wanted.delete(this);
    this.pause();
    balance();
  }

  open() {
    if (this.#source !== null) return;
    const source = this.#source = new EventSource(`/downloads/${encodeURIComponent(this.#id)}/events`);
    const on = (name, use) => source.addEventListener(name, event => use(JSON.parse(event.data)));
    source.addEventListener('open', () => this.#calls.reach?.(true));
    source.addEventListener('error', () => this.#lost());
    on('snapshot', job => this.#calls.job?.(job));
    on('delta', delta => this.#calls.delta?.(delta));
    on('end', job => {
      this.stop();
      this.#calls.end?.(job);
    });
  }

  pause() {
    clearTimeout(this.#retry);
    this.#source?.close();
    this.#source = null;
  }

  /** A broken connection the browser mends; an answer that is no stream (401, 404, 503 while the service starts) it does not. */
  #lost() {
    this.#calls.reach?.(false);
    if (this.#source.readyState !== EventSource.CLOSED) return;
    this.pause();
    this.#retry = setTimeout(() => this.#askAgain(), retryAfter);
  }

  async #askAgain() {
    try {
      const job = await get(`/downloads/${encodeURIComponent(this.#id)}`);
      if (!wanted.has(this)) return;
      this.#calls.job?.(job);
      balance();
    } catch (problem) {
      if (!wanted.has(this)) return;
      if (problem.status !== undefined && problem.status < 500) {
        this.stop();
        this.#calls.gone?.(problem);
      } else {
        this.#retry = setTimeout(() => this.#askAgain(), retryAfter);
      }
    }
  }
}
