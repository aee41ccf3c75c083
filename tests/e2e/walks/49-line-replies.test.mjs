// An account answers words that it knows; a launch is held against the month's messages.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { ask, tokenOf, until } from '../lib/api.mjs';
import { assertAccessible } from '../lib/axe.mjs';
import { assertNoFaults, openBrowser, settle, shot } from '../lib/browser.mjs';
import { serverUrl } from '../lib/server.mjs';
import { leave, openSignedIn } from '../lib/session.mjs';

/** What the fake platform has: its channel, and its own name for the account and for a person. */
const CHANNEL = '1234567890';
const SECRET = '8c570fa6dd201bb328f1c1eac23a96d8';
const BOT = 'U8e742f61d673b39c7fff3cecb7536ef0';
const PERSON = 'U00000000000000000000000000000491';

let chromium;
let happenings = 0;
before(async () => {
  chromium = await openBrowser();
});
after(() => chromium?.close());

/** Tells the account's webhook what somebody did, signed as LINE signs. */
async function tell(account, type, more = {}) {
  happenings += 1;
  const event = {
    type, mode: 'active', timestamp: Date.now(), webhookEventId: `01HANSW${String(happenings).padStart(19, '0')}`,
    deliveryContext: { isRedelivery: false }, source: { type: 'user', userId: PERSON }, ...more,
  };
  const body = JSON.stringify({ destination: BOT, events: [event] });
  const signature = createHmac('sha256', SECRET).update(body).digest('base64');
  const answer = await fetch(`${serverUrl()}/hooks/line/${account}`, { method: 'POST', body, headers: { 'x-line-signature': signature } });
  assert.equal(answer.status, 200, await answer.text());
}

/** The account of the fake; an earlier walk may have connected it. */
async function connected(page, token) {
  const senders = await ask(page, token, 'GET', '/api/v1/senders');
  const known = senders.find((sender) => sender.transport === 'line');
  if (known) return known.id;
  const body = { transport: 'line', line: { channel_id: CHANNEL, channel_secret: SECRET } };
  return (await ask(page, token, 'POST', '/api/v1/senders', body)).id;
}

test('known words are answered, and a friend has her name', { timeout: 240_000 }, async () => {
  const page = await openSignedIn(chromium.browser, { language: 'ja' });
  try {
    const token = await tokenOf(page);
    const account = await connected(page, token);
    await fetch(`${process.env.ENISHI_E2E_LINE}/_fake/friend/${PERSON}`, { method: 'POST' });
    await tell(account, 'follow', { follow: { isUnblocked: false } });
    await page.goto(`${serverUrl()}/line-replies`);
    await settle(page);
    await page.getByText('まだ自動応答がありません').waitFor();
    await page.getByRole('button', { name: '新しい自動応答' }).click();
    const sheet = page.getByRole('dialog');
    await sheet.getByLabel('名前').fill('営業時間');
    await sheet.getByLabel('届く言葉').fill('営業時間\nえいぎょう');
    await sheet.getByRole('button', { name: '保存' }).click();
    await sheet.locator('.err').first().waitFor();
    await sheet.getByLabel('答える文').fill('10時から19時まで、火曜定休です🍵');
    await settle(page);
    await shot(page, '49-form', { fullPage: false });
    await assertAccessible(page);
    await sheet.getByRole('button', { name: '保存' }).click();
    await sheet.waitFor({ state: 'detached' });
    await page.getByLabel('届いた言葉').fill('ｴｲｷﾞｮｳ');
    await page.getByRole('button', { name: '答えを見る' }).click();
    await page.getByText('10時から19時まで、火曜定休です🍵').waitFor();
    await settle(page);
    await shot(page, '49-list');
    await assertAccessible(page);

    // A token of the fake's own making is known to it alone, so this one is refused: the answer was tried, once.
    await tell(account, 'message', { replyToken: 'x', message: { id: '491', type: 'text', text: '　営業 時間' } });
    const tried = await until('the answer to be tried', async () => {
      const [rule] = await ask(page, token, 'GET', `/api/v1/line/${account}/replies`);
      return rule.n_accepted + rule.n_failed > 0 ? rule : null;
    });
    assert.equal(tried.n_failed, 1);
    const { requests } = await (await fetch(`${process.env.ENISHI_E2E_LINE}/_fake/log`)).json();
    assert.equal(requests.filter((one) => one.what === 'POST /v2/bot/message/reply').length, 1);

    // Her page has the name that she chose.
    const { items } = await ask(page, token, 'GET', '/api/v1/customers?is_anonymous=true&limit=100');
    let her;
    for (const one of items) {
      const standings = await ask(page, token, 'GET', `/api/v1/customers/${one.id}/line`);
      if (standings.some((standing) => standing.user_id === PERSON)) her = one;
    }
    await page.goto(`${serverUrl()}/customers/${her.id}`);
    await settle(page);
    await page.getByText('LINEでの名前: 縁 花子').waitFor();
    await shot(page, '49-name');
    await assertAccessible(page);
    assertNoFaults(page, /422/);
  } finally {
    await leave(page);
  }
});

test('the answers read well in English', { timeout: 120_000 }, async () => {
  const page = await openSignedIn(chromium.browser, { language: 'en' });
  try {
    await page.goto(`${serverUrl()}/line-replies`);
    await settle(page);
    await page.getByText('Automatic answers').first().waitFor();
    await settle(page);
    await shot(page, '49-list');
    await assertAccessible(page);
    // Nothing is deleted by one press.
    const rows = page.locator('.rp-row');
    await page.getByRole('button', { name: 'Delete' }).click();
    const asked = page.getByRole('dialog', { name: 'Delete this answer?' });
    await asked.waitFor();
    await shot(page, '49-remove', { fullPage: false });
    await assertAccessible(page);
    await asked.getByRole('button', { name: 'Cancel' }).click();
    await asked.waitFor({ state: 'hidden' });
    assert.equal(await rows.count(), 1);
    await page.getByRole('button', { name: 'Delete' }).click();
    await asked.getByRole('button', { name: 'Delete' }).click();
    await rows.waitFor({ state: 'detached' });
    assertNoFaults(page);
  } finally {
    await leave(page);
  }
});
