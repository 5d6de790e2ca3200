import '../shared/key-state.js';
import './character-finder.js';

document.getElementById('main').append(document.createElement('character-finder'));
