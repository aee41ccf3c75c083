// A list of people from a file: what was unknown is looked at whole, and the list becomes a condition.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { ask, tokenOf } from '../lib/api.mjs';
import { assertAccessible } from '../lib/axe.mjs';
import { assertNoFaults, openBrowser, settle, shot } from '../lib/browser.mjs';
import { add, waitForTotal } from '../lib/builder.mjs';
import { serverUrl } from '../lib/server.mjs';
import { leave, openSignedIn } from '../lib/session.mjs';

const NAME = '夏の内覧会';
const KNOWN = 40;
const UNKNOWN = 150;

let chromium;
before(async () => {
  chromium = await openBrowser();
});
after(() => chromium?.close());

/** Gives a file to the page. */
async function give(page, text) {
  const file = { name: '名簿.csv', mimeType: 'text/csv', buffer: Buffer.from(text) };
  await page.locator('input[type="file"]').setInputFiles(file);
}

/** Downloads by a button and returns the text. */
async function downloaded(page, name) {
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()]);
  return readFileSync(await file.path(), 'utf8');
}

test('a list is uploaded, its unknown lines are read, and a segment asks for it', { timeout: 240_000 }, async () => {
  const page = await openSignedIn(chromium.browser, { language: 'ja' });
  try {
    const token = await tokenOf(page);
    const { items } = await ask(page, token, 'GET', '/api/v1/customers?limit=50');
    const numbers = items.map((one) => one.external_id).filter(Boolean).slice(0, KNOWN);
    assert.equal(numbers.length, KNOWN);
    await page.goto(`${serverUrl()}/lists`);
    await page.getByRole('button', { name: '新しいリスト' }).click();
    await page.getByLabel('名前').fill(NAME);
    await page.getByRole('button', { name: '作る' }).click();
    await page.waitForURL(/lists\/lst_/);
    await settle(page);

    // Nobody would be left: refused, with the reason.
    await page.getByText('いまの人と入れ替える').click();
    await give(page, 'だれでもない\n');
    await page.getByText('ファイルのどの行も登録済みの顧客に当たりません').waitFor();

    await page.getByText('リストに加える').click();
    const strangers = Array.from({ length: UNKNOWN }, (_, n) => `=見知らぬ人${n + 1}`);
    await give(page, ['会員番号', ...numbers, ...strangers, numbers[0]].join('\r\n'));
    const done = page.getByRole('table', { name: '結果' });
    await done.waitFor();
    const counts = await done.locator('td.num').allTextContents();
    assert.deepEqual(counts.map(Number), [KNOWN + UNKNOWN + 1, KNOWN, KNOWN, 0, 1, UNKNOWN]);
    assert.equal(await page.getByRole('table', { name: '登録のない行' }).locator('tbody tr').count(), 100);
    await page.getByText('ほか50行').waitFor();
    await settle(page);
    await shot(page, '41-list');
    await assertAccessible(page);
    const lines = (await downloaded(page, '登録のない行をCSVで')).split('\r\n').slice(0, -1);
    assert.equal(lines.length, UNKNOWN + 1);
    assert.equal(lines[0], '\uFEFF行番号,内容');
    assert.equal(lines[1], `${KNOWN + 2},'=見知らぬ人1`);
    assert.equal(lines.at(-1), `${KNOWN + UNKNOWN + 1},'=見知らぬ人${UNKNOWN}`);

    await page.goto(`${serverUrl()}/segments/new?name=${encodeURIComponent('内覧会に招いた人')}`);
    await settle(page);
    await add(page, '条件', 'リスト（ファイルで集めた名簿）');
    await waitForTotal(page, KNOWN);
    await page.locator('button.v', { hasText: NAME }).waitFor();
    await shot(page, '41-list-segment');
    await assertAccessible(page);
    await page.getByRole('button', { name: '保存する', exact: true }).click();
    await page.waitForURL(/segments\/seg_/);
    const saved = await ask(page, token, 'GET', `/api/v1/segments/${page.url().split('/').pop()}`);
    assert.match(saved.sentence.ja, new RegExp(NAME));
    assertNoFaults(page, /422/);
  } finally {
    await leave(page);
  }
});

test('the unknown lines are still there later, in English', { timeout: 180_000 }, async () => {
  const page = await openSignedIn(chromium.browser, { language: 'en' });
  try {
    await page.goto(`${serverUrl()}/lists`);
    await page.getByRole('link', { name: NAME }).click();
    await page.getByText(`In the last file ${UNKNOWN} lines mean nobody who is known.`).waitFor();
    await settle(page);
    await shot(page, '41-list');
    await assertAccessible(page);
    const lines = (await downloaded(page, 'Unknown lines as CSV')).split('\r\n').slice(0, -1);
    assert.equal(lines.length, UNKNOWN + 1);
    assert.equal(lines[0], '\uFEFFline,text');
    assertNoFaults(page);
  } finally {
    await leave(page);
  }
});
