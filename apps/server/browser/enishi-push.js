// Lets a site's visitors allow pushes, when they click, and tells Enishi whose browser it is.
//
//   <script src="https://<your Enishi>/push/enishi-push.js" data-write-key="…" data-sender="snd_…" data-worker="/enishi-sw.js" defer></script>
//   <button data-enishi-push="ask">お知らせを受け取る</button>
//
// The browser is asked only from a click. `document.documentElement.dataset.enishiPush` and the event `enishi-push` say how it
// stands: unsupported, denied, off or on.
(() => {
  'use strict';

  const script = document.currentScript;
  const { writeKey, sender, worker = '/enishi-sw.js' } = script.dataset;
  const base = script.src.slice(0, script.src.indexOf('/push/enishi-push.js'));
  const CACHE = 'enishi-push';
  const SETTINGS = '/enishi-push-settings';
  /** What was told last, so that a visit tells only what is new. */
  const TOLD = 'enishi_push';
  const DAY = 24 * 60 * 60 * 1000;
  const isSupported = 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;

  const stored = (name) => {
    try {
      const text = localStorage.getItem(name);
      return text === null ? null : JSON.parse(text);
    } catch {
      return null;
    }
  };
  const store = (name, value) => {
    try {
      localStorage.setItem(name, JSON.stringify(value));
    } catch {
      // A browser that keeps nothing tells it anew on every visit.
    }
  };

  /** Who it is, as the tracking script of the site knows: under its names, so that both speak of one person. */
  function person() {
    const user = window.analytics && typeof window.analytics.user === 'function' ? window.analytics.user() : null;
    let anonymousId = (user && user.anonymousId && user.anonymousId()) || stored('ajs_anonymous_id');
    if (!anonymousId) {
      anonymousId = crypto.randomUUID();
      store('ajs_anonymous_id', anonymousId);
    }
    const userId = (user && user.id && user.id()) || stored('ajs_user_id') || undefined;
    return { anonymousId, userId };
  }

  /** What people would call this browser. */
  function name() {
    const agent = navigator.userAgent;
    const find = (pairs) => (pairs.find(([, form]) => form.test(agent)) || [''])[0];
    const browser = find([
      ['Edge', /Edg\//], ['Opera', /OPR\//], ['Samsung Internet', /SamsungBrowser/], ['Firefox', /Firefox|FxiOS/],
      ['Chrome', /Chrome|CriOS/], ['Safari', /Safari/],
    ]);
    const system = find([
      ['Android', /Android/], ['iPhone', /iPhone/], ['iPad', /iPad/], ['Windows', /Windows/], ['Mac', /Mac OS/], ['Linux', /Linux/],
    ]);
    return [browser, system].filter(Boolean).join(', ');
  }

  async function call(path, body) {
    const answer = await fetch(`${base}${path}`, {
      method: body ? 'POST' : 'GET',
      credentials: 'omit',
      keepalive: Boolean(body),
      body: body && JSON.stringify({ writeKey, sender, kind: 'browser', ...body }),
    });
    if (!answer.ok) throw new Error(`Enishi answered ${answer.status} to ${path}`);
    return answer;
  }

  const publicKey = async () =>
    (await (await call(`/v1/projects/${encodeURIComponent(writeKey)}/push/${encodeURIComponent(sender)}`)).json()).publicKey;

  const ready = async () => {
    await navigator.serviceWorker.register(worker);
    return navigator.serviceWorker.ready;
  };

  /** Whether a subscription is one that Enishi's present key can send to. */
  function isOf(subscription, key) {
    const own = subscription.options && subscription.options.applicationServerKey;
    if (!own) return true;
    const text = btoa(String.fromCharCode(...new Uint8Array(own)));
    return text.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '') === key;
  }

  async function tell(subscription, key, replaces) {
    const who = person();
    await call('/v1/devices', { subscription: subscription.toJSON(), ...who, name: name(), replaces });
    store(TOLD, { endpoint: subscription.endpoint, userId: who.userId, at: Date.now() });
    const settings = { base, publicKey: key, endpoint: subscription.endpoint, writeKey, sender, kind: 'browser', name: name(), ...who };
    await (await caches.open(CACHE)).put(SETTINGS, new Response(JSON.stringify(settings)));
  }

  async function subscribe(registration, replaces) {
    const key = await publicKey();
    const subscription = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
    await tell(subscription, key, replaces);
  }

  /** Returns how this browser stands, and says so to the page. */
  async function state() {
    let now = 'off';
    if (!isSupported) now = 'unsupported';
    else if (Notification.permission === 'denied') now = 'denied';
    else if (Notification.permission === 'granted') {
      const registration = await navigator.serviceWorker.getRegistration(worker);
      if (registration && await registration.pushManager.getSubscription()) now = 'on';
    }
    document.documentElement.dataset.enishiPush = now;
    document.dispatchEvent(new CustomEvent('enishi-push', { detail: now }));
    return now;
  }

  /** Asks for the permission, from a click alone, and subscribes. */
  async function ask() {
    if (!isSupported) return state();
    if (navigator.userActivation && !navigator.userActivation.isActive) {
      throw new Error('Enishi asks for pushes only from a click');
    }
    if (await Notification.requestPermission() === 'granted') await subscribe(await ready());
    return state();
  }

  /** Takes the permission back, as far as a page can. */
  async function stop() {
    const registration = isSupported && await navigator.serviceWorker.getRegistration(worker);
    const subscription = registration && await registration.pushManager.getSubscription();
    if (subscription) {
      await call('/v1/devices/stop', { subscription: { endpoint: subscription.endpoint } });
      await subscription.unsubscribe();
      localStorage.removeItem(TOLD);
    }
    return state();
  }

  /** On each visit: tells that the browser is still there, whose it is now, or that its owner has taken the permission back. */
  async function look() {
    if (!isSupported) return state();
    const told = stored(TOLD);
    if (Notification.permission !== 'granted') {
      if (told && told.endpoint) {
        await call('/v1/devices/stop', { subscription: { endpoint: told.endpoint } });
        localStorage.removeItem(TOLD);
      }
      return state();
    }
    const registration = await ready();
    const subscription = await registration.pushManager.getSubscription();
    if (!subscription) {
      // What the browser has dropped by itself is asked for anew; she has allowed it.
      if (told) await subscribe(registration, told.endpoint);
      return state();
    }
    const { userId } = person();
    const isOld = !told || told.endpoint !== subscription.endpoint || told.userId !== userId || Date.now() - told.at > DAY;
    if (isOld) {
      const key = await publicKey();
      if (isOf(subscription, key)) {
        await tell(subscription, key, told ? told.endpoint : undefined);
      } else {
        await subscription.unsubscribe();
        await subscribe(registration, subscription.endpoint);
      }
    }
    return state();
  }

  const complain = (error) => console.warn('enishi-push:', error);
  document.addEventListener('click', (event) => {
    const pressed = event.target instanceof Element && event.target.closest('[data-enishi-push]');
    if (!pressed || pressed === document.documentElement) return;
    (pressed.dataset.enishiPush === 'stop' ? stop() : ask()).catch(complain);
  });
  window.enishiPush = { isSupported, state, ask, stop };
  look().catch(complain);
})();
