import '../shared/key-state.js';
import './new-job.js';
import './job-list.js';
import './job-view.js';
import { make, stamp } from '../shared/dom.js';

const job = new URLSearchParams(location.search).get('job');
const main = document.getElementById('main');
main.append(job === null ? stamp('home').fragment : make('job-view', { 'data-id': job }));
