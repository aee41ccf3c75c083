// A client that we did not write sends to the fake: `node reference.mjs '{"port", "ca", "key", "team", "keyId", "topic", "devices"}'`.
import { readFileSync } from 'node:fs';
import apn from '@parse/node-apn';

const config = JSON.parse(process.argv[2]);
const provider = new apn.Provider({
  token: { key: config.key, keyId: config.keyId, teamId: config.team },
  address: 'localhost',
  port: config.port,
  ca: readFileSync(config.ca),
  production: true,
});
const note = new apn.Notification();
note.topic = config.topic;
note.pushType = 'alert';
note.priority = 10;
note.expiry = Math.floor(Date.now() / 1000) + 60;
note.collapseId = 'spring.sale';
note.id = '01981b2c-0000-7000-8000-0123456789ab';
note.alert = { title: '春の新作', body: '花子さま 🌸' };
note.badge = 3;
note.sound = 'default';
const result = await provider.send(note, config.devices);
await provider.shutdown();
process.stdout.write(JSON.stringify({ sent: result.sent, failed: result.failed.map(({ device, status, response }) => ({ device, status, response })) }));
process.exit(0);
