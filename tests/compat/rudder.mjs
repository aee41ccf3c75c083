// @rudderstack/rudder-sdk-node, unchanged: `node rudder.mjs HOST WRITE_KEY PERSON ORDER`.
// It posts gzip under a form's content type. Prints one JSON line per event, and fails when a flush does.
import { createRequire } from 'node:module';
import { events } from './events.mjs';

// The package is CommonJS and its default export differs between loaders.
const loaded = createRequire(import.meta.url)('@rudderstack/rudder-sdk-node');
const Analytics = loaded.default ?? loaded;

const [host, writeKey, person, order] = process.argv.slice(2);
const failures = [];
const analytics = new Analytics(writeKey, {
  dataPlaneUrl: host,
  flushAt: 20,
  flushInterval: 100,
  errorHandler: (error) => failures.push(error),
});

const send = (type, message) =>
  new Promise((resolve) => {
    analytics[type](message, (error) => {
      if (error) failures.push(error);
      else console.log(JSON.stringify({ type }));
      resolve();
    });
  });
// The callbacks come with the flush that carries the event.
const all = Promise.all(events(person, order).map(([type, message]) => send(type, message)));
await new Promise((resolve) => {
  analytics.flush((error) => {
    if (error) failures.push(error);
    resolve();
  });
});
await all;
for (const failure of failures) console.error(failure);
process.exit(failures.length === 0 ? 0 : 1);
