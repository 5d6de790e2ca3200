import { get } from '../shared/api.js';
import { arrange, partsOf, stamp } from '../shared/dom.js';
import { Poll } from '../shared/poll.js';
import './channel-card.js';

const every = 3000; // milliseconds

/** The channels, in the order of their configuration. */
class ChannelList extends HTMLElement {
  #parts;
  #cards = new Map(); // by name
  #poll = new Poll(signal => this.#read(signal), () => every);

  connectedCallback() {
    this.append(stamp('channel-list').fragment);
    this.#parts = partsOf(this);
    this.addEventListener('faultschange', () => this.#poll.now());
    document.addEventListener('conversation', () => this.#poll.now());
    this.#poll.now();
  }

  async #read(signal) {
    try {
      const channels = await this.#all(signal);
      this.#parts.problem.textContent = '';
      this.#show(channels);
    } catch (error) {
      if (!signal.aborted) this.#parts.problem.textContent = `${error.message} Trying again.`;
      throw error;
    }
  }

  /** Channels are configured by hand: there are never many. */
  async #all(signal) {
    const { items } = await get('/tcp/channels?limit=1000', { signal });
    return items;
  }

  #show(channels) {
    const former = this.#cards;
    this.#cards = new Map(channels.map(channel => [channel.name, former.get(channel.name) ?? document.createElement('channel-card')]));
    arrange(this.#parts.cards, [...this.#cards.values()].map(card => card.parentElement ?? wrap(card)));
    channels.forEach(channel => this.#cards.get(channel.name).show(channel));
    this.#parts.empty.hidden = channels.length > 0;
    document.dispatchEvent(new CustomEvent('channels', { detail: channels }));
  }
}

function wrap(card) {
  const place = document.createElement('li');
  place.append(card);
  return place;
}

customElements.define('channel-list', ChannelList);
