// Pushes: a visitor allows them in a shop's page, signs up, gets a campaign on her browser, taps it, and loses a browser.
import assert from 'node:assert/strict';
import { createDecipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { ask, tokenOf, until } from '../lib/api.mjs';
import { assertAccessible } from '../lib/axe.mjs';
import { assertNoFaults, openBrowser, openPage, settle, shot } from '../lib/browser.mjs';
import { serverUrl } from '../lib/server.mjs';
import { leave, openSignedIn } from '../lib/session.mjs';

/** A preview that cannot be rendered yet is answered with 422. */
const UNFINISHED = /422/;

let chromium;
let shop;
before(async () => {
  chromium = await openBrowser();
  shop = await openShop();
});
after(async () => {
  shop?.server.close();
  await chromium?.close();
});

/**
 * The shop's own server: a page with the opt-in script, the worker that the script registers, and - for headless Chromium
 * reaches none - a push service.
 */
async function openShop() {
  const subscriptions = new Map();
  const answers = new Map();
  const got = [];
  let page = '';
  const server = createServer((request, response) => {
    const send = (status, type, text) => response.writeHead(status, { 'content-type': type }).end(text);
    if (request.url === '/') return send(200, 'text/html; charset=utf-8', page);
    if (request.url === '/favicon.ico') return send(204, 'image/x-icon', '');
    if (request.url === '/enishi-sw.js') return send(200, 'text/javascript', `importScripts('${serverUrl()}/push/sw.js');`);
    const id = request.url.split('/').pop();
    if (request.method !== 'POST' || !subscriptions.has(id)) return send(404, 'text/plain', '');
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      got.push({ id, headers: request.headers, said: open(Buffer.concat(parts), subscriptions.get(id)) });
      send(answers.get(id) ?? 201, 'text/plain', '');
    });
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const base = `http://127.0.0.1:${server.address().port}`;
  return {
    server,
    base,
    got,
    answers,
    show(html) {
      page = html;
    },
    /** What a browser would be given by its push service. */
    subscribe(id) {
      const keys = createECDH('prime256v1');
      keys.generateKeys();
      const own = { keys, auth: randomBytes(16) };
      subscriptions.set(id, own);
      return {
        endpoint: `${base}/push/${id}`,
        expirationTime: null,
        keys: { p256dh: keys.getPublicKey('base64url'), auth: own.auth.toString('base64url') },
      };
    },
  };
}

/** Opens a body as the browser does (RFC 8188, RFC 8291). */
function open(body, { keys, auth }) {
  const salt = body.subarray(0, 16);
  const length = body[20];
  const theirs = body.subarray(21, 21 + length);
  const sealed = body.subarray(21 + length);
  const derive = (secret, from, info, size) => Buffer.from(hkdfSync('sha256', secret, from, info, size));
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), keys.getPublicKey(), theirs]);
  const material = derive(keys.computeSecret(theirs), auth, info, 32);
  const key = derive(material, salt, 'Content-Encoding: aes128gcm\0', 16);
  const nonce = derive(material, salt, 'Content-Encoding: nonce\0', 12);
  const decipher = createDecipheriv('aes-128-gcm', key, nonce);
  decipher.setAuthTag(sealed.subarray(-16));
  const plain = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
  return JSON.parse(plain.subarray(0, plain.lastIndexOf(2)).toString('utf8'));
}

/** Opens the shop's page in a browser of a visitor's own, whose push service is the shop's. */
async function visit(id) {
  const page = await openPage(chromium.browser);
  await page.context().grantPermissions(['notifications'], { origin: shop.base });
  const subscription = shop.subscribe(id);
  await page.addInitScript((given) => {
    let present = null;
    const own = {
      endpoint: given.endpoint,
      options: { applicationServerKey: null },
      toJSON: () => given,
      unsubscribe: async () => {
        present = null;
        return true;
      },
    };
    PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
      window.keyGiven = applicationServerKey;
      present = own;
      return own;
    };
    PushManager.prototype.getSubscription = async () => present;
  }, subscription);
  await page.goto(shop.base);
  return page;
}

/** Hands a push to the page's worker, as the browser would, through its developer tools. */
async function deliver(page, said) {
  const tools = await page.context().newCDPSession(page);
  const registered = new Promise((found) => {
    tools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const own = registrations.find(({ scopeURL }) => scopeURL.startsWith(shop.base));
      if (own) found(own.registrationId);
    });
  });
  await tools.send('ServiceWorker.enable');
  await tools.send('ServiceWorker.deliverPushMessage', { origin: shop.base, registrationId: await registered, data: JSON.stringify(said) });
}

/**
 * Taps the notification that is shown. No tool taps for one, so the worker is told of a tap by itself; it may not wait for what it
 * does then, which the walk does in its place.
 */
async function tap(page) {
  const [worker] = page.context().serviceWorkers();
  await worker.evaluate(async () => {
    const [notification] = await self.registration.getNotifications();
    self.dispatchEvent(new NotificationEvent('notificationclick', { notification }));
  }).catch(() => {});
}

test('a visitor allows pushes, signs up, gets one and taps it; a browser that is gone is known', { timeout: 300_000 }, async () => {
  const admin = await openSignedIn(chromium.browser, { language: 'ja' });
  let her;
  try {
    const token = await tokenOf(admin);
    const { key: writeKey } = await ask(admin, token, 'POST', '/api/v1/write-keys', { name: '器の店', power: 'browser' });

    // The company sets pushes up.
    await admin.goto(`${serverUrl()}/settings/senders`);
    await settle(admin);
    await admin.getByRole('button', { name: '差出人を加える' }).first().click();
    const sheet = admin.getByRole('dialog');
    await sheet.getByText('プッシュ通知', { exact: true }).click();
    await sheet.getByLabel('差出人の名前').fill('青葉ストア');
    await sheet.getByLabel(/連絡先メールアドレス/).fill('push@aoba.example.jp');
    await shot(admin, '48-setup', { fullPage: false });
    await assertAccessible(admin);
    await sheet.getByRole('button', { name: '保存する' }).click();
    await sheet.getByText('まだ端末がありません。').waitFor();
    await settle(admin);
    await shot(admin, '48-site', { fullPage: false });
    await assertAccessible(admin);
    const senders = await ask(admin, token, 'GET', '/api/v1/senders');
    const sender = senders.find((one) => one.transport === 'push');
    assert.ok(sender.push.public_key.length === 87);

    // A visitor of the shop allows them by a click; nothing asks her before.
    shop.show(`<!doctype html><html lang="ja"><meta charset="utf-8"><title>青葉ストア</title><h1>器の店</h1>
      <script src="${sender.push.script_url}" data-write-key="${writeKey}" data-sender="${sender.id}" defer></script>
      <button data-enishi-push="ask">お知らせを受け取る</button>`);
    her = await visit('her-browser');
    await her.waitForFunction(() => document.documentElement.dataset.enishiPush === 'off');
    await her.getByRole('button', { name: 'お知らせを受け取る' }).click();
    await her.waitForFunction(() => document.documentElement.dataset.enishiPush === 'on');
    assert.equal(await her.evaluate(() => window.keyGiven), sender.push.public_key);
    const anonymousId = await her.evaluate(() => JSON.parse(localStorage.getItem('ajs_anonymous_id')));

    // She signs up, and what she allowed is hers.
    const signUp = await fetch(`${serverUrl()}/v1/identify`, {
      method: 'POST',
      body: JSON.stringify({ writeKey, anonymousId, userId: 'utsuwa-1', traits: { name: '山田 花子', email: 'hanako-push@example.jp' } }),
    });
    assert.equal(signUp.status, 200);
    const customer = await until('her to be known', async () => {
      const { items } = await ask(admin, token, 'GET', '/api/v1/customers?search=hanako-push');
      return items[0];
    });
    const devices = await ask(admin, token, 'GET', `/api/v1/customers/${customer.id}/devices`);
    assert.equal(devices.length, 1);
    assert.equal(devices[0].kind, 'browser');

    // A campaign to whoever can be reached by push.
    const reachable = { version: 2, root: { all: [{ reachable: { channel: 'push' } }] } };
    const segment = await ask(admin, token, 'POST', '/api/v1/segments', { name: '通知を許可した人', document: reachable });
    const draft = await ask(admin, token, 'POST', '/api/v1/campaigns', { name: '春の器 通知', document: {
      version: 1, target: { include: [segment.id] }, offer: { kind: 'none' }, timing: { kind: 'now' },
      goal: { event: 'order', window_days: 7 },
    } });
    await admin.goto(`${serverUrl()}/campaigns/${draft.id}?card=channel`);
    await settle(admin);
    await sheet.getByText(/push@aoba\.example\.jp/).click();
    await sheet.getByText('通知音を鳴らさずに届ける').waitFor();
    await shot(admin, '48-channel', { fullPage: false });
    await assertAccessible(admin);
    await sheet.getByRole('button', { name: 'できた' }).click();
    await sheet.waitFor({ state: 'detached' });
    await until('the sender to be saved', async () => {
      const saved = await ask(admin, token, 'GET', `/api/v1/campaigns/${draft.id}`);
      return saved.document.channel?.kind === 'push';
    });
    await admin.goto(`${serverUrl()}/campaigns/${draft.id}?card=contents`);
    await settle(admin);
    await sheet.getByLabel('タイトル').fill('{{ customer.name }}さま、春の器が届きました');
    await sheet.getByLabel('本文').fill('ひとつずつ表情の違う、薪窯の急須です。'.repeat(3));
    // What a locked screen cuts off is said, and what no device takes, too.
    await sheet.getByText(/開くまで続きが表示されません/).waitFor();
    await sheet.getByLabel('本文').fill('ひとつずつ表情の違う、薪窯の急須です。');
    await sheet.getByLabel('タップで開くURL').fill('shop.example.jp');
    await sheet.locator('.st-danger').first().waitFor();
    await sheet.getByLabel('タップで開くURL').fill('https://shop.example.jp/bizen');
    await sheet.locator('.st-danger').first().waitFor({ state: 'detached' });
    await sheet.getByRole('button', { name: 'ボタンを追加' }).click();
    await sheet.getByLabel('ボタンの文字').fill('見てみる');
    await sheet.locator('.pu-chrome').getByText('見てみる').waitFor();
    await settle(admin);
    await shot(admin, '48-words', { fullPage: false });
    await sheet.locator('.pu-chrome').scrollIntoViewIfNeeded();
    await shot(admin, '48-phones', { fullPage: false });
    await assertAccessible(admin);
    await sheet.getByRole('button', { name: 'できた' }).click();
    await sheet.waitFor({ state: 'detached' });
    await until('the draft to be saved', async () => {
      const readiness = await ask(admin, token, 'GET', `/api/v1/campaigns/${draft.id}/readiness`);
      return readiness.ready;
    });
    await admin.goto(`${serverUrl()}/campaigns/${draft.id}/review`);
    await settle(admin);
    await admin.locator('.pu-ios').getByText('山田 花子さま、春の器が届きました').waitFor();
    await shot(admin, '48-review');
    await admin.getByRole('button', { name: /人に送りはじめる$/ }).click();
    await until('the campaign to finish', async () => {
      const progress = await ask(admin, token, 'GET', `/api/v1/campaigns/${draft.id}/progress`);
      return progress.state === 'finished' && progress.accepted === 1;
    });

    // The push service has it once, sealed for her browser alone; her browser shows it, and she taps it.
    assert.equal(shop.got.length, 1);
    const [{ headers, said }] = shop.got;
    assert.equal(headers['content-encoding'], 'aes128gcm');
    assert.match(headers.authorization, /^vapid t=/);
    assert.equal(said.title, '山田 花子さま、春の器が届きました');
    assert.equal(said.actions[0].title, '見てみる');
    const shown = await until('the notice', async () => {
      await deliver(her, said);
      return her.evaluate(async () => {
        const registration = await navigator.serviceWorker.ready;
        const [notice] = await registration.getNotifications();
        return notice && { title: notice.title, body: notice.body };
      });
    });
    assert.deepEqual(shown, { title: said.title, body: said.body });
    await tap(her);
    await until('the tap in the report', async () => {
      const report = await ask(admin, token, 'GET', `/api/v1/campaigns/${draft.id}/report`);
      return report.figures.find((figure) => figure.metric === 'clicks')?.value === 1;
    });
    const report = await ask(admin, token, 'GET', `/api/v1/campaigns/${draft.id}/report`);
    assert.ok(!report.figures.some((figure) => figure.metric === 'opens'), 'nobody knows who looked');
    await admin.goto(`${serverUrl()}/campaigns/${draft.id}/report`);
    await settle(admin);
    await shot(admin, '48-report');
    await assertAccessible(admin);

    // The next one finds her browser gone.
    shop.answers.set('her-browser', 410);
    const again = await ask(admin, token, 'POST', `/api/v1/campaigns/${draft.id}/copy`, { name: '春の器 通知 2' });
    await ask(admin, token, 'POST', `/api/v1/campaigns/${again.id}/launch`, { version: again.version });
    await until('the second campaign to finish', async () => {
      const progress = await ask(admin, token, 'GET', `/api/v1/campaigns/${again.id}/progress`);
      return progress.state === 'finished' && progress.failed === 1;
    });
    await admin.goto(`${serverUrl()}/customers/${customer.id}`);
    await settle(admin);
    await admin.getByText('アプリか許可が削除された').waitFor();
    await admin.getByText('プッシュ通知を許可した').waitFor();
    // More than once where the browser was handed it again, while DevTools was not listening yet.
    await admin.getByText('プッシュ通知が表示された').first().waitFor();
    await admin.getByText('春の器 通知').first().waitFor();
    await shot(admin, '48-her-page');
    await assertAccessible(admin);
    assertNoFaults(admin, UNFINISHED);
    assertNoFaults(her, /left the machine: https:\/\/shop\.example\.jp/);
  } finally {
    await her?.context().close();
    await leave(admin);
  }
});
