import { send } from '../shared/api.js';
import { make } from '../shared/dom.js';
import { ask } from '../shared/dialog.js';
import { errorCodes, isEnded } from './words.js';

const deletion = {
  title: 'Delete this download?',
  text: 'What still runs is cancelled. The job and all its files are removed, and cannot be brought back.',
  accept: 'Delete',
};

const cancellation = {
  title: 'Cancel this download?',
  text: 'Items that are not done yet are given up. Files that are there stay.',
  accept: 'Cancel download',
};

/** What can be done to the job in its state: name, label, look. */
function actionsFor(job, errorCode) {
  const retry = { name: 'retry', label: errorCode ? `Retry: ${errorCodes[errorCode]}` : 'Retry failed', query: errorCode ? `?errorCode=${errorCode}` : '' };
  return [
    ...job.counts.failed > 0 && (job.state === 'running' || isEnded(job)) ? [retry] : [],
    ...job.state === 'running' ? [{ name: 'pause', label: 'Pause' }] : [],
    ...job.state === 'paused' ? [{ name: 'resume', label: 'Resume' }] : [],
    ...isEnded(job) ? [] : [{ name: 'cancel', label: 'Cancel', question: cancellation }],
    { name: 'delete', label: 'Delete', question: deletion },
  ];
}

/** The buttons above a job. `done` gets the job as it is after an action, null after its deletion; `failed` gets what went wrong. */
export class JobActions {
  #place;
  #id;
  #done;
  #failed;
  #shown = '';

  constructor(place, id, done, failed) {
    [this.#place, this.#id, this.#done, this.#failed] = [place, id, done, failed];
  }

  show(job, errorCode) {
    const actions = actionsFor(job, errorCode);
    const shown = actions.map(action => action.label).join();
    if (shown === this.#shown) return;
    this.#shown = shown;
    const focused = [...this.#place.children].indexOf(document.activeElement);
    this.#place.replaceChildren(...actions.map(action => this.#button(action)));
    if (focused >= 0) this.#place.children[Math.min(focused, actions.length - 1)].focus();
  }

  #button(action) {
    const look = action.name === 'retry' || action.name === 'resume' ? '' : action.name === 'delete' ? 'quiet danger-text' : 'quiet';
    return make('button', { type: 'button', className: look, textContent: action.label, onclick: () => this.#run(action) });
  }

  async #run({ name, query = '', question }) {
    if (question && !await ask(question)) return;
    const path = `/downloads/${encodeURIComponent(this.#id)}`;
    try {
      this.#done(name === 'delete' ? await send('DELETE', path) : await send('POST', `${path}/${name}${query}`));
    } catch (error) {
      this.#failed(error);
    }
  }
}
