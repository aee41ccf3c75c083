// An APNs on loopback: `node apns.mjs '{"cert", "key", "publicKey", "team", "keyId", "topic", "acts"}'`.
// Prints its port, then a line of JSON for every request. `acts` says by device token what is done with its requests,
// one after another; the rest is taken.
import { readFileSync } from 'node:fs';
import http2 from 'node:http2';
import jsonwebtoken from 'jsonwebtoken';

const config = JSON.parse(process.argv[2]);
const publicKey = readFileSync(config.publicKey);
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const TYPES = ['alert', 'background', 'location', 'voip', 'complication', 'fileprovider', 'mdm'];
let sessions = 0;

const print = (line) => process.stdout.write(JSON.stringify(line) + '\n');

/** Returns Apple's status and word for what is wrong, or nothing. */
function fault(headers, body) {
  if (headers[':method'] !== 'POST') return [405, 'MethodNotAllowed'];
  const device = /^\/3\/device\/(.*)$/.exec(headers[':path'] ?? '');
  if (!device) return [404, 'BadPath'];
  if (!/^[0-9a-f]{64}$/i.test(device[1])) return [400, 'BadDeviceToken'];
  if (!headers.authorization) return [403, 'MissingProviderToken'];
  const [scheme, token] = headers.authorization.split(' ');
  if (scheme.toLowerCase() !== 'bearer') return [403, 'InvalidProviderToken'];
  try {
    const read = jsonwebtoken.verify(token, publicKey, { algorithms: ['ES256'], issuer: config.team, complete: true, maxAge: '1h' });
    if (read.header.kid !== config.keyId || read.payload.iat > Date.now() / 1000 + 60) return [403, 'InvalidProviderToken'];
  } catch (error) {
    return [403, error.message.includes('maxAge') ? 'ExpiredProviderToken' : 'InvalidProviderToken'];
  }
  if (!headers['apns-topic']) return [400, 'MissingTopic'];
  if (headers['apns-topic'] !== config.topic) return [400, 'DeviceTokenNotForTopic'];
  if (!TYPES.includes(headers['apns-push-type'])) return [400, 'InvalidPushType'];
  if (headers['apns-id'] !== undefined && !UUID.test(headers['apns-id'])) return [400, 'BadMessageId'];
  if (!/^\d{1,12}$/.test(headers['apns-expiration'] ?? '0')) return [400, 'BadExpirationDate'];
  if (!['1', '5', '10', undefined].includes(headers['apns-priority'])) return [400, 'BadPriority'];
  if (Buffer.byteLength(headers['apns-collapse-id'] ?? '') > 64) return [400, 'BadCollapseId'];
  if (body.length === 0) return [400, 'PayloadEmpty'];
  if (body.length > 4096) return [413, 'PayloadTooLarge'];
  let aps;
  try {
    ({ aps } = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)));
  } catch {
    return [400, 'PayloadUnreadable'];
  }
  if (typeof aps !== 'object' || Array.isArray(aps)) return [400, 'PayloadUnreadable'];
  if (headers['apns-push-type'] === 'background' && (headers['apns-priority'] === '10' || aps['content-available'] !== 1 || aps.alert)) {
    return [400, 'BadPriority'];
  }
  return undefined;
}

function answer(stream, id, status, body) {
  const headers = { ':status': status, 'apns-id': id };
  if (body?.retryAfter) headers['retry-after'] = String(body.retryAfter);
  stream.respond(headers);
  stream.end(status === 200 ? undefined : JSON.stringify({ reason: body.reason, timestamp: body.timestamp }));
}

const server = http2.createSecureServer({ cert: readFileSync(config.cert), key: readFileSync(config.key), settings: { maxConcurrentStreams: 1000 } });
server.on('session', (session) => {
  session.number = ++sessions;
  session.on('error', () => {});
});
server.on('stream', (stream, headers) => {
  const parts = [];
  stream.on('error', () => {});
  stream.on('data', (part) => parts.push(part));
  stream.on('end', () => {
    const body = Buffer.concat(parts);
    const device = (headers[':path'] ?? '').split('/').pop();
    const wrong = fault(headers, body);
    const act = wrong ? { status: wrong[0], reason: wrong[1] } : (config.acts[device]?.shift() ?? { status: 200 });
    print({ headers: { ...headers }, body: body.toString('base64'), verdict: wrong ? wrong[1] : 'good', act, session: stream.session.number });
    const id = headers['apns-id'] ?? '00000000-0000-4000-8000-000000000000';
    if (act.goaway === 'unread') {
      // "Streams above the last that I name were not acted on": this one is.
      stream.session.goaway(act.code ?? 0, stream.id - 2);
    } else if (act.goaway === 'read') {
      // This one was, and then the line is cut.
      stream.session.goaway(act.code ?? 0, stream.id);
      setTimeout(() => stream.session.destroy(), 20);
    } else if (act.refuse) {
      stream.close(http2.constants.NGHTTP2_REFUSED_STREAM);
    } else {
      answer(stream, id, act.status, act);
    }
  });
});
server.listen(0, '127.0.0.1', () => print({ port: server.address().port }));
// It ends with whoever started it.
process.stdin.on('end', () => process.exit(0)).resume();
