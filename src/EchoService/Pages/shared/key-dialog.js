import { openDialog } from './dialog.js';
import { openSession } from './session.js';

let asking = null;
let declined = false;

/**
 * Asks for a key, once for all who need one at the same time. Answers whether there is a session now. Who has said no is not asked again
 * by what goes on in the background.
 */
export function askForKey(byUser = false) {
  if (declined && !byUser) return Promise.resolve(false);
  asking ??= openDialog('key-dialog', 'key-title', (parts, close) => {
    parts.key.form.addEventListener('submit', async event => {
      event.preventDefault();
      parts.problem.textContent = '';
      const problem = await openSession(parts.key.value.trim());
      if (problem === null) return close(true);
      parts.problem.textContent = problem;
      parts.key.select();
    });
  }).then(answer => {
    asking = null;
    declined = answer !== true;
    return !declined;
  });
  return asking;
}
