// What each SDK sends: one person, first anonymous, then known, who buys one thing.

/** Returns pairs of method name and message; `person` and `order` keep runs apart. */
export function events(person, order) {
  const anonymousId = `anon-${person}`;
  const userId = person;
  return [
    ['page', { anonymousId, name: 'Top', properties: { url: 'https://shop.example.com/', path: '/' } }],
    ['track', { anonymousId, event: 'Product Viewed', properties: { product_id: 'SKU-1', name: '縁結びの塩', price: 540, currency: 'JPY' } }],
    ['identify', { userId, anonymousId, traits: { email: `${person}@example.com`, name: '山田 𠮷子', plan: 'gold' } }],
    ['group', { userId, groupId: 'company-1', traits: { name: 'Example' } }],
    ['track', {
      userId,
      event: 'Order Completed',
      properties: {
        order_id: order,
        total: 1080,
        revenue: 1080,
        currency: 'JPY',
        products: [{ product_id: 'SKU-1', name: '縁結びの塩', price: 540, quantity: 2, category: '調味料' }],
      },
    }],
    ['alias', { userId, previousId: `old-${person}` }],
  ];
}
