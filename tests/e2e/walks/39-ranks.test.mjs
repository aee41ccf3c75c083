// Ranks and scores: a programme is tried and saved, and a customer's page says what is missing.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ask, tokenOf } from '../lib/api.mjs';
import { assertNoFaults, openBrowser, settle, shot } from '../lib/browser.mjs';
import { serverUrl } from '../lib/server.mjs';
import { leave, openSignedIn } from '../lib/session.mjs';

let chromium;
before(async () => {
  chromium = await openBrowser();
});
after(() => chromium?.close());

const number = (text) => Number(text.split(' ')[0].replaceAll(',', ''));

test('a programme of ranks is tried, refused, mended and saved', { timeout: 180_000 }, async () => {
  const page = await openSignedIn(chromium.browser, { language: 'ja' });
  try {
    await page.goto(`${serverUrl()}/settings/computed`);
    const form = page.locator('section', { has: page.getByRole('heading', { name: 'ランク', exact: true }) }).last();
    await form.getByRole('button', { name: '試しに数える' }).click();
    await form.locator('table.bars tbody tr').first().waitFor();
    const token = await tokenOf(page);
    const { customers } = await ask(page, token, 'POST', '/api/v1/computed-attributes/preview', {
      rule: { dormancy: { after: { days: 90 } } },
    });
    const counts = (await form.locator('table.bars td.num').allTextContents()).map(number);
    assert.equal(counts.reduce((a, b) => a + b, 0), customers, 'everybody stands somewhere');

    // Two ranks of one name are refused at the field; the preview says so as well.
    const names = form.getByLabel(/番目の名前/);
    const highest = await names.nth(2).inputValue();
    await names.nth(2).fill(await names.nth(1).inputValue());
    await form.getByRole('button', { name: /^(保存|計算を始める)/ }).click();
    await form.getByText('同じ名前のランクがあります').first().waitFor();
    await names.nth(2).fill(`${highest}★`);
    await form.getByRole('button', { name: /^(保存|計算を始める)/ }).click();
    await page.getByText('保存しました').first().waitFor();
    const saved = await ask(page, token, 'GET', '/api/v1/computed-attributes');
    const rank = saved.items.find((item) => item.kind === 'rank');
    assert.equal(rank.rule.rank.ranks[2].name, `${highest}★`);
    await settle(page);
    await shot(page, 'computed-rules');
    assertNoFaults(page, /422/);
  } finally {
    await leave(page);
  }
});

test('the page of a customer says what is missing to the next rank', { timeout: 180_000 }, async () => {
  const page = await openSignedIn(chromium.browser, { language: 'en' });
  try {
    await page.goto(`${serverUrl()}/customers`);
    const token = await tokenOf(page);
    const { items } = await ask(page, token, 'GET', '/api/v1/customers?limit=1');
    await page.goto(`${serverUrl()}/customers/${items[0].id}`);
    const why = page.locator('.cu-why').filter({ hasText: 'The ranks:' });
    await why.locator('summary').click();
    await why.getByText(/In the last 6 months: \d+ orders/).waitFor();
    await settle(page);
    await shot(page, 'customer-ranks');
    assertNoFaults(page);
  } finally {
    await leave(page);
  }
});
