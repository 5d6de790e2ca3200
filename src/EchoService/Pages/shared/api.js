import { askForKey } from './key-dialog.js';

/** What the service answered in place of a result: an RFC 9457 problem. */
export class Problem extends Error {
  constructor(status, problem = {}) {
    super(problem.detail ?? problem.title ?? `The service answered with status ${status}.`);
    this.status = status;
    this.code = problem.code;
    this.errors = problem.errors ?? {};
  }
}

export const get = (path, options) => request(path, options);

export const send = (method, path, options) => request(path, { method, ...options });

export const sendJson = (method, path, value) =>
  send(method, path, { body: JSON.stringify(value), headers: { 'Content-Type': 'application/json' } });

/** Answers the JSON, or null where there is none. Asks for a key where one is needed, and then tries again. */
async function request(path, options = {}) {
  const response = await reach(path, options);
  if (response.status === 401 && await askForKey()) return request(path, options);
  const json = /\bjson\b/.test(response.headers.get('Content-Type') ?? '') ? await response.json() : null;
  if (!response.ok) throw new Problem(response.status, json ?? {});
  return json;
}

async function reach(path, options) {
  try {
    return await fetch(path, { ...options, headers: { Accept: 'application/json', ...options.headers } });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Error('The service cannot be reached.', { cause: error });
  }
}
