// The nursery bed tells of itself by a call, where its neighbours carry data-event. Loads before the tracker on
// purpose: with the stub, a call made before the tracker is there waits in the queue for it.

/** @typedef {{ (...call: unknown[]): void, q?: unknown[][] }} Footfall */

const host = /** @type {{ footfall?: Footfall }} */ (window);

/** @type {Footfall} */
const stub = (...call) => {
  (stub.q ??= []).push(call);
};
host.footfall ??= stub;

for (const button of document.querySelectorAll('[data-tell]')) {
  button.addEventListener('click', () => {
    // Words, as data-event sends them, so that both ways give one kind of property.
    const product = button.getAttribute('data-product');
    const price = button.getAttribute('data-price');
    host.footfall?.('add_to_cart', { product, price });
  });
}
