// The main job, as a marketer does it in one sitting: choose, look, launch, read what arrived, follow it to the money.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ask, tokenOf, until } from '../lib/api.mjs';
import { assertAccessible } from '../lib/axe.mjs';
import { assertNoFaults, openBrowser, settle, shot } from '../lib/browser.mjs';
import { serverUrl } from '../lib/server.mjs';
import { leave, openSignedIn } from '../lib/session.mjs';

const SEGMENT = '冷凍食品の買い足しどき';
const DRAFT = '冷凍食品 そろそろ買い足しませんか';

/** What the browser says of the frame that shows a mail: that it is shut away is the point of it. */
const SANDBOXED = /sandboxed|\/preview\//;

/** A receiver's phone; the walk's own browser calls itself headless, which counts as a program. */
const PHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1';

/** A click sooner than this after the hand-over counts as a scanner's. */
const NOT_A_SCANNER_AFTER = 5_000;

let chromium;
before(async () => {
  chromium = await openBrowser();
});
after(() => chromium?.close());

test('from a segment to the order it earned', { timeout: 300_000 }, async () => {
  const page = await openSignedIn(chromium.browser, { language: 'ja' });
  const token = await tokenOf(page);

  // The segment and its count.
  await page.goto(`${serverUrl()}/segments`);
  await page.getByRole('link', { name: SEGMENT }).first().click();
  await page.getByRole('heading', { level: 1, name: SEGMENT }).waitFor();
  const count = await until('the count of the segment', async () => {
    const text = await page.locator('.hero').first().textContent().catch(() => '');
    return Number((text ?? '').replaceAll(/[^0-9]/g, ''));
  });
  assert.ok(count > 0);
  await shot(page, '20-segment');
  await assertAccessible(page);
  assertNoFaults(page);

  // The draft, its review, the launch.
  await page.goto(`${serverUrl()}/campaigns`);
  await page.getByRole('link', { name: DRAFT }).first().click();
  await page.getByRole('heading', { level: 1, name: DRAFT }).waitFor();
  await shot(page, '21-campaign');
  await page.getByRole('link', { name: '開始の前に確かめる' }).or(page.getByRole('button', { name: '開始の前に確かめる' })).first().click();
  await page.waitForURL(/\/review$/);
  await settle(page);
  await shot(page, '22-review');
  assertNoFaults(page);
  const id = new URL(page.url()).pathname.split('/')[2];
  await page.getByRole('button', { name: /人に送りはじめる$/ }).click();
  await until('the campaign to finish', async () => {
    const progress = await ask(page, token, 'GET', `/api/v1/campaigns/${id}/progress`);
    return progress.state === 'finished' && progress.accepted > 0 ? progress : null;
  });
  const handedOver = Date.now();
  await page.goto(`${serverUrl()}/campaigns/${id}`);
  await settle(page);
  await shot(page, '23-campaign-finished');

  // What arrived, as its receiver sees it.
  await page.goto(`${serverUrl()}/inbox`);
  await page.getByText('冷凍庫、そろそろ空いていませんか？').first().waitFor();
  await page.getByText('冷凍庫、そろそろ空いていませんか？').first().click();
  await settle(page);
  await shot(page, '24-inbox');
  assertNoFaults(page, SANDBOXED);

  // A receiver clicks and orders.
  const [message] = (await ask(page, token, 'GET', '/api/v1/inbox?limit=1')).items;
  const opened = await ask(page, token, 'GET', `/api/v1/inbox/${message.id}`);
  const link = opened.links.find((address) => address.includes('/c/'));
  assert.ok(link, `no tracked link in ${opened.links}`);
  await until('a person’s pace', async () => Date.now() - handedOver > NOT_A_SCANNER_AFTER);
  const followed = await page.context().request.get(link, { maxRedirects: 0, headers: { 'user-agent': PHONE } });
  assert.equal(followed.status(), 302);
  const address = encodeURIComponent(message.recipient);
  const [customer] = (await ask(page, token, 'GET', `/api/v1/customers?search=${address}`)).items;
  const key = await ask(page, token, 'POST', '/api/v1/write-keys', { name: 'レジ', power: 'server' });
  const order = await page.context().request.post(`${serverUrl()}/v1/track`, {
    data: {
      writeKey: key.key,
      userId: customer.external_id,
      messageId: 'walk-order-1',
      event: 'Order Completed',
      properties: { order_id: 'WALK-1', revenue: 1980, currency: 'JPY', products: [] },
    },
  });
  assert.equal(order.status(), 200);

  // The report knows both.
  await until('the click and the order in the report', async () => {
    const report = await ask(page, token, 'GET', `/api/v1/campaigns/${id}/report`);
    const value = (metric) => report.figures.find((figure) => figure.metric === metric)?.value ?? 0;
    return value('clicks') === 1 && JSON.stringify(report).includes('1980');
  });
  await page.goto(`${serverUrl()}/campaigns/${id}/report`);
  await page.getByText('1,980').first().waitFor();
  await shot(page, '25-report');
  assertNoFaults(page, SANDBOXED);
  await leave(page);
});
