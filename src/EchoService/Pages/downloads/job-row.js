import { partsOf, stamp, write } from '../shared/dom.js';
import { ago, bytes, count, duration, foreign, moment, plural, rate } from '../shared/text.js';
import { JobStream } from './job-stream.js';
import { endedItems, isEnded, jobStates } from './words.js';
import './progress-bar.js';

export const nameOf = job => job.name ? foreign(job.name, 200) : `Download ${job.id.slice(-6)}`;

/** A job in the list. While it runs and is in sight it follows the job's events. */
class JobRow extends HTMLElement {
  #parts;
  #job;
  #secondsLeft = null;
  #stream = null;

  connectedCallback() {
    if (this.#parts) return;
    this.append(stamp('job-row').fragment);
    this.#parts = partsOf(this);
  }

  disconnectedCallback() {
    this.look(false);
  }

  /** What the list tells; an open stream knows better. */
  list(job) {
    if (this.#stream?.isOpen && job.state === this.#job.state) return;
    this.show(job);
    if (isEnded(job)) this.look(false);
  }

  /** In sight or not. */
  look(inSight) {
    if (inSight && this.#job.state === 'running') {
      this.#stream ??= this.#follow();
    } else {
      this.#stream?.stop();
      this.#stream = null;
    }
  }

  show(job, secondsLeft = null) {
    this.#job = job;
    this.#secondsLeft = secondsLeft;
    const { name, state, bar, counts, failures, pace } = this.#parts;
    name.href = `/?job=${encodeURIComponent(job.id)}`;
    write(name, nameOf(job));
    write(state, jobStates[job.state]);
    state.className = `badge ${job.state}`;
    bar.show(job, `Progress of ${nameOf(job)}`);
    write(counts, this.#counts());
    write(failures, job.counts.failed > 0 ? `${count(job.counts.failed)} failed` : '');
    write(pace, this.#pace());
    pace.title = moment(job.createdAt);
  }

  #counts() {
    const { counts, total } = this.#job;
    const ended = endedItems(counts);
    return [
      ended === total ? plural(total, 'item') : `${count(ended)} of ${count(total)}`,
      this.#job.bytes > 0 ? bytes(this.#job.bytes) : '',
    ].filter(Boolean).join(' · ');
  }

  #pace() {
    const { state, bytesPerSecond, took, createdAt, options } = this.#job;
    if (state === 'running') return [rate(bytesPerSecond), this.#secondsLeft === null ? '' : `${duration(this.#secondsLeft)} left`].filter(Boolean).join(' · ');
    if (state === 'scheduled' && options.startAt) return `starts ${ago(options.startAt)}`;
    return took === null ? ago(createdAt) : `${duration(took)} · ${ago(createdAt)}`;
  }

  #follow() {
    const stream = new JobStream(this.#job.id, {
      job: job => this.show(job),
      delta: ({ secondsLeft, ...changed }) => this.show({ ...this.#job, ...changed }, secondsLeft),
      end: job => this.show(job),
    });
    stream.start();
    return stream;
  }
}

customElements.define('job-row', JobRow);
