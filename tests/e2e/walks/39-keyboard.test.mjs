// A segment of five conditions without a mouse: made, counted, compared, asked about, saved.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ask, tokenOf, until } from '../lib/api.mjs';
import { assertAccessible } from '../lib/axe.mjs';
import { assertNoFaults, openBrowser, settle, shot } from '../lib/browser.mjs';
import { serverUrl } from '../lib/server.mjs';
import { leave, openSignedIn } from '../lib/session.mjs';

const SEGMENTS = '/api/v1/segments';
/** More stops than any page has. */
const STOPS = 300;

let chromium;
before(async () => {
  chromium = await openBrowser();
});
after(() => chromium?.close());

/** Presses Tab until the focus stands where it is wanted. */
async function tabTo(page, what, locator, key = 'Tab') {
  for (let stop = 0; stop < STOPS; stop += 1) {
    if (await locator.evaluateAll((found) => found.includes(document.activeElement))) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${what} cannot be reached by ${key}`);
}

/** What the builder counts for the whole, once it is no longer counting. */
async function total(page) {
  await page.locator('.cnt.is-old').first().waitFor({ state: 'detached' });
  await page.locator('.sk-hero').waitFor({ state: 'detached' });
  return Number((await page.locator('.hero').first().locator('..').getAttribute('title')).replaceAll(',', ''));
}

/** Opens the menu of conditions and takes an entry, by keys. */
async function add(page, entry) {
  await tabTo(page, 'the menu of conditions', page.getByRole('button', { name: '条件', exact: true }));
  await page.keyboard.press('Enter');
  const item = page.getByRole('menuitem', { name: entry, exact: true });
  await item.waitFor();
  await tabTo(page, entry, item, 'ArrowDown');
  await page.keyboard.press('Enter');
  await settle(page);
}

/** Goes through what a saved rule consists of. */
const kinds = (document) => document.root.all.map((node) => Object.keys(node)[0]);

test('a segment is made by keys alone', { timeout: 240_000 }, async () => {
  const page = await openSignedIn(chromium.browser, { language: 'ja' });
  try {
    const token = await tokenOf(page);
    await page.goto(`${serverUrl()}/analytics/rfm`);
    await page.locator('.heat-b').first().waitFor();
    await settle(page);

    // A cell of RFM becomes the first two conditions: the grid is one stop, arrows walk in it.
    await tabTo(page, 'the cells', page.locator('.heat-b'));
    for (let step = 0; step < 4; step += 1) await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Space');
    await tabTo(page, 'the segment of the cell', page.locator('.heat-p a.btn'));
    await page.keyboard.press('Enter');
    await page.waitForURL(/segments\/new/);
    await settle(page);
    const counts = [await total(page)];
    assert.ok(counts[0] > 0, 'somebody is in the cell');
    for (const entry of ['したこと（購入・閲覧など）', '属性・項目', 'メールが届くか']) {
      await add(page, entry);
      counts.push(await total(page));
    }
    for (let at = 1; at < counts.length; at += 1) {
      assert.ok(counts[at] <= counts[at - 1], `each condition leaves as many or fewer: ${counts}`);
    }
    // A window of 90 days begins it; of one day, typed as Japanese keyboards do, it selects fewer of everybody.
    // How many are left of the cell may be the same: its buyers are few and come often.
    const before = await total(page);
    const deed = page.locator('.cond', { has: page.getByLabel('長さ') }).last();
    const selected = async () => {
      await page.locator('.cnt.is-old').first().waitFor({ state: 'detached' });
      return Number((await deed.locator('.cnt span[title]').getAttribute('title')).replaceAll(',', ''));
    };
    const inNinetyDays = await selected();
    await tabTo(page, 'the length of a window', deed.getByLabel('長さ'), 'Shift+Tab');
    await page.keyboard.press('Control+a');
    await page.keyboard.type('１');
    await until('another count', async () => (await selected()) < inNinetyDays);
    assert.ok(await total(page) <= before, 'a shorter window lets nobody in');
    await page.keyboard.press('Control+a');
    await page.keyboard.type('９０');
    await until('the former count', async () => (await selected()) === inNinetyDays);
    assert.equal(await total(page), before);

    // Compared with one, then with another besides.
    const compared = page.getByRole('combobox', { name: 'くらべるセグメント' });
    await tabTo(page, 'what to compare with', compared.first());
    await page.keyboard.press('ArrowDown');
    await tabTo(page, 'one more comparison', page.getByRole('button', { name: 'もう1つくらべる' }));
    await page.keyboard.press('Enter');
    await page.locator('.ov-t tbody tr').first().waitFor();
    const parts = await page.locator('.ov-t tbody tr').evaluateAll((rows) => rows.map((row) => ({
      isIn: row.querySelector('td').classList.contains('on'),
      n: Number(row.querySelector('.num').textContent.replaceAll(',', '')),
    })));
    const own = parts.filter((part) => part.isIn).reduce((sum, part) => sum + part.n, 0);
    assert.equal(own, await total(page), 'the parts of this rule add up to it');

    // Why is somebody out?
    const document = JSON.parse(new URL(page.url()).searchParams.get('document'));
    assert.deepEqual(kinds(document), ['standing', 'standing']);
    const { items } = await ask(page, token, 'GET', '/api/v1/customers?limit=50');
    let outsider;
    for (const one of items.filter((item) => item.email && item.full_name)) {
      const told = await ask(page, token, 'POST', `${SEGMENTS}/explain`, { document, profile: one.id });
      if (!told.is_member) { outsider = one; break; }
    }
    await tabTo(page, 'the question why', page.getByRole('button', { name: '人を選ぶ' }), 'Shift+Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('combobox', { name: '人を探す' }).waitFor();
    await page.keyboard.type(outsider.email);
    await page.locator('.pk-o', { hasText: outsider.full_name }).first().waitFor();
    await page.keyboard.press('Enter');
    await page.locator('.why-s').waitFor();
    assert.equal(await page.locator('.wo li').count(), 5, 'each condition is answered for');
    assert.match(await page.locator('.why-s').textContent(), /外れています/);
    await shot(page, '39-keyboard');
    await assertAccessible(page);

    await tabTo(page, 'saving', page.getByRole('button', { name: '保存する', exact: true }), 'Shift+Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL(/segments\/seg_/);
    const id = page.url().split('/').pop();
    const saved = await until('the saved segment', () => ask(page, token, 'GET', `${SEGMENTS}/${id}`));
    assert.deepEqual(kinds(saved.document), ['standing', 'standing', 'events', 'fact', 'reachable']);
    assertNoFaults(page);
  } finally {
    await leave(page);
  }
});
