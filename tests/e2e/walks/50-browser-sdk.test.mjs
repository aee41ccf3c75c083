// The stock browser SDK in a shop's page: pointed here by its cdnURL alone, it reports here and nowhere else.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { ask, tokenOf, until } from '../lib/api.mjs';
import { assertNoFaults, openBrowser, openPage, settle, shot } from '../lib/browser.mjs';
import { serverUrl } from '../lib/server.mjs';
import { leave, openSignedIn } from '../lib/session.mjs';

/** The bundle of the package as published, with the pieces that it loads by itself. */
const BUNDLE = join(dirname(createRequire(import.meta.url).resolve('@segment/analytics-next/package.json')), 'dist/umd');

const PERSON = 'WALK-WEB-1';

let chromium;
let shop;
let origin;

before(async () => {
  chromium = await openBrowser();
  shop = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://shop');
    if (pathname.startsWith('/sdk/')) {
      const file = await readFile(join(BUNDLE, basename(pathname))).catch(() => null);
      response.writeHead(file ? 200 : 404, { 'content-type': 'text/javascript' });
      return response.end(file);
    }
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(`<!doctype html><html lang="ja"><head><title>お茶の店</title><link rel="icon" href="data:,">
      <script src="/sdk/index.js"></script></head><body><h1>緑茶</h1></body></html>`);
  });
  await new Promise((resolve) => shop.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${shop.address().port}`;
});

after(async () => {
  await chromium?.close();
  shop?.close();
});

test('what a visitor does reaches the customer’s story', { timeout: 120_000 }, async () => {
  const admin = await openSignedIn(chromium.browser, { language: 'ja' });
  const token = await tokenOf(admin);
  const key = await ask(admin, token, 'POST', '/api/v1/write-keys', { name: 'お茶の店', power: 'browser' });

  const visitor = await openPage(chromium.browser, { language: 'ja' });
  const delivered = [];
  visitor.on('response', (answer) => {
    const { pathname, host } = new URL(answer.url());
    if (host === new URL(serverUrl()).host) delivered.push(`${answer.status()} ${pathname}`);
  });
  await visitor.goto(`${origin}/products/green-tea?utm_source=walk`);
  const types = await visitor.evaluate(
    async ({ writeKey, cdnURL, person }) => {
      const [analytics] = await window.AnalyticsNext.AnalyticsBrowser.load({ writeKey, cdnURL });
      const contexts = [
        await analytics.page(),
        await analytics.identify(person, { plan: 'tea' }),
        await analytics.track('Product Viewed', { product_id: 'TEA-1', name: '一番茶', price: 1200, currency: 'JPY' }),
      ];
      return contexts.map((context) => context.event.type);
    },
    { writeKey: key.key, cdnURL: serverUrl(), person: PERSON },
  );
  assert.deepEqual(types, ['page', 'identify', 'track']);
  await until('the answers to the SDK', async () => delivered.filter((line) => /\/v1\/[pit]$/.test(line)).length >= 3);
  assert.ok(delivered.every((line) => line.startsWith('200 ')), delivered.join('\n'));
  // Also fails when the SDK talked to anybody but this machine.
  assertNoFaults(visitor);
  await visitor.context().close();

  const customer = await until('the customer', async () => {
    const found = await ask(admin, token, 'GET', `/api/v1/customers?search=${PERSON}`);
    return found.items[0];
  });
  await admin.goto(`${serverUrl()}/customers/${customer.id}`);
  const story = admin.getByRole('list', { name: 'やりとり' });
  await story.getByText('商品を見た').waitFor();
  await story.getByText('ページを見た').waitFor();
  await settle(admin);
  await shot(admin, '50-visitor');
  assertNoFaults(admin);
  await leave(admin);
});
