import { make, partsOf, stamp } from '../shared/dom.js';
import { bytes, count, foreign } from '../shared/text.js';
import { errorCodes, itemStates } from './words.js';

/** A row of the table of items. */
export function itemRow(job, item) {
  const row = document.createElement('tr');
  row.append(stamp('item-row').fragment);
  const { n, name, url, error, state, size, get } = partsOf(row);
  const address = foreign(item.url);
  n.textContent = count(item.n);
  name.textContent = item.fileName ? foreign(item.fileName) : lastPart(item.url);
  url.textContent = address;
  url.title = foreign(item.url, 2000);
  error.textContent = errorOf(item);
  state.textContent = itemStates[item.state];
  state.className = `badge ${item.state}`;
  size.textContent = item.size === null ? '' : bytes(item.size);
  if (item.state === 'done') {
    get.append(make('a', {
      className: 'button quiet small',
      href: `/downloads/${encodeURIComponent(job)}/items/${item.n}/content`,
      download: '',
      textContent: 'Save',
      'aria-label': `Save ${name.textContent}`,
    }));
  }
  return row;
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
