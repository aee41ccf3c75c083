// A campaign through LINE: cards are made for the friends of an account, one of them taps, blocks and comes back.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { ask, tokenOf, until } from '../lib/api.mjs';
import { assertAccessible } from '../lib/axe.mjs';
import { assertNoFaults, openBrowser, settle, shot } from '../lib/browser.mjs';
import { serverUrl } from '../lib/server.mjs';
import { leave, openSignedIn } from '../lib/session.mjs';

/** What the fake platform has: its channel, and its own name for the account. */
const CHANNEL = '1234567890';
const SECRET = '8c570fa6dd201bb328f1c1eac23a96d8';
const BOT = 'U8e742f61d673b39c7fff3cecb7536ef0';
const FRIENDS = ['U00000000000000000000000000000471', 'U00000000000000000000000000000472'];
const PHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari Line/15.1.0';
/** A click sooner than this after the hand-over counts as a scanner's. */
const NOT_A_SCANNER_AFTER = 5_000;
/** What the browser says of the frame that shows the chat: that it is shut away is the point of it. */
const SANDBOXED = /sandboxed|\/preview\/|422/;

let chromium;
let happenings = 0;
before(async () => {
  chromium = await openBrowser();
});
after(() => chromium?.close());

/** Tells the account's webhook what somebody did, signed as LINE signs. */
async function tell(account, user, type, more = {}) {
  happenings += 1;
  const event = {
    type, mode: 'active', timestamp: Date.now(), webhookEventId: `01HSEND${String(happenings).padStart(19, '0')}`,
    deliveryContext: { isRedelivery: false }, source: { type: 'user', userId: user }, ...more,
  };
  const body = JSON.stringify({ destination: BOT, events: [event] });
  const signature = createHmac('sha256', SECRET).update(body).digest('base64');
  const answer = await fetch(`${serverUrl()}/hooks/line/${account}`, { method: 'POST', body, headers: { 'x-line-signature': signature } });
  assert.equal(answer.status, 200, await answer.text());
}

/** What the platform has taken for a person. */
async function received(user) {
  const log = await (await fetch(`${process.env.ENISHI_E2E_LINE}/_fake/log`)).json();
  return log.taken.filter((one) => one.user === user);
}

/** The account of the fake; an earlier walk may have connected it. */
async function connected(page, token) {
  const senders = await ask(page, token, 'GET', '/api/v1/senders');
  const known = senders.find((sender) => sender.transport === 'line');
  if (known) return known.id;
  const body = { transport: 'line', line: { channel_id: CHANNEL, channel_secret: SECRET } };
  return (await ask(page, token, 'POST', '/api/v1/senders', body)).id;
}

test('cards go to the friends of an account and a tap comes back', { timeout: 300_000 }, async () => {
  const page = await openSignedIn(chromium.browser, { language: 'ja' });
  try {
    const token = await tokenOf(page);
    const account = await connected(page, token);
    for (const user of FRIENDS) {
      await fetch(`${process.env.ENISHI_E2E_LINE}/_fake/friend/${user}`, { method: 'POST' });
      await tell(account, user, 'follow', { follow: { isUnblocked: false } });
    }
    const reachable = { version: 2, root: { all: [{ reachable: { channel: 'line' } }] } };
    const segment = await ask(page, token, 'POST', '/api/v1/segments', { name: 'LINEの友だち', document: reachable });
    const draft = await ask(page, token, 'POST', '/api/v1/campaigns', { name: '春の器 LINE', document: {
      version: 1, target: { include: [segment.id] }, offer: { kind: 'none' }, timing: { kind: 'now' },
      goal: { event: 'order', window_days: 7 },
    } });

    // The account, then the words.
    await page.goto(`${serverUrl()}/campaigns/${draft.id}?card=channel`);
    await settle(page);
    const sheet = page.getByRole('dialog');
    await sheet.getByText(/@216ru123/).click();
    await sheet.getByText('通知音を鳴らさずに届ける').waitFor();
    await shot(page, '47-channel', { fullPage: false });
    await assertAccessible(page);
    await sheet.getByRole('button', { name: 'できた' }).click();
    await sheet.waitFor({ state: 'detached' });
    await until('the account to be saved', async () => {
      const saved = await ask(page, token, 'GET', `/api/v1/campaigns/${draft.id}`);
      return saved.document.channel?.kind === 'line';
    });
    await page.goto(`${serverUrl()}/campaigns/${draft.id}?card=contents`);
    await settle(page);
    await sheet.getByLabel('本文').fill('春の器が届きました🍵');
    await sheet.getByRole('button', { name: 'メッセージを追加' }).click();
    await page.getByRole('menuitem', { name: 'カード' }).click();
    await sheet.getByLabel('通知とトーク一覧に出る文').fill('春の器のご案内');
    await sheet.getByLabel('見出し').fill('備前の急須');
    await sheet.getByLabel('説明').fill('ひとつずつ表情の違う、薪窯の急須です。');
    await sheet.getByLabel(/大きく見せる文字/).fill('12,800円');
    await sheet.getByRole('button', { name: 'ボタンを追加' }).click();
    await sheet.getByLabel('ボタンの文字').fill('見てみる');
    // What cannot be sent is said while it is written.
    await sheet.getByLabel('開くURL').fill('shop.example.jp');
    await sheet.locator('.st-danger').first().waitFor();
    await sheet.getByLabel('開くURL').fill('https://shop.example.jp/bizen');
    await sheet.locator('.st-danger').first().waitFor({ state: 'detached' });
    const chat = page.frameLocator('iframe').first();
    await chat.getByText('備前の急須').waitFor();
    await chat.getByText('春の器が届きました🍵').waitFor();
    await settle(page);
    await shot(page, '47-words', { fullPage: false });
    await assertAccessible(page);
    await sheet.getByRole('button', { name: 'できた' }).click();
    await sheet.waitFor({ state: 'detached' });
    await until('the draft to be saved', async () => {
      const readiness = await ask(page, token, 'GET', `/api/v1/campaigns/${draft.id}/readiness`);
      return readiness.ready;
    });
    await page.goto(`${serverUrl()}/campaigns/${draft.id}/review`);
    await settle(page);
    await page.frameLocator('iframe').first().getByText('備前の急須').waitFor();
    await shot(page, '47-review');
    await page.getByRole('button', { name: /人に送りはじめる$/ }).click();
    await until('the campaign to finish', async () => {
      const progress = await ask(page, token, 'GET', `/api/v1/campaigns/${draft.id}/progress`);
      return progress.state === 'finished' && progress.accepted >= FRIENDS.length;
    });
    const handedOver = Date.now();

    // Each has it once; a tap is hers, what LINE's robot fetches is nobody's.
    for (const user of FRIENDS) assert.equal((await received(user)).length, 1, user);
    const [{ messages }] = await received(FRIENDS[0]);
    assert.equal(messages[0].text, '春の器が届きました🍵');
    const link = messages[1].contents.footer.contents[0].action.uri;
    await until('a person’s pace', async () => Date.now() - handedOver > NOT_A_SCANNER_AFTER);
    for (const agent of ['facebookexternalhit/1.1;line-poker/1.0', PHONE]) {
      const followed = await page.context().request.get(link, { maxRedirects: 0, headers: { 'user-agent': agent } });
      assert.equal(followed.status(), 302);
      assert.equal(followed.headers().location, 'https://shop.example.jp/bizen');
    }
    await until('the tap in the report', async () => {
      const report = await ask(page, token, 'GET', `/api/v1/campaigns/${draft.id}/report`);
      return report.figures.find((figure) => figure.metric === 'clicks')?.value === 1;
    });
    await page.goto(`${serverUrl()}/campaigns/${draft.id}/report`);
    await settle(page);
    await shot(page, '47-report');
    await assertAccessible(page);

    // She blocks and comes back; all of it stands on her page.
    await tell(account, FRIENDS[0], 'unfollow');
    await tell(account, FRIENDS[0], 'follow', { follow: { isUnblocked: true } });
    const { items } = await ask(page, token, 'GET', '/api/v1/customers?is_anonymous=true&limit=50');
    let her;
    for (const one of items) {
      const standings = await ask(page, token, 'GET', `/api/v1/customers/${one.id}/line`);
      if (standings.some((standing) => standing.user_id === FRIENDS[0])) her = one;
    }
    await page.goto(`${serverUrl()}/customers/${her.id}`);
    await settle(page);
    await page.getByText('LINEをブロックした').waitFor();
    await page.getByText('ブロックを解いて戻った').waitFor();
    await page.getByText('春の器 LINE').first().waitFor();
    await shot(page, '47-her-page');
    await assertAccessible(page);
    assertNoFaults(page, SANDBOXED);
  } finally {
    await leave(page);
  }
});
