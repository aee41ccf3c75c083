// @segment/analytics-node, unchanged: `node segment.mjs HOST WRITE_KEY PERSON ORDER`.
// Prints one JSON line per event that the SDK says it delivered, and fails when it says that one was not.
import { Analytics } from '@segment/analytics-node';
import { events } from './events.mjs';

const [host, writeKey, person, order] = process.argv.slice(2);
const analytics = new Analytics({ host, writeKey, flushInterval: 100, maxRetries: 2 });
const failures = [];
analytics.on('error', (error) => failures.push(error));

const delivered = (verb) =>
  new Promise((resolve) => {
    verb((error, context) => {
      if (error) failures.push(error);
      else console.log(JSON.stringify({ type: context.event.type, messageId: context.event.messageId }));
      resolve();
    });
  });

await Promise.all(events(person, order).map(([type, message]) => delivered((done) => analytics[type](message, done))));
await analytics.closeAndFlush({ timeout: 10_000 });
for (const failure of failures) console.error(failure);
process.exit(failures.length === 0 ? 0 : 1);
