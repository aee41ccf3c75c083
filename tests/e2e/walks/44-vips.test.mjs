// VIPs: a segment becomes one of VIPs, a campaign to everybody spares its people, and says so.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ask, tokenOf, until } from '../lib/api.mjs';
import { assertAccessible } from '../lib/axe.mjs';
import { assertNoFaults, openBrowser, settle, shot } from '../lib/browser.mjs';
import { total } from '../lib/builder.mjs';
import { serverUrl } from '../lib/server.mjs';
import { leave, openSignedIn } from '../lib/session.mjs';

const NAME = '特別なお客様';
const CAMPAIGN = '全員への夏の案内';
const RULE = {
  version: 1,
  root: { all: [{ events: { names: ['Order Completed'], test: { count: { times: { at_least: 30 } } } } }] },
};

let chromium;
before(async () => {
  chromium = await openBrowser();
});
after(() => chromium?.close());

test('a VIP segment is made, and a campaign to everybody spares its people', { timeout: 240_000 }, async () => {
  const page = await openSignedIn(chromium.browser, { language: 'ja' });
  const token = await tokenOf(page);
  const segment = await ask(page, token, 'POST', '/api/v1/segments', { name: NAME, document: RULE });
  const document = { version: 1, target: { everybody: true } };
  const campaign = await ask(page, token, 'POST', '/api/v1/campaigns', { name: CAMPAIGN, document });
  try {
    await page.goto(`${serverUrl()}/segments/${segment.id}`);
    await page.getByRole('heading', { level: 1, name: NAME }).waitFor();
    const members = await total(page);
    assert.ok(members > 0);
    await page.getByRole('switch', { name: 'VIP として扱う' }).click();
    await page.getByText(`「${NAME}」を VIP として扱います`).waitFor();
    await settle(page);
    await shot(page, '44-vip-segment');
    await assertAccessible(page);

    // It stands in the list, and cannot be put away.
    await page.goto(`${serverUrl()}/segments`);
    const row = page.getByRole('row').filter({ hasText: NAME });
    await row.getByText('VIP', { exact: true }).waitFor();
    await shot(page, '44-list');

    // The membership is kept a moment later than the segment; then the campaign spares those who could be written to.
    const spared = await until('the VIPs to be spared', async () => {
      const review = await ask(page, token, 'GET', `/api/v1/campaigns/${campaign.id}/review`);
      return review.steps.find((one) => one.reason === 'vip')?.count;
    });
    assert.ok(spared > 0 && spared <= members);
    await page.goto(`${serverUrl()}/campaigns/${campaign.id}`);
    await page.getByRole('heading', { level: 1, name: CAMPAIGN }).waitFor();
    const step = page.locator('a[href$="?behind=vip"]').first();
    await step.waitFor();
    assert.match(await step.locator('xpath=ancestor-or-self::*[contains(., "VIP なので控えた")][1]').textContent(), new RegExp(spared.toLocaleString('ja')));
    await page.locator('a[href$="?card=target"]').first().click();
    await page.getByText(`VIP の「${NAME}」に入っている人には届きません`).waitFor();
    await settle(page);
    await shot(page, '44-target');
    await assertAccessible(page);
    await page.getByRole('switch', { name: 'VIP にも送る' }).click();
    await page.getByText('全員（VIP にも送る）').first().waitFor();
    await until('everybody to get it', async () => {
      const review = await ask(page, token, 'GET', `/api/v1/campaigns/${campaign.id}/review`);
      return review.steps.every((one) => one.reason !== 'vip');
    });
    assertNoFaults(page);
  } finally {
    // Other walks count everybody.
    await ask(page, token, 'DELETE', `/api/v1/segments/${segment.id}/vip`);
    await ask(page, token, 'DELETE', `/api/v1/campaigns/${campaign.id}`);
    await leave(page);
  }
});

test('the switch in English', { timeout: 120_000 }, async () => {
  const page = await openSignedIn(chromium.browser, { language: 'en' });
  try {
    await page.goto(`${serverUrl()}/segments`);
    await page.getByRole('link', { name: NAME }).first().click();
    await page.getByRole('switch', { name: 'Treat as VIPs' }).waitFor();
    await settle(page);
    await shot(page, '44-vip-segment');
    await assertAccessible(page);
    assertNoFaults(page);
  } finally {
    await leave(page);
  }
});
