import './new-job.js';
import './job-list.js';
import './job-view.js';
import { make, stamp } from '../shared/dom.js';
import { start } from '../shared/start.js';

const job = new URLSearchParams(location.search).get('job');
start(job === null ? stamp('home').fragment : make('job-view', { 'data-id': job }));
