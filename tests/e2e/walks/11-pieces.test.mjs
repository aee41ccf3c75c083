// The code of a page comes when the page is opened: what one sees if it is slow, or does not come at all.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible } from '../lib/axe.mjs';
import { assertNoFaults, openBrowser, shot } from '../lib/browser.mjs';
import { serverUrl } from '../lib/server.mjs';
import { leave, openSignedIn } from '../lib/session.mjs';

const PIECE = '**/split_audience-*.wasm';

let chromium;
before(async () => {
  chromium = await openBrowser();
});
after(() => chromium?.close());

/** Begins anew at the home page, whose code comes with the shell. */
async function home(page) {
  await page.goto(`${serverUrl()}/`);
  await page.getByRole('heading', { level: 1 }).first().waitFor();
}

test('a page whose code does not come says so and opens after a reload', async () => {
  const page = await openSignedIn(chromium.browser, { language: 'ja' });
  await page.route(PIECE, (route) => route.abort());
  await home(page);
  await page.getByRole('link', { name: 'セグメント' }).first().click();
  await page.getByText('このページを読み込めませんでした').waitFor();
  await assertAccessible(page);
  await shot(page, '11-missing');
  await page.unroute(PIECE);
  await page.getByRole('button', { name: '画面を読み直す' }).click();
  await page.getByRole('heading', { level: 1, name: 'セグメント' }).waitFor();
  await leave(page);
});

test('a page whose code is slow shows its skeleton, and the next page of its kind comes at once', async () => {
  const page = await openSignedIn(chromium.browser, { language: 'ja' });
  let letGo;
  const held = new Promise((resolve) => { letGo = resolve; });
  const asked = [];
  await page.route('**/*.wasm', async (route) => {
    asked.push(route.request().url());
    await held;
    await route.continue();
  });
  await page.route('**/admin-*.wasm', (route) => route.continue());
  await home(page);
  await page.getByRole('link', { name: 'セグメント' }).first().click();
  await page.locator('#page .sk').first().waitFor();
  letGo();
  const title = page.getByRole('heading', { level: 1, name: 'セグメント' });
  await title.waitFor();
  await page.waitForFunction(() => document.activeElement?.tagName === 'H1');
  const before = asked.filter((url) => url.includes('split_audience')).length;
  await page.getByRole('link', { name: '顧客' }).first().click();
  await page.getByRole('heading', { level: 1, name: '顧客' }).waitFor();
  assert.equal(asked.filter((url) => url.includes('split_audience')).length, before);
  assertNoFaults(page);
  await leave(page);
});
