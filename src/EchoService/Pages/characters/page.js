import './character-finder.js';
import { make } from '../shared/dom.js';
import { start } from '../shared/start.js';

start(make('character-finder'));
