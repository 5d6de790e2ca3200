import { get, send, sendJson } from '../shared/api.js';
import { openDialog } from '../shared/dialog.js';
import { say } from '../shared/toast.js';
import { FaultFields } from './fault-fields.js';

/** Edits a channel's faults in a dialog. The service checks them: what it objects to is shown at the field. */
export async function editFaults(channel) {
  const path = `/tcp/channels/${encodeURIComponent(channel)}/faults`;
  let faults = [];
  let problem = '';
  try {
    faults = await get(path);
  } catch (error) {
    problem = error.message;
  }
  await openDialog('fault-editor', 'faults-title', (parts, close) => new FaultEditor(channel, path, parts, close).open(faults, problem));
}

class FaultEditor {
  #channel;
  #path;
  #parts;
  #close;
  #faults = [];

  constructor(channel, path, parts, close) {
    [this.#channel, this.#path, this.#parts, this.#close] = [channel, path, parts, close];
  }

  open(faults, problem) {
    const { title, add, clear, apply } = this.#parts;
    title.textContent = `Faults of ${this.#channel}`;
    this.#parts.problem.textContent = problem;
    add.addEventListener('click', () => this.#add({ type: 'Latency', delayMs: 100 }).focus());
    clear.addEventListener('click', () => this.#clear());
    apply.form.addEventListener('submit', event => {
      event.preventDefault();
      this.#apply();
    });
    faults.forEach(fault => this.#add(fault));
    this.#count();
  }

  #add(fault) {
    const fields = new FaultFields(fault, () => this.#remove(fields));
    this.#faults.push(fields);
    this.#parts.list.append(fields.element);
    this.#count();
    return fields;
  }

  #remove(fields) {
    this.#faults.splice(this.#faults.indexOf(fields), 1);
    fields.element.remove();
    this.#count();
    this.#parts.add.focus();
  }

  #count() {
    this.#faults.forEach((fields, i) => fields.number(i + 1));
    this.#parts.none.hidden = this.#faults.length > 0;
  }

  async #apply() {
    await this.#try(async () => {
      await sendJson('PUT', this.#path, this.#faults.map(fields => fields.value));
      say(this.#faults.length === 0 ? `${this.#channel} has no faults now` : `Faults of ${this.#channel} are set`);
    });
  }

  async #clear() {
    await this.#try(async () => {
      await send('DELETE', this.#path);
      say(`${this.#channel} has no faults now`);
    });
  }

  async #try(change) {
    this.#parts.problem.textContent = '';
    this.#faults.forEach(fields => fields.tell({}));
    try {
      await change();
      this.#close(true);
    } catch (error) {
      this.#tell(error);
    }
  }

  /** `[1].delayMs` belongs to the second fault's delay; what belongs to none stands above. */
  #tell(error) {
    const other = [];
    const byFault = this.#faults.map(() => ({}));
    for (const [place, problems] of Object.entries(error.errors ?? {})) {
      const [, index, field] = /^\[(\d+)\]\.(\w+)$/.exec(place) ?? [];
      if (byFault[index] && this.#faults[index].has(field)) byFault[index][field] = problems.join(' ').replaceAll(place, '').trim();
      else other.push(...problems);
    }
    this.#faults.forEach((fields, i) => fields.tell(byFault[i]));
    this.#parts.problem.textContent = other.join(' ') || (Object.keys(error.errors ?? {}).length > 0 ? 'The service does not take these faults yet.' : error.message);
    this.#parts.list.querySelector('[aria-invalid]')?.focus();
  }
}
