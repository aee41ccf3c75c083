// A rich menu is drawn, published and given to a segment; the platform has it for whom the rules name, and no longer.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { deflateSync, crc32 } from 'node:zlib';
import { ask, tokenOf, until } from '../lib/api.mjs';
import { assertAccessible } from '../lib/axe.mjs';
import { assertNoFaults, openBrowser, settle, shot } from '../lib/browser.mjs';
import { serverUrl } from '../lib/server.mjs';
import { leave, openSignedIn } from '../lib/session.mjs';

/** What the fake platform has: its channel, and its own name for the account and for people. */
const CHANNEL = '1234567890';
const SECRET = '8c570fa6dd201bb328f1c1eac23a96d8';
const BOT = 'U8e742f61d673b39c7fff3cecb7536ef0';
const GOLD = 'U00000000000000000000000000000481';
const OTHER = 'U00000000000000000000000000000482';

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
    type, mode: 'active', timestamp: Date.now(), webhookEventId: `01HMENU${String(happenings).padStart(19, '0')}`,
    deliveryContext: { isRedelivery: false }, source: { type: 'user', userId: user }, ...more,
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

/** The menu that somebody sees at the platform. */
async function sees(user) {
  const { menu } = await (await fetch(`${process.env.ENISHI_E2E_LINE}/_fake/menu/${user}`)).json();
  return menu;
}

/** A picture of LINE's compact size in two colours, as PNG. */
function picture(left, right) {
  const [width, height] = [1200, 405];
  const row = Buffer.alloc(1 + width * 3);
  for (let x = 0; x < width; x += 1) (x < width / 2 ? left : right).forEach((value, at) => { row[1 + x * 3 + at] = value; });
  const chunk = (kind, data) => {
    const body = Buffer.concat([Buffer.from(kind), data]);
    const ends = Buffer.alloc(8);
    ends.writeUInt32BE(data.length, 0);
    ends.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const rows = Buffer.concat(Array.from({ length: height }, () => row));
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

/** Finds the customer of a LINE id. */
async function customerOf(page, token, user) {
  return until('the new customer', async () => {
    const { items } = await ask(page, token, 'GET', '/api/v1/customers?is_anonymous=true&limit=100');
    for (const one of items) {
      const standings = await ask(page, token, 'GET', `/api/v1/customers/${one.id}/line`);
      if (standings.some((standing) => standing.user_id === user)) return one.id;
    }
    return null;
  });
}

async function giveRank(page, token, id, rank) {
  const { version } = await ask(page, token, 'GET', `/api/v1/customers/${id}`);
  await ask(page, token, 'PATCH', `/api/v1/customers/${id}`, { version, attributes: { card_rank: rank } });
}

test('gold members see another menu, as long as they are gold', { timeout: 300_000 }, async () => {
  const page = await openSignedIn(chromium.browser, { language: 'ja' });
  try {
    const token = await tokenOf(page);
    const account = await connected(page, token);
    for (const user of [GOLD, OTHER]) {
      await fetch(`${process.env.ENISHI_E2E_LINE}/_fake/friend/${user}`, { method: 'POST' });
      await tell(account, user, 'follow', { follow: { isUnblocked: false } });
    }
    const her = await customerOf(page, token, GOLD);
    await giveRank(page, token, her, 'ゴールド');
    const document = { version: 2, root: { all: [{ fact: { of: { attribute: 'card_rank' }, test: { text: { equals: 'ゴールド' } } } }] } };
    await ask(page, token, 'POST', '/api/v1/segments', { name: 'ゴールド会員', document });

    await page.goto(`${serverUrl()}/contents`);
    await settle(page);
    await page.getByRole('link', { name: 'リッチメニュー' }).click();
    await page.getByText('まだメニューがありません').waitFor();
    await settle(page);
    await shot(page, '48-none');
    await assertAccessible(page);
    await page.getByRole('button', { name: '新しいメニュー' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('メニューの名前').fill('ゴールド会員のメニュー');
    await dialog.getByRole('button', { name: '作る' }).click();

    // Publishing says what is missing; then a picture, a layout, what each half does.
    await page.getByRole('button', { name: '公開する' }).click();
    await page.getByText('画像を選んでください').waitFor();
    await page.locator('input[type=file]').setInputFiles({ name: 'menu.png', mimeType: 'image/png', buffer: picture([196, 160, 84], [35, 64, 122]) });
    await page.getByText('1,200 × 405').waitFor();
    await page.getByRole('button', { name: '2 に分ける', exact: true }).click();
    const form = page.getByRole('region', { name: '領域 A' });
    await form.getByLabel('開くURL').fill('https://shop.example.jp/gold');
    await form.getByLabel('読み上げの言葉').fill('ゴールド限定');
    await page.getByRole('group', { name: 'メニューの画像と領域' }).getByRole('button', { name: /^領域 B/ }).click();
    const second = page.getByRole('region', { name: '領域 B' });
    await second.getByLabel('タップしたとき').selectOption('postback');
    await second.getByLabel('知らせる内容').fill('coupon=gold');
    await second.getByLabel('友だちの言葉として表示する文').fill('クーポンをください');
    // By the mouse, then by keys; the fields follow.
    const areaB = page.getByRole('group', { name: 'メニューの画像と領域' }).getByRole('button', { name: /^領域 B/ });
    await areaB.focus();
    await page.keyboard.press('Shift+ArrowUp');
    await page.keyboard.press('Shift+ArrowUp');
    await until('the height in its field', async () => (await second.getByLabel('高さ').inputValue()) === '385');
    const box = await page.getByRole('group', { name: 'メニューの画像と領域' }).boundingBox();
    await page.mouse.move(box.x + box.width * 0.75, box.y + box.height * 0.5);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.75, box.y + box.height * 0.9, { steps: 4 });
    await page.mouse.up();
    await until('the area to have moved', async () => (await second.getByLabel('上から').inputValue()) === '20');
    const phone = page.getByRole('group', { name: '友だちの見えかた' });
    await phone.getByRole('button', { name: /^領域 B/ }).click();
    await phone.getByText('クーポンをください').waitFor();
    await settle(page);
    await shot(page, '48-designer');
    await assertAccessible(page);
    await page.getByRole('button', { name: '公開する' }).click();
    await page.getByText('公開中', { exact: true }).waitFor({ timeout: 30_000 });

    // Who sees it.
    await page.goto(`${serverUrl()}/line-menus`);
    await settle(page);
    await page.getByRole('button', { name: 'ルールを追加' }).click();
    const rules = page.getByRole('list').filter({ has: page.getByLabel('見る人') });
    await rules.getByLabel('セグメント', { exact: true }).selectOption({ label: 'ゴールド会員' });
    await rules.getByLabel('見せるメニュー').selectOption({ label: 'ゴールド会員のメニュー' });
    await page.getByRole('button', { name: 'ルールを保存' }).click();
    const menu = await until('her menu at the platform', async () => sees(GOLD));
    assert.equal(menu.chatBarText, 'メニュー');
    assert.equal(menu.areas.length, 2);
    assert.match(menu.areas[0].action.uri, /\/m\/rmp_/);
    assert.equal(await sees(OTHER), null, 'nobody else has it');
    await page.getByText('1人に反映済み').waitFor({ timeout: 20_000 });
    await settle(page);
    await shot(page, '48-rules');
    await assertAccessible(page);

    // A tap on the link leads on and is counted; one on the coupon is told by LINE.
    const led = await page.context().request.get(menu.areas[0].action.uri, { maxRedirects: 0, headers: { 'user-agent': 'Mozilla/5.0 (iPhone) Line/15.1.0' } });
    assert.equal(led.headers().location, 'https://shop.example.jp/gold');
    await tell(account, GOLD, 'postback', { postback: { data: menu.areas[1].action.data } });
    await page.goto(`${serverUrl()}/line-menus`);
    await page.getByText('タップ2回').first().waitFor();

    // She is gold no longer, and the menu is gone; gold again, and it is back.
    await giveRank(page, token, her, 'シルバー');
    await until('her menu to be taken away', async () => (await sees(GOLD)) === null);
    await giveRank(page, token, her, 'ゴールド');
    await until('her menu to be back', async () => (await sees(GOLD)) !== null);
    const { requests } = await (await fetch(`${process.env.ENISHI_E2E_LINE}/_fake/log`)).json();
    const linked = requests.filter((one) => /richmenu\/bulk\/(un)?link/.test(one.what)).map((one) => one.what.split(' ')[1].split('/').pop());
    assert.deepEqual(linked.slice(-3), ['link', 'unlink', 'link']);
    assertNoFaults(page, /422/);
  } finally {
    await leave(page);
  }
});

test('the menus read well in English', { timeout: 120_000 }, async () => {
  const page = await openSignedIn(chromium.browser, { language: 'en' });
  try {
    await page.goto(`${serverUrl()}/line-menus`);
    await settle(page);
    await page.getByRole('link', { name: 'ゴールド会員のメニュー' }).waitFor();
    await settle(page);
    await shot(page, '48-list');
    await assertAccessible(page);
    await page.getByRole('link', { name: 'ゴールド会員のメニュー' }).click();
    await page.getByRole('group', { name: 'The picture and its areas' }).waitFor();
    await settle(page);
    await shot(page, '48-designer');
    await assertAccessible(page);
    assertNoFaults(page);
  } finally {
    await leave(page);
  }
});
