import './key-state.js';

/**
 * Puts a page's content in the place of the notice that scripts are missing. The notice is no `noscript`: so it shows too where scripts are
 * allowed and yet do not arrive.
 */
export function start(content) {
  document.getElementById('scripts-off').remove();
  document.getElementById('main').append(content);
}
