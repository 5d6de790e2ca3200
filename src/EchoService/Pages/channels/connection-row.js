import { make, partsOf, stamp, write } from '../shared/dom.js';
import { ago, bytes, duration, foreign, moment } from '../shared/text.js';
import { reasons } from './words.js';

/** A row of the table of connections, empty yet. @param end called when the user ends the connection. */
export function connectionRow(end) {
  const row = make('tr', {}, stamp('connection-row').fragment);
  const button = partsOf(row).end;
  button.addEventListener('click', () => {
    if (button.ariaDisabled !== 'true') end();
  });
  return row;
}

export function showConnection(row, item) {
  const { client, faults, channel, bytesIn, bytesOut, age, end, reason } = partsOf(row);
  const isOpen = item.reason === undefined;
  write(client, foreign(item.client, 100));
  write(faults, item.faults.length > 0 ? `hit by ${item.faults.join(', ')}` : '');
  write(channel, item.channel);
  write(bytesIn, bytes(item.bytesIn));
  write(bytesOut, bytes(item.bytesOut));
  write(age, isOpen ? duration(Math.max(0, (Date.now() - Date.parse(item.openedAt)) / 1000)) : ago(item.closedAt));
  age.title = isOpen ? '' : moment(item.closedAt);
  label(row, 'End', false);
  end.hidden = !isOpen;
  reason.hidden = isOpen;
  write(reason, isOpen ? '' : reasons[item.reason] ?? item.reason);
}

/** A connection that is over while its row stays. So does the button, which may have the focus, but it does nothing any more. */
export const showEnded = row => label(row, 'Ended', true);

function label(row, word, isOver) {
  const { client, end } = partsOf(row);
  write(end, word);
  end.setAttribute('aria-label', `${word} ${client.textContent}`);
  end.setAttribute('aria-disabled', isOver);
}
