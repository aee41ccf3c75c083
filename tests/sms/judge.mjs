// Reads {"calls": [{token, signature, url, fields}], "texts": [..]} and says what Twilio's own code makes of them.
import { readFileSync } from 'node:fs';
import calculator from 'sms-segments-calculator';
import twilio from 'twilio';

const job = JSON.parse(readFileSync(0, 'utf8'));
const calls = job.calls.map(({ token, signature, url, fields }) =>
  twilio.validateRequest(token, signature, url, Object.fromEntries(fields)));
const texts = job.texts.map((text) => {
  const { encodingName, segmentsCount } = new calculator.SegmentedMessage(text);
  return { alphabet: encodingName, parts: segmentsCount };
});
process.stdout.write(JSON.stringify({ calls, texts }));
