// Two people, two browsers, one thing: whoever saves second is asked, and overwrites nothing unasked.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ask, tokenOf, until } from '../lib/api.mjs';
import { assertAccessible } from '../lib/axe.mjs';
import { assertNoFaults, openBrowser, openPage, settle, shot } from '../lib/browser.mjs';
import { serverUrl } from '../lib/server.mjs';
import { leave, openSignedIn } from '../lib/session.mjs';

/** The refused save is the point of the walk; the preview's frame is shut away. */
const REFUSED = /status of 409|sandboxed|\/preview\//;

const CONFLICT = 'ほかの人が先に保存しました';

let chromium;
let owner;
let token;
let colleague;

before(async () => {
  chromium = await openBrowser();
  owner = await openSignedIn(chromium.browser, { language: 'ja' });
  token = await tokenOf(owner);
  colleague = await joined();
});

after(async () => {
  if (owner) await leave(owner);
  await colleague?.context().close();
  await chromium?.close();
});

/** A second person with a session of their own: invited by link, as people are. */
async function joined() {
  const invitation = await ask(owner, token, 'POST', '/api/v1/members/invite', { role: 'marketer' });
  const page = await openPage(chromium.browser, { language: 'ja' });
  await page.goto(invitation.url);
  await page.getByLabel('お名前').fill('佐藤 二郎');
  await page.getByLabel('メールアドレス').fill(`jiro-${Date.now()}@example.jp`);
  await page.getByLabel('パスワード').fill('nagai-himitsu-no-kotoba');
  await page.getByRole('button', { name: 'はじめる' }).click();
  await page.waitForURL(`${serverUrl()}/`);
  await settle(page);
  assertNoFaults(page);
  return page;
}

const campaign = (id) => ask(owner, token, 'GET', `/api/v1/campaigns/${id}`);

/** Renames the campaign on show; the name is saved by itself. */
async function rename(page, name) {
  await page.getByRole('button', { name: '名前を変える' }).click();
  const dialog = page.getByRole('dialog', { name: 'キャンペーンの名前' });
  await dialog.getByLabel('名前').fill(name);
  await dialog.getByRole('button', { name: 'できた' }).click();
}

test('the second of two who edit a campaign is asked', { timeout: 120_000 }, async () => {
  const { id } = await ask(owner, token, 'POST', '/api/v1/campaigns', { name: '二人で作る下書き' });
  for (const page of [owner, colleague]) {
    await page.goto(`${serverUrl()}/campaigns/${id}`);
    await page.getByRole('heading', { level: 1, name: '二人で作る下書き' }).waitFor();
    await settle(page);
  }

  await rename(owner, '一人目の名前');
  await until('the first save', async () => (await campaign(id)).name === '一人目の名前');
  assertNoFaults(owner);

  await rename(colleague, '二人目の名前');
  const asked = colleague.getByRole('dialog', { name: CONFLICT });
  await asked.waitFor();
  assert.equal((await campaign(id)).name, '一人目の名前', 'nothing was overwritten');
  await shot(colleague, '40-conflict', { fullPage: false });
  await assertAccessible(colleague);

  // Taking the other's: nothing of one's own is saved.
  await asked.getByRole('button', { name: '相手の内容を読み込む' }).click();
  await colleague.getByRole('heading', { level: 1, name: '一人目の名前' }).waitFor();
  assert.equal((await campaign(id)).name, '一人目の名前');

  // The one who took over can go on; now the first comes second, and insists.
  await rename(colleague, '二人目の続き');
  await until('the save after taking over', async () => (await campaign(id)).name === '二人目の続き');
  await rename(owner, '一人目の決定');
  const insisted = owner.getByRole('dialog', { name: CONFLICT });
  await insisted.waitFor();
  assert.equal((await campaign(id)).name, '二人目の続き');
  await insisted.getByRole('button', { name: '自分の内容で保存する' }).click();
  await until('the save that was insisted on', async () => (await campaign(id)).name === '一人目の決定');
  await insisted.waitFor({ state: 'hidden' });
  assertNoFaults(owner, REFUSED);
  assertNoFaults(colleague, REFUSED);
});

test('the second of two who edit an email keeps theirs as a copy', { timeout: 120_000 }, async () => {
  const [starter] = await ask(owner, token, 'GET', '/api/v1/contents/gallery');
  const { id } = await ask(owner, token, 'POST', '/api/v1/contents', { starter: starter.id });
  const subject = async () => (await ask(owner, token, 'GET', `/api/v1/contents/${id}`)).document;
  for (const page of [owner, colleague]) {
    await page.goto(`${serverUrl()}/contents/${id}`);
    await page.getByRole('button', { name: '保存する' }).waitFor();
    await settle(page);
  }
  await owner.getByLabel('件名').first().fill('一人目の件名');
  await owner.getByRole('button', { name: '保存する' }).click();
  await until('the first save', async () => JSON.stringify(await subject()).includes('一人目の件名'));

  await colleague.getByLabel('件名').first().fill('二人目の件名');
  await colleague.getByRole('button', { name: '保存する' }).click();
  const asked = colleague.getByRole('dialog', { name: CONFLICT });
  await asked.waitFor();
  assert.ok(!JSON.stringify(await subject()).includes('二人目の件名'), 'nothing was overwritten');
  await asked.getByRole('button', { name: '写しとして保存する' }).click();
  await colleague.waitForURL((url) => /\/contents\/cnt_/.test(url.pathname) && !url.pathname.endsWith(id));
  await settle(colleague);
  assert.equal(await colleague.getByLabel('件名').first().inputValue(), '二人目の件名');
  assert.ok(JSON.stringify(await subject()).includes('一人目の件名'));
  assertNoFaults(owner, REFUSED);
  assertNoFaults(colleague, REFUSED);
});
