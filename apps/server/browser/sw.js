// Shows the pushes that Enishi sends, tells what became of them, and follows a browser that changes its address.
//
// A service worker has to live at the site's own address. Put a file there, such as /enishi-sw.js, that says
//   importScripts('https://<your Enishi>/push/sw.js');
// or add that line to the worker that is there already. Pushes of others are left to their own handlers.
(() => {
  'use strict';

  /** Where enishi-push.js leaves what this worker needs when nobody is looking. */
  const CACHE = 'enishi-push';
  const SETTINGS = '/enishi-push-settings';

  /** Returns what a push says, if it is one of Enishi's. */
  const read = (data) => {
    try {
      const said = data && data.json();
      return said && said.v === 1 && said.data && said.data.enishi ? said : null;
    } catch {
      return null;
    }
  };

  /** Tells what became of a push; whether it arrives must not matter to anybody here. */
  const tell = (said, word) =>
    fetch(`${said.data.enishi}/${word}`, { method: 'POST', mode: 'no-cors', credentials: 'omit', keepalive: true }).catch(() => {});

  self.addEventListener('push', (event) => {
    const said = read(event.data);
    if (!said) return;
    const shown = self.registration.showNotification(said.title, {
      body: said.body || '',
      image: said.image,
      tag: said.tag,
      silent: said.silent === true,
      actions: (said.actions || []).map(({ id, title }) => ({ action: id, title })),
      data: said,
    });
    event.waitUntil(shown.then(() => tell(said, 'shown')));
  });

  self.addEventListener('notificationclick', (event) => {
    const said = event.notification.data;
    if (!said || !said.data || !said.data.enishi) return;
    event.notification.close();
    const pressed = (said.actions || []).find(({ id }) => id === event.action);
    const link = (pressed && pressed.link) || said.link || '/';
    // An address of Enishi's own counts by being followed.
    const counts = link.startsWith(`${new URL(said.data.enishi).origin}/`);
    event.waitUntil(Promise.all([
      counts ? undefined : tell(said, 'clicked'),
      // Some browsers do not open what they do not trust; the tap has been told all the same.
      self.clients.openWindow(link).catch(() => {}),
    ]));
  });

  self.addEventListener('notificationclose', (event) => {
    const said = event.notification.data;
    if (said && said.data && said.data.enishi) event.waitUntil(tell(said, 'closed'));
  });

  self.addEventListener('pushsubscriptionchange', (event) => {
    event.waitUntil(follow(event));
  });

  /** Registers the browser's new address in the place of the old one. */
  async function follow(event) {
    const kept = await (await caches.open(CACHE)).match(SETTINGS);
    if (!kept) return;
    const { base, publicKey, endpoint, ...device } = await kept.json();
    const fresh = event.newSubscription
      || await self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: publicKey });
    const before = event.oldSubscription ? event.oldSubscription.endpoint : endpoint;
    const answer = await fetch(`${base}/v1/devices`, {
      method: 'POST',
      credentials: 'omit',
      body: JSON.stringify({ ...device, subscription: fresh.toJSON(), replaces: before }),
    });
    if (!answer.ok) throw new Error(`Enishi answered ${answer.status}`);
    const settings = { base, publicKey, endpoint: fresh.endpoint, ...device };
    await (await caches.open(CACHE)).put(SETTINGS, new Response(JSON.stringify(settings)));
  }
})();
