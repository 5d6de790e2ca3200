import { rate } from '../shared/text.js';

const kept = 60; // samples, one a second
const svg = 'http://www.w3.org/2000/svg';
const [width, height] = [240, 64];

/** The throughput of the last minute. */
class SparkLine extends HTMLElement {
  #samples = [];
  #area = document.createElementNS(svg, 'path');
  #line = document.createElementNS(svg, 'path');
  #caption = document.createElement('p');
  #picture = document.createElementNS(svg, 'svg');
  #rate = 0;
  #timer = 0;

  connectedCallback() {
    this.hidden = true;
    this.#picture.setAttribute('viewBox', `0 0 ${width} ${height}`);
    this.#picture.setAttribute('preserveAspectRatio', 'none');
    this.#picture.setAttribute('role', 'img');
    this.#area.setAttribute('class', 'area');
    this.#line.setAttribute('class', 'line');
    this.#picture.replaceChildren(this.#area, this.#line);
    this.#caption.className = 'small soft';
    this.replaceChildren(this.#picture, this.#caption);
  }

  disconnectedCallback() {
    this.run(false);
  }

  /** Bytes a second from now on. */
  set rate(value) {
    this.#rate = value;
  }

  /** Takes samples, or takes no more; what was drawn stays. */
  run(running) {
    if (running === (this.#timer !== 0)) return;
    clearInterval(this.#timer);
    this.#timer = running ? setInterval(() => this.#sample(), 1000) : 0;
    if (running) this.#sample();
  }

  #sample() {
    this.#samples.push(this.#rate);
    if (this.#samples.length > kept) this.#samples.shift();
    this.hidden = false;
    this.#draw();
  }

  #draw() {
    const peak = Math.max(...this.#samples);
    const step = width / (kept - 1);
    const points = this.#samples.map((sample, i) =>
      `${(width - (this.#samples.length - 1 - i) * step).toFixed(1)} ${(height - 2 - (peak > 0 ? sample / peak : 0) * (height - 8)).toFixed(1)}`);
    const line = `M${points.join('L')}`;
    this.#line.setAttribute('d', line);
    this.#area.setAttribute('d', `${line}V${height}H${points[0].split(' ')[0]}Z`);
    this.#picture.setAttribute('aria-label', `Throughput of the last minute: now ${rate(this.#rate)}, at most ${rate(peak)}`);
    this.#caption.textContent = `Last minute · peak ${rate(peak)}`;
  }
}

customElements.define('spark-line', SparkLine);
