import { stamp } from './dom.js';

/** A modal dialog from a template. `use` gets its parts and what closes it with an answer; Escape and the cancel button answer null. */
export function openDialog(template, labelledBy, use) {
  const { fragment, parts } = stamp(template);
  const dialog = document.createElement('dialog');
  dialog.setAttribute('aria-labelledby', labelledBy);
  dialog.append(fragment);
  document.body.append(dialog);
  return new Promise(resolve => {
    let answer = null;
    const close = value => {
      answer = value;
      dialog.close();
    };
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(answer);
    });
    parts.cancel?.addEventListener('click', () => close(null));
    use(parts, close, dialog);
    dialog.showModal();
  });
}

/** Asks before something is lost. Answers whether to go on. */
export async function ask({ title, text, accept }) {
  return await openDialog('question', 'question-title', (parts, close) => {
    parts.title.textContent = title;
    parts.text.textContent = text;
    parts.accept.textContent = accept;
    parts.accept.closest('form').addEventListener('submit', () => close(true));
  }) === true;
}
