import { make, partsOf, stamp, write } from '../shared/dom.js';
import { bytes, count, foreign } from '../shared/text.js';
import { errorCodes, itemStates } from './words.js';

/** A row of the table of items, empty yet. */
export const itemRow = () => make('tr', {}, stamp('item-row').fragment);

export function showItem(row, job, item) {
  const { n, name, url, error, state, size, save } = partsOf(row);
  write(n, count(item.n));
  write(name, item.fileName ? foreign(item.fileName) : lastPart(item.url));
  write(url, foreign(item.url));
  url.title = foreign(item.url, 2000);
  write(error, errorOf(item));
  write(state, itemStates[item.state]);
  state.className = `badge ${item.state}`;
  write(size, item.size === null ? '' : bytes(item.size));
  save.hidden = item.state !== 'done';
  save.href = `/downloads/${encodeURIComponent(job)}/items/${item.n}/content`;
  save.setAttribute('aria-label', `Save ${name.textContent}`);
}

function errorOf(item) {
  if (item.duplicateOf !== null) return `Same URL as line ${count(item.duplicateOf)}`;
  if (item.errorCode === null) return item.attempts > 1 ? `${item.attempts} attempts` : '';
  const status = item.httpStatus === null ? '' : ` (${item.httpStatus})`;
  const attempts = item.attempts > 1 ? ` · ${item.attempts} attempts` : '';
  return `${errorCodes[item.errorCode] ?? item.errorCode}${status}${item.error ? `: ${foreign(item.error)}` : ''}${attempts}`;
}

function lastPart(url) {
  const path = url.split(/[?#]/)[0].replace(/\/+$/, '');
  return foreign(path.slice(path.lastIndexOf('/') + 1) || url, 120);
}
