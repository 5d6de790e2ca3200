import { copy } from '../shared/copy.js';
import { partsOf, stamp, write } from '../shared/dom.js';
import { count, plural } from '../shared/text.js';
import { editFaults } from './fault-editor.js';
import { commandFor, kinds, rulesOf } from './words.js';

/** A channel: what it does, how to reach it, what it has seen. */
class ChannelCard extends HTMLElement {
  #parts;
  #channel;

  connectedCallback() {
    if (this.#parts) return;
    this.append(stamp('channel-card').fragment);
    this.#parts = partsOf(this);
    this.#parts.copy.addEventListener('click', () => copy(commandFor(this.#channel)));
    this.#parts.talk.addEventListener('click', () => document.dispatchEvent(new CustomEvent('talk', { detail: this.#channel.name })));
    this.#parts.faults.addEventListener('click', async () => {
      await editFaults(this.#channel.name);
      this.dispatchEvent(new Event('faultschange', { bubbles: true }));
    });
  }

  show(channel) {
    this.#channel = channel;
    const { name, kind, does, command, copy: button, counts, talk, faults } = this.#parts;
    write(name, channel.name);
    write(kind, channel.kind);
    write(does, [kinds[channel.kind] ?? '', rulesOf(channel)].join(' '));
    write(command, commandFor(channel));
    write(counts, `${count(channel.active)} open · ${count(channel.total)} since the start`);
    write(faults, channel.faults.length > 0 ? plural(channel.faults.length, 'fault') : 'Faults');
    faults.classList.toggle('on', channel.faults.length > 0);
    button.setAttribute('aria-label', `Copy the command for ${channel.name}`);
    talk.setAttribute('aria-label', `Talk to ${channel.name}`);
    faults.setAttribute('aria-label', `${faults.textContent} of ${channel.name}`);
  }
}

customElements.define('channel-card', ChannelCard);
