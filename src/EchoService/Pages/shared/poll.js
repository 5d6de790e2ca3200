/**
 * Asks again and again while the page is looked at: one question at a time, the next one `every()` milliseconds after the answer, later
 * and later while it fails.
 */
export class Poll {
  #ask;
  #every;
  #timer = 0;
  #running = null;
  #failures = 0;
  #stopped = false;
  #seen = () => { if (!document.hidden) this.now(); else clearTimeout(this.#timer); };

  /** @param ask gets an AbortSignal. @param every milliseconds. */
  constructor(ask, every) {
    this.#ask = ask;
    this.#every = every;
    document.addEventListener('visibilitychange', this.#seen);
  }

  /** Asks at once; what is under way is given up. */
  async now() {
    clearTimeout(this.#timer);
    this.#running?.abort();
    const mine = this.#running = new AbortController();
    try {
      await this.#ask(mine.signal);
      this.#failures = 0;
    } catch (error) {
      if (mine.signal.aborted) return;
      this.#failures++;
    }
    if (this.#running !== mine || this.#stopped) return;
    this.#running = null;
    if (!document.hidden) this.#timer = setTimeout(() => this.now(), Math.min(this.#every() * 2 ** this.#failures, 60_000));
  }

  stop() {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#running?.abort();
    document.removeEventListener('visibilitychange', this.#seen);
  }
}
