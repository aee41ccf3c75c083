// People near a place: the condition is built, counted and saved.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ask, tokenOf } from '../lib/api.mjs';
import { assertAccessible } from '../lib/axe.mjs';
import { assertNoFaults, openBrowser, settle, shot } from '../lib/browser.mjs';
import { add, choose, waitForTotal } from '../lib/builder.mjs';
import { serverUrl } from '../lib/server.mjs';
import { leave, openSignedIn } from '../lib/session.mjs';

/** Tokyo station, 450 m from it, Osaka, and what says no place. */
const HOMES = ['35.681236,139.767125', '35.685283,139.767125', '34.702485,135.495951', '東京駅の近く'];

let chromium;
before(async () => {
  chromium = await openBrowser();
});
after(() => chromium?.close());

test('a condition about a place is built and counted', { timeout: 240_000 }, async () => {
  const page = await openSignedIn(chromium.browser, { language: 'ja' });
  try {
    const token = await tokenOf(page);
    const home = { key: 'home', value_type: 'text', label_ja: '自宅の場所', label_en: 'Home', is_sensitive: false };
    await ask(page, token, 'PUT', '/api/v1/attributes', home);
    const { items } = await ask(page, token, 'GET', '/api/v1/customers?limit=4');
    for (const [at, one] of items.entries()) {
      const { version } = await ask(page, token, 'GET', `/api/v1/customers/${one.id}`);
      await ask(page, token, 'PATCH', `/api/v1/customers/${one.id}`, {
        version, attributes: { home: HOMES[at] },
      });
    }
    await page.goto(`${serverUrl()}/segments/new?name=${encodeURIComponent('東京駅のそば')}`);
    await settle(page);
    await add(page, '条件', '属性・項目');
    await choose(page, '項目', '自宅の場所');
    const comparison = page.getByLabel('比べ方');
    const words = await comparison.locator('option').allTextContents();
    assert.deepEqual(words.slice(-2), ['以内の場所', 'より遠い場所'], 'few texts are places');
    await comparison.selectOption({ label: '以内の場所' });
    await page.getByLabel('緯度（度）').fill('35.681236');
    await page.getByLabel('経度（度）').fill('139.767125');
    await page.getByLabel('距離（メートル）').fill('１，０００');
    await waitForTotal(page, 2);
    await page.getByLabel('距離（メートル）').fill('100');
    await waitForTotal(page, 1);
    await comparison.selectOption({ label: 'より遠い場所' });
    await waitForTotal(page, 2);
    await comparison.selectOption({ label: '以内の場所' });
    await waitForTotal(page, 1);
    await shot(page, '42-place');
    await assertAccessible(page);
    // A place that is none is said so at once.
    await page.getByLabel('緯度（度）').fill('95');
    await page.locator('.cond-e').getByText('90').waitFor();
    await shot(page, '42-place-wrong');
    await page.getByLabel('緯度（度）').fill('35.681236');
    await waitForTotal(page, 1);
    await page.getByRole('button', { name: '保存する', exact: true }).click();
    await page.waitForURL(/segments\/seg_/);
    const saved = await ask(page, token, 'GET', `/api/v1/segments/${page.url().split('/').pop()}`);
    assert.match(saved.sentence.ja, /自宅の場所.*35\.681236/);
    assertNoFaults(page, /422/);
  } finally {
    await leave(page);
  }
});

test('the condition reads well in English', { timeout: 180_000 }, async () => {
  const page = await openSignedIn(chromium.browser, { language: 'en' });
  try {
    await page.goto(`${serverUrl()}/segments`);
    await page.getByRole('link', { name: '東京駅のそば' }).first().click();
    await page.getByLabel('Latitude in degrees').first().waitFor();
    await waitForTotal(page, 1);
    await settle(page);
    await shot(page, '42-place');
    await assertAccessible(page);
    assertNoFaults(page);
  } finally {
    await leave(page);
  }
});
