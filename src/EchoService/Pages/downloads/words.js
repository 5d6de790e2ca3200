/** What jobs, items and errors are called on the page. */
export const jobStates = { scheduled: 'Scheduled', running: 'Running', paused: 'Paused', completed: 'Completed', cancelled: 'Cancelled' };

export const itemStates = { done: 'Done', failed: 'Failed', running: 'Running', queued: 'Queued', skipped: 'Skipped', cancelled: 'Cancelled' };

export const errorCodes = {
  invalidUrl: 'No valid URL',
  blockedAddress: 'Blocked address',
  dns: 'Name not found (DNS)',
  connect: 'No connection',
  tls: 'TLS failed',
  timeout: 'Timed out',
  stalled: 'Stalled',
  notFound: 'Not found',
  httpStatus: 'HTTP status',
  tooManyRedirects: 'Too many redirects',
  insecureRedirect: 'Insecure redirect',
  tooLarge: 'Too large',
  truncated: 'Cut short',
  checksumMismatch: 'Wrong checksum',
  nameConflict: 'Name taken',
  storage: 'Storage',
  metadata: 'Companion document',
};

export const isEnded = job => job.state === 'completed' || job.state === 'cancelled';

export const endedItems = counts => counts.done + counts.failed + counts.skipped + counts.cancelled;
