import { make } from './dom.js';
import { askForKey } from './key-dialog.js';
import { endSession, readSession } from './session.js';

/** In the head of every page, where the service has keys: whose session this is and the way out of it, or the way in. */
class KeyState extends HTMLElement {
  connectedCallback() {
    addEventListener('sessionchange', () => this.#show());
    this.#show();
  }

  async #show() {
    const session = await readSession();
    if (!session?.keyNeeded) return;
    this.replaceChildren(...session.expiresAt === null
      ? [button('Sign in', async () => { if (await askForKey(true)) location.reload(); })]
      : [make('span', { className: 'small soft', textContent: session.name }), button('Sign out', async () => {
        await endSession();
        location.assign('/');
      })]);
  }
}

const button = (text, press) => make('button', { type: 'button', className: 'quiet small', textContent: text, onclick: press });

customElements.define('key-state', KeyState);
