import { make } from '../shared/dom.js';

const mostLines = 500;
const mostOfLine = 2000; // characters that a line shows

// All controls but tab; what turns the reading around.
const unseen = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * What a conversation shows. Bounded, and drawn once a frame: a channel that never stops sending (Chargen) costs no more than one that
 * says a word.
 */
export class TerminalOutput {
  #place;
  #lines = []; // to be drawn: what kind, which text
  #rest = ''; // of the line that is coming in
  #restElement = null;
  #frame = 0;

  constructor(place) {
    this.#place = place;
  }

  note(text) {
    this.#endLine();
    this.#add('note', text);
  }

  send(text) {
    this.#endLine();
    this.#add('sent', text);
  }

  /** Text as it comes, lines cut anywhere. */
  receive(text) {
    const lines = (this.#rest + text.replaceAll('\r\n', '\n')).split('\n');
    this.#rest = lines.pop();
    for (const line of lines) this.#add('received', line);
    if (this.#rest.length > mostOfLine) this.#endLine();
    this.#drawSoon();
  }

  #endLine() {
    if (this.#rest !== '') this.#add('received', this.#rest);
    this.#rest = '';
  }

  #add(kind, text) {
    this.#lines.push([kind, text]);
    if (this.#lines.length > mostLines) this.#lines.shift();
    this.#drawSoon();
  }

  #drawSoon() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #draw() {
    const place = this.#place;
    const atEnd = place.scrollHeight - place.scrollTop - place.clientHeight < 40;
    this.#restElement?.remove(); // it is whole by now, or longer
    this.#restElement = this.#rest === '' ? null : line('received', this.#rest);
    place.append(...this.#lines.map(([kind, text]) => line(kind, text)), ...this.#restElement ? [this.#restElement] : []);
    this.#lines = [];
    while (place.children.length > mostLines) place.firstElementChild.remove();
    if (atEnd) place.scrollTop = place.scrollHeight;
  }
}

const line = (kind, text) =>
  make('p', { className: kind, textContent: text.slice(0, mostOfLine).replace(unseen, character => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`) });
