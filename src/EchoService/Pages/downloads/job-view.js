import { get } from '../shared/api.js';
import { make, partsOf, stamp, write } from '../shared/dom.js';
import { bytes, count, duration, moment, rate } from '../shared/text.js';
import { ItemFilter } from './item-filter.js';
import { JobActions } from './job-actions.js';
import { nameOf } from './job-row.js';
import { JobStream } from './job-stream.js';
import { endedItems, isEnded, jobStates } from './words.js';
import './item-table.js';
import './progress-bar.js';
import './spark-line.js';

const results = [['archive', 'Files as zip'], ['manifest', 'Manifest'], ['checksums', 'Checksums']];

/** One job: how far it is, what can be done, and its items. */
class JobView extends HTMLElement {
  #id;
  #job = null;
  #secondsLeft = null;
  #parts;
  #filter;
  #actions;
  #stream = null;

  async connectedCallback() {
    this.#id = this.dataset.id;
    try {
      const job = await get(`/downloads/${encodeURIComponent(this.#id)}`);
      this.#build();
      this.#take(job);
      this.#list();
    } catch (error) {
      this.#fail(error);
    }
  }

  disconnectedCallback() {
    this.#stream?.stop();
  }

  #build() {
    this.append(stamp('job').fragment);
    this.#parts = partsOf(this);
    const { tiles, errorCode, actions, results: links } = this.#parts;
    this.#filter = new ItemFilter(tiles, errorCode, () => {
      this.#show();
      this.#list();
    });
    this.#actions = new JobActions(actions, this.#id, job => this.#acted(job), error => this.#tell(error.message));
    links.append(...results.map(([name, label]) =>
      make('a', { className: 'button quiet small', href: `/downloads/${encodeURIComponent(this.#id)}/${name}`, download: '', textContent: label })));
  }

  #list() {
    this.#parts.items.show(this.#id, this.#filter.value);
  }

  #acted(job) {
    if (job === null) return location.assign('/');
    this.#tell('');
    this.#take(job);
    this.#parts.items.changed(null);
  }

  /** The whole job; follows it on while it has not ended. */
  #take(job, secondsLeft = null) {
    this.#job = job;
    this.#secondsLeft = secondsLeft;
    this.#show();
    if (isEnded(job) && !job.counts.queued && !job.counts.running) {
      this.#stream?.stop();
      this.#stream = null;
    } else {
      this.#stream ??= this.#follow();
    }
  }

  #follow() {
    const stream = new JobStream(this.#id, {
      job: job => {
        this.#take(job);
        this.#parts.items.changed(null);
      },
      delta: ({ items, resync, secondsLeft, ...changed }) => {
        this.#take({ ...this.#job, ...changed }, secondsLeft);
        if (resync || items.length > 0) this.#parts.items.changed(resync ? null : items);
      },
      end: job => {
        this.#take(job);
        this.#parts.items.changed(null);
      },
      reach: found => this.#tell(found ? '' : 'The connection to the service is lost. Trying again.'),
      gone: error => this.#fail(error),
    });
    stream.start();
    return stream;
  }

  #show() {
    const job = this.#job;
    const { name, state, percent, pace, bar, facts, spark } = this.#parts;
    const ended = endedItems(job.counts);
    document.title = `${nameOf(job)} – EchoService`;
    write(name, nameOf(job));
    write(state, jobStates[job.state]);
    state.className = `badge ${job.state}`;
    write(percent, ended === job.total ? '100%' : `${Math.floor(100 * ended / job.total)}%`);
    write(pace, this.#pace());
    bar.show(job, `Progress of ${nameOf(job)}`);
    write(facts, `${count(ended)} of ${count(job.total)} items · ${bytes(job.bytes)} · created ${moment(job.createdAt)}`);
    spark.rate = job.bytesPerSecond;
    spark.run(job.state === 'running');
    this.#filter.show(job.counts, job.total);
    this.#actions.show(job, this.#filter.value.errorCode);
  }

  #pace() {
    const { state, bytesPerSecond, took, options } = this.#job;
    if (state === 'running') return `${rate(bytesPerSecond)}${this.#secondsLeft === null ? '' : ` · ${duration(this.#secondsLeft)} left`}`;
    if (state === 'scheduled' && options.startAt) return `starts ${moment(options.startAt)}`;
    return took === null ? '' : `took ${duration(took)} · ${rate(bytesPerSecond)}`;
  }

  #tell(problem) {
    write(this.#parts.problem, problem);
  }

  #fail(error) {
    if (error.status === 404) this.replaceChildren(stamp('missing').fragment);
    else if (this.#parts) this.#tell(error.message);
    else this.append(make('p', { className: 'problem', role: 'alert', textContent: error.message }));
  }
}

customElements.define('job-view', JobView);
