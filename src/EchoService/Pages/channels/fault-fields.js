import { make } from '../shared/dom.js';
import { faultFields, faultTypes } from './words.js';

let lastId = 0;

/** One fault as a row of fields: its type, what that type takes, and whom it hits. */
export class FaultFields {
  element = make('li', { className: 'fault' });
  #legend = make('legend', { className: 'unseen' });
  #fields = new Map(); // by name: the input or select
  #fault;

  constructor(fault, remove) {
    this.#fault = fault;
    const type = make('select', { id: `fault-${++lastId}`, value: fault.type },
      ...Object.keys(faultTypes).map(name => make('option', { textContent: name, selected: name === fault.type })));
    type.addEventListener('change', () => {
      this.#keep();
      this.#build();
      type.focus();
    });
    this.#fields.set('type', type);
    this.remove = make('button', { type: 'button', className: 'quiet small', textContent: 'Remove', onclick: remove });
    this.#build();
  }

  /** As the service takes it. What is no number goes as it was typed: the service says what it must be. */
  get value() {
    this.#keep();
    return Object.fromEntries(this.#names().filter(name => this.#fault[name] !== undefined).map(name => [name, this.#fault[name]]));
  }

  has(name) {
    return this.#fields.has(name);
  }

  focus() {
    this.#fields.get('type').focus();
  }

  number(n) {
    this.#legend.textContent = `Fault ${n}`;
    this.remove.setAttribute('aria-label', `Remove fault ${n}`);
  }

  /** Shows problems by field. */
  tell(problems) {
    for (const [name, input] of this.#fields) {
      const note = input.parentElement.querySelector('.problem');
      note.textContent = problems[name] ?? '';
      if (problems[name]) input.setAttribute('aria-invalid', true);
      else input.removeAttribute('aria-invalid');
    }
  }

  #names() {
    return ['type', ...faultTypes[this.#fields.get('type').value], 'direction', 'probability', 'seed', 'clients'];
  }

  #build() {
    const former = this.#fields;
    this.#fields = new Map([['type', former.get('type')]]);
    const places = this.#names().map(name => {
      const input = name === 'type' ? this.#fields.get('type') : name === 'direction' ? this.#direction() : this.#input(name);
      this.#fields.set(name, input);
      const note = make('span', { className: 'problem', id: `${input.id}-problem` });
      input.setAttribute('aria-describedby', note.id);
      return make('div', {}, make('label', { htmlFor: input.id, textContent: label(name) }), input, note);
    });
    this.element.replaceChildren(make('fieldset', {}, this.#legend, ...places), this.remove);
  }

  #input(name) {
    const value = this.#fault[name];
    const text = Array.isArray(value) ? value.join(', ') : value ?? '';
    const clients = name === 'clients';
    return make('input', { id: `fault-${++lastId}`, value: text, autocomplete: 'off', inputMode: clients ? 'text' : 'decimal', placeholder: { clients: 'all', probability: '1', seed: '0' }[name] ?? '' });
  }

  #direction() {
    const chosen = this.#fault.direction ?? 'out';
    return make('select', { id: `fault-${++lastId}` },
      make('option', { value: 'out', textContent: 'To client', selected: chosen === 'out' }),
      make('option', { value: 'in', textContent: 'From client', selected: chosen === 'in' }));
  }

  /** Reads the fields into the fault, so that another type finds what both have. */
  #keep() {
    for (const [name, input] of this.#fields) this.#fault[name] = read(name, input.value.trim());
  }
}

const label = name => ({ type: 'Type', direction: 'Direction', ...faultFields })[name];

function read(name, text) {
  if (name === 'type' || name === 'direction') return text;
  if (text === '') return undefined;
  if (name === 'clients') return text.split(/[\s,]+/);
  return Number.isNaN(Number(text)) ? text : Number(text);
}
