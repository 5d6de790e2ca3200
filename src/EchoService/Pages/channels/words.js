/** What each kind of channel does, in a sentence. */
export const kinds = {
  Echo: 'Sends back what it receives.',
  Discard: 'Receives only, and counts what it was sent.',
  Repeat: 'Reads a number, sends that many lines, closes.',
  Characters: 'Answers a line of words with the Unicode characters that have them in their names.',
  Chargen: 'Sends lines of printable characters until you go.',
  Daytime: 'Sends the date and the time as text, closes.',
  Time: 'Sends the seconds since 1900 as four bytes, closes.',
  Info: 'Sends a line of JSON about your connection, closes.',
};

const closing = {
  Replies: 'Closes after a number of replies.',
  Bytes: 'Closes after a number of bytes.',
  Time: 'Closes after a time.',
  Accept: 'Closes at once.',
};

/** What is not as usual about a channel, in sentences. */
export const rulesOf = channel => [
  closing[channel.closeAfter],
  channel.tls ? 'Speaks TLS.' : null,
  channel.proxyProtocol === 'Off' ? null : `PROXY header ${channel.proxyProtocol.toLowerCase()}.`,
].filter(Boolean).join(' ');

/** A command for a terminal that connects to the channel. */
export function commandFor(channel) {
  const host = location.hostname.replace(/^\[|\]$/g, '');
  const name = host.includes(':') ? `[${host}]` : host;
  return channel.tls ? `openssl s_client -quiet -connect ${name}:${channel.port}` : `telnet ${host} ${channel.port}`;
}

/** What the log, the metrics and the lists call the end of a connection, for people. */
export const reasons = {
  clientClosed: 'Client closed',
  clientReset: 'Client reset',
  replied: 'Replied',
  bytesReached: 'Bytes reached',
  timeReached: 'Time reached',
  accepted: 'Closed at accept',
  finished: 'Finished',
  protocolError: 'Protocol error',
  proxyHeader: 'PROXY header',
  tlsFailed: 'TLS failed',
  handshakeTimeout: 'Handshake too slow',
  firstByteTimeout: 'No first byte',
  idleTimeout: 'Idle',
  lifetime: 'Lifetime',
  writeStalled: 'Write stalled',
  connectionLimit: 'Connection limit',
  addressLimit: 'Address limit',
  rateLimit: 'Rate limit',
  fault: 'Fault',
  aborted: 'Aborted',
  shutdown: 'Shutdown',
  error: 'Error',
};

export const faultTypes = {
  Latency: ['delayMs', 'jitterMs'],
  Bandwidth: ['bytesPerSecond'],
  Slicer: ['sliceBytes', 'delayMs'],
  Blackhole: ['bytes', 'afterMs'],
  LimitData: ['bytes'],
  LimitTime: ['afterMs'],
  SlowClose: ['delayMs'],
  Reset: ['bytes', 'afterMs'],
  Corrupt: ['bytes'],
  Refuse: [],
};

export const faultFields = {
  delayMs: 'Delay, ms',
  jitterMs: 'Jitter, ms',
  bytesPerSecond: 'Bytes a second',
  bytes: 'Bytes',
  sliceBytes: 'Bytes a piece',
  afterMs: 'After, ms',
  probability: 'Probability',
  seed: 'Seed',
  clients: 'Clients',
};
