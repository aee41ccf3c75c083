// RFM and deciles: the figures add up, and what is picked by the keyboard becomes a segment of as many people.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ask, tokenOf } from '../lib/api.mjs';
import { assertAccessible } from '../lib/axe.mjs';
import { assertNoFaults, openBrowser, settle, shot } from '../lib/browser.mjs';
import { serverUrl } from '../lib/server.mjs';
import { leave, openSignedIn } from '../lib/session.mjs';

let chromium;
before(async () => {
  chromium = await openBrowser();
});
after(() => chromium?.close());

/** Reads a grouped number. */
const number = (text) => Number(text.replaceAll(',', ''));

test('cells of RFM become a segment', { timeout: 180_000 }, async () => {
  const page = await openSignedIn(chromium.browser, { language: 'ja' });
  try {
    await page.goto(`${serverUrl()}/analytics/rfm`);
    await page.locator('.heat-b').first().waitFor();
    await settle(page);
    const token = await tokenOf(page);
    const rfm = await ask(page, token, 'GET', '/api/v1/analytics/rfm');
    const shown = (await page.locator('.heat-b').allTextContents()).map(number);
    assert.equal(shown.length, 25);
    assert.equal(shown.reduce((a, b) => a + b, 0), rfm.total.buyers, 'the cells add up to all buyers');

    // R5 F5 stands at the end of the first row; from there by keys alone.
    const best = page.locator('.heat-b').nth(4);
    await best.focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Space');
    const wanted = shown[4] + shown[3];
    await page.locator('.heat-p a.btn').click();
    await page.waitForURL(/segments\/new/);
    await settle(page);
    await page.locator('h1', { hasText: 'R5・F5' }).waitFor();
    await page.getByText('直近365日のRFMでR5・F5').first().waitFor();
    const address = new URL(page.url());
    const document = JSON.parse(address.searchParams.get('document'));
    const preview = await ask(page, token, 'POST', '/api/v1/segments/preview', { document });
    assert.equal(preview.total, wanted, 'the segment has as many people as the cells');
    assertNoFaults(page);
  } finally {
    await leave(page);
  }
});

test('deciles add up to everything', { timeout: 180_000 }, async () => {
  const page = await openSignedIn(chromium.browser, { language: 'en' });
  try {
    await page.goto(`${serverUrl()}/analytics/deciles`);
    await page.locator('table.tbl tbody tr').first().waitFor();
    await settle(page);
    const cells = await page.locator('table.tbl tbody tr td:nth-of-type(4)').allTextContents();
    assert.equal(cells.length, 10);
    const shares = cells.map((cell) => Number.parseFloat(cell));
    assert.ok(Math.abs(shares.reduce((a, b) => a + b, 0) - 100) < 0.06, `${shares}`);
    assert.ok(shares.every((share, at) => at === 0 || share <= shares[at - 1]), 'group 1 spent most');
    assertNoFaults(page);
  } finally {
    await leave(page);
  }
});

test('a lifecycle stage becomes a segment of as many people', { timeout: 180_000 }, async () => {
  const page = await openSignedIn(chromium.browser, { language: 'ja' });
  try {
    const token = await tokenOf(page);
    // The worker computes everybody once after the start.
    let picture;
    for (let look = 0; look < 100; look += 1) {
      picture = await ask(page, token, 'GET', '/api/v1/analytics/lifecycle');
      if (picture.is_declared && picture.is_whole) break;
      await page.waitForTimeout(300);
    }
    assert.ok(picture.is_whole, 'everybody has been computed');
    await page.goto(`${serverUrl()}/analytics/lifecycle`);
    await page.locator('table.bars tbody tr').first().waitFor();
    await settle(page);
    const names = await page.locator('table.bars').first().locator('tbody tr td:first-child').allTextContents();
    assert.deepEqual(names, ['見込み', '新規', 'リピート', '優良', '休眠']);
    const dormant = picture.stages.find((one) => one.stage === 'dormant').customers;
    await page.locator('table.bars').first().locator('a.link').last().click();
    await page.waitForURL(/segments\/new/);
    await settle(page);
    const document = JSON.parse(new URL(page.url()).searchParams.get('document'));
    const preview = await ask(page, token, 'POST', '/api/v1/segments/preview', { document, position: 'newest' });
    assert.equal(preview.total, dormant, 'the segment has as many people as the stage');
    assertNoFaults(page);
  } finally {
    await leave(page);
  }
});

test('bands of value follow the amounts that are typed, and become a segment', { timeout: 180_000 }, async () => {
  const page = await openSignedIn(chromium.browser, { language: 'ja' });
  try {
    const token = await tokenOf(page);
    await page.goto(`${serverUrl()}/analytics/bands`);
    await page.locator('table.bd tbody tr').first().waitFor();
    await settle(page);
    await shot(page, '37-bands');
    await assertAccessible(page);
    const limits = page.getByLabel('境の金額');
    while (await limits.count() > 1) await page.getByRole('button', { name: '外す' }).first().click();
    await limits.first().fill('５０，０００');
    await page.getByRole('button', { name: 'この境で分ける' }).click();
    await page.waitForURL(/breaks=50000/);
    await page.getByLabel('粗利率（%）').fill('30');
    await page.waitForURL(/margin=30/);
    await page.getByRole('columnheader', { name: '粗利' }).waitFor();
    await settle(page);
    assert.equal(await page.locator('table.bd tbody tr').count(), 2);
    const people = await page.locator('table.bd tbody tr td:nth-of-type(1)').allTextContents();
    const { total } = await ask(page, token, 'GET', '/api/v1/analytics/bands');
    assert.equal(number(people[0]) + number(people[1]), total.buyers, 'the bands add up');
    await page.locator('table.bd a.link').first().click();
    await page.waitForURL(/segments\/new/);
    await settle(page);
    const document = JSON.parse(new URL(page.url()).searchParams.get('document'));
    const preview = await ask(page, token, 'POST', '/api/v1/segments/preview', { document, position: 'newest' });
    assert.equal(preview.total, number(people[0]), 'the segment has as many people as the band');
    assertNoFaults(page);
  } finally {
    await leave(page);
  }
});

test('who comes back is shown by month, by channel and for segments beside each other', { timeout: 240_000 }, async () => {
  const page = await openSignedIn(chromium.browser, { language: 'ja' });
  try {
    const token = await tokenOf(page);
    await page.goto(`${serverUrl()}/analytics/retention`);
    await page.locator('table.heat-t tbody tr').first().waitFor();
    await settle(page);
    await shot(page, '37-retention');
    await assertAccessible(page);
    const view = await ask(page, token, 'GET', '/api/v1/analytics/retention');
    const everybody = page.locator('table.heat-t tr.heat-all');
    const shown = async () => (await everybody.locator('td.heat-v').allTextContents()).map(number);
    const percent = (points) => points.filter(Boolean).map((point) => Math.round(point.rate * 100));
    assert.deepEqual(await shown(), percent(view.whole.retained));
    assert.equal(number(await everybody.locator('td.num').textContent()), view.whole.customers);
    await page.getByRole('button', { name: '離脱率' }).click();
    assert.deepEqual(await shown(), percent(view.whole.lost));

    await page.getByLabel('分け方').selectOption('channel');
    await page.waitForURL(/by=channel/);
    await page.getByRole('rowheader', { name: '検索広告' }).waitFor();
    const channels = await ask(page, token, 'GET', '/api/v1/analytics/retention?by=channel');
    assert.equal(await page.locator('table.heat-t tbody tr').count(), channels.curves.filter((curve) => curve.customers > 0).length + 1);

    await page.getByLabel('分け方').selectOption('segment');
    await page.getByText('くらべるセグメントを選んでください').waitFor();
    const { items } = await ask(page, token, 'GET', '/api/v1/segments');
    await page.getByRole('button', { name: '選んでください' }).click();
    await page.getByRole('option', { name: items[0].name }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('rowheader', { name: items[0].name }).waitFor();
    await shot(page, '37-retention-segment');
    assertNoFaults(page);
  } finally {
    await leave(page);
  }
});

for (const [language, words] of Object.entries({
  ja: { best: '最優良', own: 'お得意さま', rename: '「最優良」の名前を変える', again: '「お得意さま」の名前を変える', back: '「最優良」に戻す', field: 'グループの名前', save: '保存する', taken: 'ほかのグループがこの名前です', other: ' 常連　', segment: '「お得意さま」をセグメントにする' },
  en: { best: 'Best', own: '=VIP 🍣', rename: 'Rename “Best”', again: 'Rename “=VIP 🍣”', back: 'Back to “Best”', field: 'Name of the group', save: 'Save', taken: 'another group is called so', other: 'ｌｏｙａｌ', segment: 'Make a segment of “=VIP 🍣”' },
})) {
  test(`a group of RFM is called something else, ${language}`, { timeout: 180_000 }, async () => {
    const page = await openSignedIn(chromium.browser, { language });
    try {
      const token = await tokenOf(page);
      await page.goto(`${serverUrl()}/analytics/rfm`);
      await page.getByRole('button', { name: words.rename }).click();
      const field = page.getByLabel(words.field);
      assert.equal(await field.inputValue(), words.best);
      assert.ok(await field.evaluate((input) => input === document.activeElement), 'one types at once');
      await page.keyboard.press('Escape');
      const pencil = page.getByRole('button', { name: words.rename });
      await page.waitForFunction(() => document.activeElement?.closest('.part-n'));
      await pencil.click();
      await field.fill(words.other);
      await page.keyboard.press('Enter');
      await page.getByText(words.taken).waitFor();
      await shot(page, '37-group-name');
      await assertAccessible(page);
      await field.fill(`  ${words.own} `);
      await page.getByRole('button', { name: words.save, exact: true }).click();
      await page.getByRole('button', { name: words.again }).waitFor();
      const names = await ask(page, token, 'GET', '/api/v1/analytics/rfm/names');
      assert.equal(names.find((one) => one.key === 'best').own, words.own);
      const link = await page.getByRole('link', { name: words.segment }).getAttribute('href');
      assert.equal(new URLSearchParams(link.split('?')[1]).get('name'), words.own);
      await page.reload();
      await page.getByRole('button', { name: words.again }).click();
      await page.getByRole('button', { name: words.back }).click();
      await page.getByRole('button', { name: words.rename }).waitFor();
      assertNoFaults(page, /422/);
    } finally {
      await leave(page);
    }
  });
}
