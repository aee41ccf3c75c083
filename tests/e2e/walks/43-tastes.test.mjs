// Tastes: declared, tried, refused, saved, and a favourite becomes a condition.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ask, tokenOf, until } from '../lib/api.mjs';
import { assertAccessible } from '../lib/axe.mjs';
import { assertNoFaults, openBrowser, settle, shot } from '../lib/browser.mjs';
import { add, choose, waitForTotal } from '../lib/builder.mjs';
import { serverUrl } from '../lib/server.mjs';
import { leave, openSignedIn } from '../lib/session.mjs';

let chromium;
before(async () => {
  chromium = await openBrowser();
});
after(() => chromium?.close());

/** The part of the page about tastes. */
const section = (page, heading) => page.locator('section', { has: page.getByRole('heading', { name: heading, exact: true }) }).last();

/** The rule as the server holds it, once everybody has been computed by it. */
async function computed(page, token) {
  return until('everybody to be computed', async () => {
    const all = await ask(page, token, 'GET', '/api/v1/computed-attributes');
    const own = all.items.find((item) => item.kind === 'affinity' && item.is_active);
    return all.progress.is_whole && own?.counts.length > 0 ? own : null;
  }, 120_000);
}

test('tastes are tried, refused, mended and saved, and a favourite becomes a segment', { timeout: 300_000 }, async () => {
  const page = await openSignedIn(chromium.browser, { language: 'ja' });
  try {
    const token = await tokenOf(page);
    await page.goto(`${serverUrl()}/settings/computed`);
    const form = section(page, '好み（カテゴリー・ブランド・価格帯）');
    await form.waitFor();
    // The sample company has its own rule; this one begins anew.
    await computed(page, token);
    await form.getByRole('button', { name: '計算をやめる' }).click();
    await form.getByRole('button', { name: '計算を始める' }).waitFor();
    await form.getByLabel('必要な行動の回数').fill('２');
    const names = form.getByLabel('呼び名');
    await names.nth(1).fill('～199円');
    await names.nth(0).fill('～199円');
    await form.getByRole('button', { name: '計算を始める' }).click();
    await form.getByText('同じ').first().waitFor();
    await settle(page);
    await shot(page, '43-tastes-wrong');
    await names.nth(1).fill('上質 🍣');
    await form.getByRole('button', { name: '試しに数える' }).click();
    await form.locator('table.bars tbody tr').first().waitFor();
    await settle(page);
    await shot(page, '43-tastes');
    await assertAccessible(page);
    await form.getByRole('button', { name: '計算を始める' }).click();
    await page.getByText('保存しました').first().waitFor();
    // Everybody is computed meanwhile; what is typed in another form stays.
    const points = section(page, 'リードスコア').getByLabel('しきい値');
    await points.fill('７７');
    const rule = await computed(page, token);
    assert.equal(await points.inputValue(), '７７', 'the progress takes nothing away');
    assert.equal(rule.rule.affinity.acts, 2);
    assert.equal(rule.rule.affinity.price[1].name, '上質 🍣');
    const [favourite] = rule.counts.toSorted((a, b) => b.customers - a.customers);
    assert.ok(favourite.customers > 0);
    await page.reload();
    await settle(page);
    await shot(page, '43-tastes-saved');

    const { label_ja: label } = rule.attributes.find((one) => one.key === 'computed.favourite_category');
    await page.goto(`${serverUrl()}/segments/new?name=${encodeURIComponent(`${favourite.standing}が好きな人`)}`);
    await settle(page);
    await add(page, '条件', '属性・項目');
    await choose(page, '項目', label);
    await page.getByLabel('比べ方').selectOption('text.equals');
    await page.getByLabel('値', { exact: true }).fill(favourite.standing);
    await waitForTotal(page, favourite.customers);
    await shot(page, '43-taste-segment');
    await assertAccessible(page);
    await page.getByRole('button', { name: '保存する', exact: true }).click();
    await page.waitForURL(/segments\/seg_/);
    const saved = await ask(page, token, 'GET', `/api/v1/segments/${page.url().split('/').pop()}`);
    assert.ok(saved.sentence.ja.includes(label), saved.sentence.ja);
    assertNoFaults(page, /422/);
  } finally {
    await leave(page);
  }
});

test('the page of tastes reads well in English', { timeout: 180_000 }, async () => {
  const page = await openSignedIn(chromium.browser, { language: 'en' });
  try {
    await page.goto(`${serverUrl()}/settings/computed`);
    const form = section(page, 'Tastes (category, brand, price band)');
    await form.waitFor();
    await form.getByRole('button', { name: 'Try it' }).click();
    await form.locator('table.bars tbody tr').first().waitFor();
    await settle(page);
    await shot(page, '43-tastes');
    await assertAccessible(page);
    assertNoFaults(page);
  } finally {
    await leave(page);
  }
});
