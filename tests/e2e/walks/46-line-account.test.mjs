// A LINE account is connected; a follow, words and a block come in signed, and are seen on the customer's page.
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
const PERSON = 'U00000000000000000000000000000046';

let chromium;
let happenings = 0;
before(async () => {
  chromium = await openBrowser();
});
after(() => chromium?.close());

/** Tells the account's webhook what a person did, signed as LINE signs. */
async function tell(webhook, type, more = {}) {
  happenings += 1;
  const event = {
    type, mode: 'active', timestamp: Date.now(), webhookEventId: `01HWALK${String(happenings).padStart(19, '0')}`,
    deliveryContext: { isRedelivery: false }, source: { type: 'user', userId: PERSON }, ...more,
  };
  const body = JSON.stringify({ destination: BOT, events: [event] });
  const signature = createHmac('sha256', SECRET).update(body).digest('base64');
  const answer = await fetch(webhook, { method: 'POST', body, headers: { 'x-line-signature': signature } });
  assert.equal(answer.status, 200, await answer.text());
}

/** Opens the state of the account from its row. */
async function openState(page, name, item) {
  await page.goto(`${serverUrl()}/settings/senders`);
  await settle(page);
  await page.getByRole('row', { name: /青葉ストア.*@216ru123/ }).getByRole('button', { name }).click();
  await page.getByRole('menuitem', { name: item }).click();
  await page.getByRole('dialog').waitFor();
}

test('a LINE account is connected and its friends become customers', { timeout: 240_000 }, async () => {
  const page = await openSignedIn(chromium.browser, { language: 'ja' });
  try {
    await page.goto(`${serverUrl()}/settings/senders`);
    await settle(page);
    await page.getByRole('button', { name: '差出人を加える' }).click();
    const sheet = page.getByRole('dialog');
    await sheet.getByText('LINE公式アカウント').click();
    await sheet.getByLabel('チャネルID', { exact: true }).fill(CHANNEL);
    await sheet.getByLabel('チャネルシークレット', { exact: true }).fill('0000');
    await shot(page, '46-connect', { fullPage: false });
    await assertAccessible(page);
    // LINE itself says that the secret is not right.
    await sheet.getByRole('button', { name: '保存', exact: false }).click();
    await sheet.getByText('組み合わせがLINEに受け付けられませんでした').first().waitFor();
    await shot(page, '46-refused', { fullPage: false });
    await sheet.getByLabel('チャネルシークレット', { exact: true }).fill(SECRET);
    await sheet.getByRole('button', { name: '保存', exact: false }).click();
    // What comes next is pasting the address into LINE's console.
    const shown = sheet.getByText('/hooks/line/snd_');
    await shown.waitFor();
    const webhook = (await shown.textContent()).trim();
    await sheet.getByText('LINEからはまだ何も届いていません').waitFor();
    await shot(page, '46-silent', { fullPage: false });
    await assertAccessible(page);

    await tell(webhook, 'follow', { follow: { isUnblocked: false } });
    await tell(webhook, 'message', { message: { id: '468', type: 'text', text: 'はじめまして😀' } });
    await sheet.getByText('1人').first().waitFor();
    await sheet.getByRole('button', { name: '接続を確かめる' }).click();
    await page.getByText('LINEにつながっています').waitFor();
    await shot(page, '46-state', { fullPage: false });
    await page.keyboard.press('Escape');

    // The follow made somebody of whom nothing else is known.
    const token = await tokenOf(page);
    const her = await until('the new customer', async () => {
      const { items } = await ask(page, token, 'GET', '/api/v1/customers?is_anonymous=true&limit=10');
      for (const one of items) {
        const standings = await ask(page, token, 'GET', `/api/v1/customers/${one.id}/line`);
        if (standings.some((standing) => standing.user_id === PERSON)) return one;
      }
      return null;
    });
    await page.goto(`${serverUrl()}/customers/${her.id}`);
    await settle(page);
    await page.getByText('LINEの友だちになった').waitFor();
    await page.getByText('はじめまして😀').waitFor();
    await page.getByText('友だち', { exact: true }).waitFor();
    // The page moves by itself: she blocks, takes her words back, and returns.
    await tell(webhook, 'unfollow');
    await page.getByText('LINEをブロックした').waitFor();
    await page.reload();
    await settle(page);
    await page.getByText('ブロック中', { exact: true }).waitFor();
    await shot(page, '46-blocked');
    await assertAccessible(page);
    await tell(webhook, 'unsend', { unsend: { messageId: '468' } });
    await tell(webhook, 'follow', { follow: { isUnblocked: true } });
    await page.reload();
    await settle(page);
    await page.getByText('ブロックを解いて戻った').waitFor();
    await page.getByText('送信を取り消しました').waitFor();
    assert.equal(await page.getByText('はじめまして').count(), 0, 'her words are gone');
    await shot(page, '46-back');

    // A member of the shop links and parts again.
    await ask(page, token, 'POST', '/api/v1/customers', { external_id: 'LINE-46', full_name: '連携 花子' });
    const account = webhook.split('/').pop();
    const { link_token } = await ask(page, token, 'POST', `/api/v1/customers/${her.id}/line/${account}/link-token`, {});
    const begun = await ask(page, token, 'POST', `/api/v1/line/${account}/links`, { external_id: 'LINE-46', link_token });
    const nonce = new URL(begun.address).searchParams.get('nonce');
    await tell(webhook, 'accountLink', { link: { result: 'ok', nonce } });
    await page.reload();
    await settle(page);
    await page.getByRole('heading', { name: /連携 花子/ }).first().waitFor();
    await page.getByRole('button', { name: '連携を解く' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    await settle(page);
    await shot(page, '46-part', { fullPage: false });
    await assertAccessible(page);
    await dialog.getByRole('button', { name: '連携を解く' }).click();
    await page.getByText('LINEの友だちではありません').waitFor();
    assertNoFaults(page, /422/);
  } finally {
    await leave(page);
  }
});

test('the state of the account reads well in English', { timeout: 120_000 }, async () => {
  const page = await openSignedIn(chromium.browser, { language: 'en' });
  try {
    await openState(page, /Actions/i, 'State of LINE');
    await page.getByRole('dialog').getByText('Block rate').waitFor();
    await settle(page);
    await shot(page, '46-state', { fullPage: false });
    await assertAccessible(page);
    assertNoFaults(page);
  } finally {
    await leave(page);
  }
});
