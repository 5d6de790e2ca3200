import '../shared/key-state.js';
import './channel-list.js';
import './channel-terminal.js';
import './connection-table.js';
import { stamp } from '../shared/dom.js';

document.getElementById('main').append(stamp('channels').fragment);
