import { openDialog } from './dialog.js';
import { openSession } from './session.js';

let asking = null;

/** Asks for a key, once for all who need one at the same time. Answers whether there is a session now. */
export function askForKey() {
  asking ??= openDialog('key-dialog', 'key-title', (parts, close) => {
    parts.key.form.addEventListener('submit', async event => {
      event.preventDefault();
      parts.problem.textContent = '';
      const problem = await openSession(parts.key.value.trim());
      if (problem === null) return close(true);
      parts.problem.textContent = problem;
      parts.key.select();
    });
  }).then(answer => answer === true).finally(() => { asking = null; });
  return asking;
}
