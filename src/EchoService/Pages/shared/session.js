/** Who asks, as the service knows it: `keyNeeded`, the key's `name` (null: nobody), `expiresAt` (null: no session). Null where it cannot be asked. */
export async function readSession() {
  try {
    const response = await fetch('/session');
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

/** Exchanges a key for a session, a cookie that no script sees. Answers null, or what is wrong. */
export async function openSession(key) {
  if (!/^[!-~]+$/.test(key)) return 'This is no key of the service.'; // no header could carry it
  let response;
  try {
    response = await fetch('/session', { method: 'POST', headers: { Authorization: `Bearer ${key}` } });
  } catch {
    return 'The service cannot be reached.';
  }
  if (!response.ok) return response.status === 401 ? 'This is no key of the service.' : `The service answered with status ${response.status}.`;
  dispatchEvent(new Event('sessionchange'));
  return null;
}

export async function endSession() {
  await fetch('/session', { method: 'DELETE' });
}
