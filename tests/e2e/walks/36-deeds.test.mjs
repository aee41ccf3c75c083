// Deeds that ask or show something once: a test send, holding and calling off a delivery, a fresh key, a mail in a browser.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ask, tokenOf } from '../lib/api.mjs';
import { assertAccessible } from '../lib/axe.mjs';
import { assertNoFaults, openBrowser, openPage, settle, shot } from '../lib/browser.mjs';
import { serverUrl } from '../lib/server.mjs';
import { leave, openSignedIn } from '../lib/session.mjs';

const DRAFT = '冷凍食品 そろそろ買い足しませんか';

/** What the browser says of the frame that shows a mail: that it is shut away is the point of it. */
const SANDBOXED = /sandboxed|\/preview\/|\/w\//;

const WORDS = {
  ja: { test: 'テスト配信', send: '送る', pause: '一時停止', resume: '再開する', cancel: '中止する', make: 'キーを作る', done: '写したので閉じる' },
  en: { test: 'Test send', send: 'Send', pause: 'Pause', resume: 'Resume', cancel: 'Call off', make: 'Make a key', done: 'Copied, close' },
};

let chromium;
before(async () => {
  chromium = await openBrowser();
});
after(() => chromium?.close());

/** Launches a copy of the sample's draft that waits for tomorrow morning. */
async function waiting(page, token) {
  const { items } = await ask(page, token, 'GET', `/api/v1/campaigns?search=${encodeURIComponent(DRAFT)}`);
  const copy = await ask(page, token, 'POST', `/api/v1/campaigns/${items.at(-1).id}/copy`, { name: '明日の朝の便り' });
  const { document, version, name } = await ask(page, token, 'GET', `/api/v1/campaigns/${copy.id}`);
  const tomorrow = new Date(Date.now() + 33 * 3_600_000).toISOString().slice(0, 10);
  document.timing = { kind: 'local_time', date: tomorrow, time: '10:30' };
  const saved = await ask(page, token, 'PUT', `/api/v1/campaigns/${copy.id}`, { version, name, document });
  await ask(page, token, 'POST', `/api/v1/campaigns/${copy.id}/launch`, { version: saved.version });
  return copy.id;
}

for (const [language, dark] of [['ja', false], ['en', true], ['ja', true], ['en', false]]) {
  const light = dark ? 'dark' : 'light';
  const words = WORDS[language];
  test(`deeds that ask or show once, ${language} ${light}`, { timeout: 300_000 }, async () => {
    const page = await openSignedIn(chromium.browser, { language, dark });
    const token = await tokenOf(page);
    const open = async (path) => {
      await page.goto(`${serverUrl()}/${path}`);
      await page.locator('#page h1').first().waitFor();
      await settle(page);
    };
    const look = async (name) => {
      await settle(page);
      await shot(page, `36-${name}.${light}`, { fullPage: false });
      await assertAccessible(page);
      assertNoFaults(page, SANDBOXED);
    };
    const dialog = page.getByRole('dialog').first();
    const close = async () => {
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'hidden' });
    };

    // A test send: nobody chosen, one chosen, sent.
    const [content] = (await ask(page, token, 'GET', '/api/v1/contents')).items;
    await open(`contents/${content.id}`);
    await page.getByRole('button', { name: words.test }).first().click();
    await dialog.waitFor();
    await look('test-send');
    await dialog.getByRole('checkbox').first().check();
    await dialog.getByRole('button', { name: words.send, exact: true }).click();
    await dialog.getByRole('status').waitFor();
    await look('test-sent');
    await close();

    // The mail opens in a browser as its receiver has it, shut away, and its links go on.
    const [captured] = (await ask(page, token, 'GET', '/api/v1/inbox?limit=1')).items;
    const { links } = await ask(page, token, 'GET', `/api/v1/inbox/${captured.id}`);
    const web = links.find((address) => address.includes('/w/'));
    assert.ok(web, `no address in a browser in ${links}`);
    const reader = await openPage(chromium.browser, { language, dark });
    await reader.goto(web);
    await reader.locator('a').first().waitFor();
    await reader.screenshot({ path: `screenshots/36-web.${light}.${language}.png`, fullPage: true });
    await reader.locator('a[href*="/w/"]').first().click();
    await reader.waitForURL(/\/w\//);
    await reader.goto(`${serverUrl()}/w/AAAA`);
    await reader.getByRole('heading', { level: 1 }).waitFor();
    await shot(reader, `36-web-wrong.${light}`);
    await assertAccessible(reader);
    await reader.context().close();

    // Held, carried on, called off.
    const id = await waiting(page, token);
    await open(`campaigns/${id}`);
    await page.getByRole('button', { name: words.pause }).click();
    await page.getByRole('button', { name: words.resume }).waitFor();
    await look('paused');
    await page.getByRole('button', { name: words.resume }).click();
    await page.getByRole('button', { name: words.pause }).waitFor();
    await look('resumed');
    await page.getByRole('button', { name: words.cancel }).first().click();
    await dialog.waitFor();
    await look('cancel');
    await dialog.getByRole('button', { name: words.cancel }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: words.pause }).waitFor({ state: 'hidden' });
    await look('cancelled');

    // A key is shown once.
    for (const [path, kind] of [['settings/api-keys', 'api-key'], ['settings/write-keys', 'write-key']]) {
      await open(path);
      await page.getByRole('button', { name: words.make }).first().click();
      await dialog.waitFor();
      await dialog.getByRole('textbox').first().fill('会計の連携 2026');
      const scope = dialog.getByRole('checkbox').first();
      if (await scope.count()) await scope.check();
      await dialog.getByRole('button', { name: words.make }).click();
      await dialog.getByRole('button', { name: words.done }).waitFor();
      await look(`${kind}-once`);
      // A press beside the sheet must not take the key away.
      await page.mouse.click(5, 400);
      await dialog.getByRole('button', { name: words.done }).click();
      await dialog.waitFor({ state: 'hidden' });
    }
    await leave(page);
  });
}
