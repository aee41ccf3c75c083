// The REST API in the name of whoever is signed in on a page, and waiting for what only time brings.
import assert from 'node:assert/strict';
import { serverUrl } from './server.mjs';

/** Returns an access token of the page's session. */
export async function tokenOf(page) {
  const answer = await page.context().request.post(`${serverUrl()}/api/v1/session/refresh`, {
    headers: { origin: serverUrl() },
  });
  assert.ok(answer.ok(), `refresh: ${answer.status()}`);
  return (await answer.json()).access_token;
}

/** Asks the REST API and returns what it says; an answer that is no success fails the walk. */
export async function ask(page, token, method, path, data) {
  const answer = await page.context().request.fetch(`${serverUrl()}${path}`, {
    method,
    data,
    headers: { authorization: `Bearer ${token}`, 'accept-language': 'ja' },
  });
  assert.ok(answer.ok(), `${method} ${path}: ${answer.status()} ${await answer.text()}`);
  return answer.status() === 204 ? null : answer.json();
}

/** Looks until something is so; the page itself moves by polling. */
export async function until(what, look, patience = 60_000) {
  const end = Date.now() + patience;
  for (;;) {
    const found = await look();
    if (found) return found;
    assert.ok(Date.now() < end, `waited in vain for ${what}`);
    await new Promise((resume) => setTimeout(resume, 500));
  }
}
