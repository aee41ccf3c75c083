// Getting in. The printed link is good for one use, and each walk is a process of its own: what the
// browser keeps of the session travels from one to the next in a file.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assertNoFaults, openPage, settle } from './browser.mjs';
import { serverUrl, signInLink } from './server.mjs';

const folder = join(dirname(fileURLToPath(import.meta.url)), '..', 'test-results');
const file = join(folder, 'session.json');

/**
 * Opens a page of the signed-in owner. Close it with `leave` before the next is opened: a session whose
 * refresh token is used twice ends, as it should.
 */
export async function openSignedIn(browser, options = {}) {
  const base = serverUrl();
  const page = await openPage(browser, options);
  const cookies = remembered(base);
  if (cookies) {
    await page.context().addCookies(cookies);
    await page.goto(`${base}/`);
  } else {
    await page.goto(signInLink(base));
  }
  await settle(page);
  assertNoFaults(page);
  return page;
}

/** Closes the page and keeps its session for the next one. */
export async function leave(page) {
  const cookies = await page.context().cookies();
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, JSON.stringify({ base: serverUrl(), log: process.env.ENISHI_E2E_LOG, cookies }));
  await page.context().close();
}

function remembered(base) {
  try {
    const kept = JSON.parse(readFileSync(file, 'utf8'));
    return kept.base === base && kept.cookies.length > 0 ? kept.cookies : null;
  } catch {
    return null;
  }
}
