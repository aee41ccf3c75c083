// The server that the walks run against: where it is, whether it is up, how one gets in.
import { readFileSync } from 'node:fs';

/** Returns the base address, without a slash at its end. */
export function serverUrl() {
  const url = process.env.ENISHI_E2E_URL;
  if (!url) throw new Error('ENISHI_E2E_URL is not set: run the walks with `cargo xtask e2e`');
  return url.replace(/\/$/, '');
}

/** Waits until the server says that it is ready, for two minutes at most. */
export async function waitUntilReady(base) {
  const end = Date.now() + 120_000;
  let last = 'no answer';
  while (Date.now() < end) {
    try {
      const answer = await fetch(`${base}/readyz`);
      if (answer.ok) return;
      last = `status ${answer.status}`;
    } catch (error) {
      last = String(error.cause ?? error);
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`${base}/readyz: ${last}`);
}

/**
 * Returns the sign-in link that the server printed last.
 *
 * It is the one address under the server's own base that carries more than a path to the start page.
 */
export function signInLink(base, log = readFileSync(process.env.ENISHI_E2E_LOG, 'utf8')) {
  // A terminal's colours are no part of an address.
  const plain = log.replace(/\u001b\[[0-9;]*m/g, '');
  const links = [...plain.matchAll(/https?:\/\/[^\s"'<>]+/g)]
    .map(([link]) => link.replace(/[.,)\\]+$/, ''))
    .filter((link) => link.startsWith(`${base}/`) && /[?#&=]|\/[A-Za-z0-9_-]{16,}/.test(link.slice(base.length)));
  if (links.length === 0) throw new Error(`the server printed no sign-in link; its log was:\n${plain.slice(-2000)}`);
  return links.at(-1);
}
