// First visits to a page in headless Chromium, each with an empty profile: when something is painted first, and
// which files of the server the page pulled.
//
// node paint.mjs <package.json beside playwright-core> <chromium> <address> <visits>
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [, , packageFile, executablePath, address, visits] = process.argv;
const require = createRequire(pathToFileURL(packageFile));
const { chromium } = require('playwright-core');

const paints = [];
let pulled = [];
for (let visit = 0; visit < Number(visits); visit += 1) {
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  const page = await browser.newPage({ locale: 'ja-JP' });
  const paths = [];
  page.on('request', (request) => {
    const url = new URL(request.url());
    // What the page asks of the API is no part of what must be loaded before it.
    if (url.origin === new URL(address).origin && !url.pathname.startsWith('/api/')) paths.push(url.pathname);
  });
  await page.goto(address, { waitUntil: 'networkidle' });
  const paint = await page.evaluate(
    () =>
      new Promise((resolve) => {
        new PerformanceObserver((list) => {
          const entry = list.getEntriesByName('first-contentful-paint')[0];
          if (entry) resolve(entry.startTime);
        }).observe({ type: 'paint', buffered: true });
      }),
  );
  paints.push(paint);
  pulled = [...new Set(paths)];
  await browser.close();
}
console.log(JSON.stringify({ paints, pulled }));
