// What the builder remarks of a rule while it is made, and what changed between its versions.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ask, tokenOf } from '../lib/api.mjs';
import { assertAccessible } from '../lib/axe.mjs';
import { assertNoFaults, openBrowser, settle, shot } from '../lib/browser.mjs';
import { serverUrl } from '../lib/server.mjs';
import { leave, openSignedIn } from '../lib/session.mjs';

const NAME = '年代だけで選んだ人';

let chromium;
before(async () => {
  chromium = await openBrowser();
});
after(() => chromium?.close());

/** Everybody whose age is known: a rule that says who people are and nothing of what they do. */
const ages = () => ({
  version: 2,
  root: { all: [{ fact: { of: { attribute: 'age_band' }, test: 'exists' } }] },
});

test('a rule is remarked upon, and goes back to what it said', { timeout: 240_000 }, async () => {
  const page = await openSignedIn(chromium.browser, { language: 'ja' });
  try {
    const token = await tokenOf(page);
    const saved = await ask(page, token, 'POST', '/api/v1/segments', { name: NAME, document: ages() });
    await page.goto(`${serverUrl()}/segments/${saved.id}`);
    await page.locator('.rm .note').first().waitFor();
    await settle(page);
    const said = await page.locator('.rm').textContent();
    assert.match(said, /属性だけで選んでいます/);
    const spread = await page.locator('.rm-s .num').allTextContents();
    const total = Number((await page.locator('.hero').first().textContent()).replaceAll(/[^0-9]/g, ''));
    const sum = spread.map((text) => Number(text.replaceAll(',', ''))).reduce((a, b) => a + b, 0);
    assert.equal(sum, total, 'the stretches add up to everybody whom it selects');
    await shot(page, '38-remarks');
    await assertAccessible(page);
    assertNoFaults(page);

    // Another version, what changed, and the way back.
    const root = ages().root;
    root.all.push({ events: { names: ['Order Completed'], within: { last: { days: 90 } }, test: { count: { times: { at_least: 1 } } } } });
    const body = { version: saved.version, name: NAME, description: '', document: { version: 2, root } };
    await ask(page, token, 'PUT', `/api/v1/segments/${saved.id}`, body);
    await page.reload();
    await page.getByRole('button', { name: '履歴' }).click();
    await page.locator('.sv > li').nth(1).waitFor();
    assert.match(await page.locator('.sv > li').first().textContent(), /追加/);
    await settle(page);
    await shot(page, '38-versions');
    await assertAccessible(page);
    await page.getByRole('button', { name: 'この版に戻す' }).click();
    await page.getByText('第1版の条件を入れました').first().waitFor();
    await page.getByRole('button', { name: '保存する' }).click();
    await page.getByText('第3版').first().waitFor();
    const now = await ask(page, token, 'GET', `/api/v1/segments/${saved.id}`);
    assert.deepEqual(now.document.root, ages().root);
    assertNoFaults(page);
  } finally {
    await leave(page);
  }
});
