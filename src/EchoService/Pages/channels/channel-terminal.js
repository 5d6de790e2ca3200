import { get } from '../shared/api.js';
import { arrange, make, partsOf, stamp } from '../shared/dom.js';
import { foreign } from '../shared/text.js';
import { reasons } from './words.js';
import { TerminalOutput } from './terminal-output.js';

/** Talks to a channel over WebSocket, line by line. Tells of each beginning and end by the event `conversation`. */
class ChannelTerminal extends HTMLElement {
  #parts;
  #output;
  #socket = null;
  #early = []; // lines that were sent before the channel was there
  #sent = []; // lines, for the arrow keys
  #place = 0;

  connectedCallback() {
    this.append(stamp('channel-terminal').fragment);
    this.#parts = partsOf(this);
    const { connect, form, line, output, channel } = this.#parts;
    this.#output = new TerminalOutput(output);
    document.addEventListener('channels', event => this.#offer(event.detail));
    document.addEventListener('talk', event => this.#talk(event.detail));
    connect.addEventListener('click', () => this.#socket ? this.#disconnect() : this.#connect());
    channel.addEventListener('change', () => this.#disconnect());
    line.addEventListener('keydown', event => this.#recall(event));
    form.addEventListener('submit', event => {
      event.preventDefault();
      this.#send();
    });
  }

  #offer(channels) {
    const { channel } = this.#parts;
    const known = new Map([...channel.options].map(option => [option.value, option]));
    arrange(channel, channels.map(({ name }) => known.get(name) ?? make('option', { value: name, textContent: name })));
  }

  #talk(name) {
    const { channel, line } = this.#parts;
    this.#disconnect();
    channel.value = name;
    this.scrollIntoView({ block: 'nearest' });
    line.focus();
    this.#connect();
  }

  #connect() {
    const { channel, connect } = this.#parts;
    const name = channel.value;
    if (!name) return;
    const socket = this.#socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/tcp/${encodeURIComponent(name)}`);
    const decoder = new TextDecoder();
    socket.binaryType = 'arraybuffer';
    connect.textContent = 'Disconnect';
    this.#output.note(`Connecting to ${name} …`);
    socket.addEventListener('open', () => {
      this.#output.note(`Connected to ${name}.`);
      document.dispatchEvent(new Event('conversation'));
      this.#early.splice(0).forEach(early => this.#sendLine(early));
    });
    socket.addEventListener('message', ({ data }) => {
      if (this.#socket === socket) this.#output.receive(typeof data === 'string' ? data : decoder.decode(data, { stream: true }));
    });
    socket.addEventListener('close', event => this.#closed(socket, event));
  }

  /** The user has had enough: what is still on its way is not shown. */
  #disconnect() {
    if (this.#socket === null) return;
    this.#socket.close(1000);
    this.#ended();
    this.#output.note('Disconnected.');
  }

  #ended() {
    this.#socket = null;
    this.#early = [];
    document.dispatchEvent(new Event('conversation'));
    this.#parts.connect.textContent = 'Connect';
  }

  #closed(socket, { code, reason }) {
    if (this.#socket !== socket) return;
    this.#ended();
    const why = reason ? reasons[reason] ?? foreign(reason) : code === 1000 || code === 1005 ? 'Closed' : 'The connection broke';
    this.#output.note(`${why} (${code}).`);
    if (code === 1006) get('/tcp/channels?limit=1').catch(() => {}); // a handshake cannot say that it wants a key; this can
  }

  #send() {
    const { line } = this.#parts;
    const text = line.value;
    line.value = '';
    this.#sent = [...this.#sent.slice(-99), text];
    this.#place = this.#sent.length;
    if (this.#socket?.readyState === WebSocket.OPEN) return this.#sendLine(text);
    this.#early.push(text);
    if (this.#socket === null) this.#connect();
  }

  #sendLine(text) {
    this.#output.send(text);
    this.#socket.send(`${text}\n`);
  }

  #recall(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    this.#place = Math.max(0, Math.min(this.#sent.length, this.#place + step));
    this.#parts.line.value = this.#sent[this.#place] ?? '';
  }
}

customElements.define('channel-terminal', ChannelTerminal);
