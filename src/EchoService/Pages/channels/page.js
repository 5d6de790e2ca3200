import './channel-list.js';
import './channel-terminal.js';
import './connection-table.js';
import { stamp } from '../shared/dom.js';
import { start } from '../shared/start.js';

start(stamp('channels').fragment);
