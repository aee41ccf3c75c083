// Runs the walks (walks/*.test.mjs) one after the other against a server that is up.
//
// `cargo xtask e2e` starts the server and sets ENISHI_E2E_URL, ENISHI_E2E_LOG and ENISHI_E2E_CHROMIUM.
// An argument runs only the walks whose file name holds it.
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { serverUrl, waitUntilReady } from './lib/server.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const filter = process.argv[2] ?? '';
const files = readdirSync(join(here, 'walks'))
  .filter((name) => name.endsWith('.test.mjs') && name.includes(filter))
  .sort()
  .map((name) => join(here, 'walks', name));

if (files.length === 0) {
  console.error(`no walk matches "${filter}"`);
  process.exit(1);
}
mkdirSync(join(here, 'screenshots'), { recursive: true });
// A session of an earlier server on the same port is of no use.
rmSync(join(here, 'test-results'), { recursive: true, force: true });
await waitUntilReady(serverUrl());

// One file at a time: the walks share one company, and a page in its neighbour's way proves nothing.
const stream = run({ files, concurrency: 1, timeout: 600_000 });
let failed = 0;
stream.on('test:fail', (event) => {
  if (event.todo === undefined) failed += 1;
});
stream.compose(spec).pipe(process.stdout);
stream.on('end', () => {
  process.exitCode = failed === 0 ? 0 : 1;
});
