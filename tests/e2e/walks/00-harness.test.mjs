// The harness itself: each thing that should fail a walk does so.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { assertAccessible } from '../lib/axe.mjs';
import { assertNoFaults, openBrowser, openPage, settle, shot } from '../lib/browser.mjs';
import { signInLink } from '../lib/server.mjs';

const HEAD = '<!doctype html><html lang="ja"><head><title>見本</title><link rel="icon" href="data:,"></head>';
const PAGES = {
  '/good': `${HEAD}<body><main><h1>縁</h1><p>Good.</p></main></body></html>`,
  '/inline': `${HEAD}<body><main><h1>縁</h1></main><script>1</script></body></html>`,
  '/throws': `${HEAD}<body><main><h1>縁</h1></main><script src="/throw.js"></script></body></html>`,
  '/nameless': `${HEAD}<body><main><h1>縁</h1><button></button></main></body></html>`,
  '/wide': `${HEAD}<body><main><h1>縁</h1><div style="width:2000px">wide</div></main></body></html>`,
  '/broken': `${HEAD}<body><main><h1>縁</h1></main><img alt="" src="/500"></body></html>`,
};

let chromium;
let server;
let base;

before(async () => {
  server = createServer((request, response) => {
    if (request.url === '/500') return response.writeHead(500).end();
    const script = request.url === '/throw.js';
    response.setHeader('content-type', script ? 'text/javascript' : 'text/html; charset=utf-8');
    response.setHeader('content-security-policy', "default-src 'self'; style-src 'unsafe-inline'; img-src 'self' data:");
    response.end(script ? 'throw new Error("boom")' : PAGES[request.url]);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${server.address().port}`;
  chromium = await openBrowser();
});

after(async () => {
  await chromium?.close();
  server?.close();
});

async function visit(path) {
  const page = await openPage(chromium.browser);
  await page.goto(`${base}${path}`);
  await settle(page);
  return page;
}

test('a good page passes every check', async () => {
  const page = await visit('/good');
  await shot(page, '00-harness');
  await assertAccessible(page);
  assertNoFaults(page);
  await page.context().close();
});

for (const [path, pattern] of [
  ['/inline', /content security policy/i],
  ['/throws', /boom/],
  ['/broken', /500/],
]) {
  test(`the faults of ${path} are noticed`, async () => {
    const page = await visit(path);
    assert.throws(() => assertNoFaults(page), pattern);
    assertNoFaults(page);
    await page.context().close();
  });
}

test('a button without a name is not accessible', async () => {
  const page = await visit('/nameless');
  await assert.rejects(assertAccessible(page), /button-name/);
  await page.context().close();
});

test('a page that is wider than the screen is noticed', async () => {
  const page = await visit('/wide');
  await assert.rejects(shot(page, '00-harness-wide'), /wider than the screen/);
  await page.context().close();
});

test('the sign-in link is found in a log, colours and all', () => {
  const log = [
    'INFO listening on http://127.0.0.1:8080/',
    'sign in: \u001b[4mhttp://127.0.0.1:8080/sign-in?token=abc\u001b[0m',
    'documentation: https://example.com/?a=b',
  ].join('\n');
  assert.equal(signInLink('http://127.0.0.1:8080', log), 'http://127.0.0.1:8080/sign-in?token=abc');
  assert.throws(() => signInLink('http://127.0.0.1:8080', 'nothing'), /no sign-in link/);
});
