import { make, write } from './dom.js';

/**
 * Steps through a list by its cursors. Only one page is in the document at a time, so that a list of a million rows is as light as one
 * of ten. Fires `page` when another page is wanted.
 */
class ListPager extends HTMLElement {
  #cursors = [''];
  #next = null;
  #back = this.#button('Previous', -1);
  #forward = this.#button('Next', 1);
  #place = make('span', { className: 'soft' });

  /** Of the page that is wanted; empty for the first. */
  get cursor() {
    return this.#cursors.at(-1);
  }

  get number() {
    return this.#cursors.length;
  }

  connectedCallback() {
    this.setAttribute('role', 'navigation');
    this.hidden = true;
    this.replaceChildren(this.#back, this.#place, this.#forward);
  }

  reset() {
    this.#cursors = [''];
  }

  /** @param next the cursor that came with the page; null at the end. @param place what is seen now, in words. */
  show(next, place) {
    this.#next = next;
    this.hidden = next === null && this.number === 1;
    write(this.#place, place);
    // Not `disabled`: that would take the focus from who has just pressed it.
    this.#back.setAttribute('aria-disabled', this.number === 1);
    this.#forward.setAttribute('aria-disabled', next === null);
  }

  #button(text, step) {
    return make('button', { type: 'button', className: 'quiet small', textContent: text, onclick: () => this.#go(step) });
  }

  #go(step) {
    if (step > 0 ? this.#next === null : this.number === 1) return;
    if (step > 0) this.#cursors.push(this.#next);
    else this.#cursors.pop();
    this.dispatchEvent(new Event('page'));
  }
}

customElements.define('list-pager', ListPager);
