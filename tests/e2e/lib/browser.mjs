// Chromium as the walks use it: a page that fails the walk on what a user would not forgive.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const screenshots = join(dirname(fileURLToPath(import.meta.url)), '..', 'screenshots');

/** The widths of a desk and of a hand. */
export const WIDTHS = [1440, 390];

/** Where the admin keeps the language that somebody chose. */
const LANGUAGE_KEY = 'enishi.locale';

/** The page asks at its start whether there is a session; a visitor's "no" is an answer and no fault. */
const NO_SESSION = /status of 401 .*\/api\/v1\/session\/refresh\)$/;

/** The languages of the admin, with the locale a browser sends for each. */
export const LANGUAGES = { ja: 'ja-JP', en: 'en-US' };

/**
 * Opens Chromium with an empty profile. `close` ends it.
 *
 * The flags keep it from calling home: the walks work without a network.
 */
export async function openBrowser() {
  const profile = mkdtempSync(join(tmpdir(), 'enishi-e2e-'));
  const browser = await chromium.launch({
    executablePath: process.env.ENISHI_E2E_CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      `--disk-cache-dir=${profile}`,
    ],
  });
  return {
    browser,
    async close() {
      await browser.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/**
 * Opens a page of its own, with cookies of its own, whose faults are collected.
 *
 * `page.faults` lists console errors, uncaught exceptions, violations of the content security policy,
 * answers of 500 and above, and requests that left the machine.
 */
export async function openPage(browser, { language = 'ja', width = 1440, dark = false } = {}) {
  const context = await browser.newContext({
    locale: LANGUAGES[language],
    timezoneId: 'Asia/Tokyo',
    viewport: { width, height: 900 },
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  page.language = language;
  page.faults = [];
  page.on('pageerror', (error) => page.faults.push(`uncaught: ${error.message}`));
  page.on('console', (message) => {
    // The browser logs each refused request by itself; a walk that provokes one names it to `assertNoFaults`.
    if (message.type() !== 'error') return;
    const fault = `console: ${message.text()} (${message.location().url})`;
    if (!NO_SESSION.test(fault)) page.faults.push(fault);
  });
  page.on('response', (answer) => {
    if (answer.status() >= 500) page.faults.push(`${answer.status()} from ${answer.url()}`);
  });
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (/^https?:$/.test(url.protocol) && !['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)) {
      page.faults.push(`left the machine: ${url.origin}`);
    }
  });
  // A frame that shows a mail is shut away from storage.
  await page.addInitScript(
    ([key, tag]) => window === window.top && localStorage.setItem(key, tag),
    [LANGUAGE_KEY, language],
  );
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`content security policy: ${event.violatedDirective} refused ${event.blockedURI || 'inline'}`);
    });
  });
  return page;
}

/** Fails when the page has shown a fault since the last call; `but` is a pattern of the expected ones. */
export function assertNoFaults(page, but = null) {
  const faults = page.faults.splice(0).filter((fault) => !but?.test(fault));
  if (faults.length > 0) throw new Error(`${page.url()}:\n  ${faults.join('\n  ')}`);
}

/**
 * Waits until nothing moves: the network is quiet, fonts are there, no skeleton is left.
 */
export async function settle(page) {
  await page.waitForLoadState('networkidle');
  await page.evaluate(() => document.fonts.ready);
  await page.waitForFunction(() => document.querySelector('[aria-busy="true"], .skeleton') === null);
}

/**
 * Stores the page as a desk and a hand show it: `screenshots/<name>.<language>.<width>.png`.
 *
 * It fails when the page is wider than the screen, which is the first thing that breaks at 390 px.
 */
export async function shot(page, name, { fullPage = true } = {}) {
  mkdirSync(screenshots, { recursive: true });
  const before = page.viewportSize();
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: width > 600 ? 900 : 844 });
    await settle(page);
    await page.screenshot({ path: join(screenshots, `${name}.${page.language}.${width}.png`), fullPage });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (overflow > 1) throw new Error(`${name} at ${width} px is ${overflow} px wider than the screen`);
  }
  await page.setViewportSize(before);
}
