// The demo shop's own behaviour: a cart that counts, details that open, forms that thank. Knows nothing of tracking.

const CART_KEY = 'acorn_cart';

/** @typedef {{ name: string, price: number }} Line */

/** @param {string} selector */
const all = (selector) => Array.from(document.querySelectorAll(selector));

/** @type {(text: string) => Line[]} */
const parseCart = JSON.parse;

/** @returns {Line[]} */
const readCart = () => {
  try {
    return parseCart(sessionStorage.getItem(CART_KEY) ?? '[]');
  } catch {
    return [];
  }
};

/** @param {readonly Line[]} lines */
const showCart = (lines) => {
  for (const place of all('[data-cart]')) place.textContent = `Cart: ${lines.length}`;
};

/** @param {readonly Line[]} lines */
const showOrder = (lines) => {
  const list = document.querySelector('[data-order]');
  const total = document.querySelector('[data-order-total]');
  const empty = document.querySelector('[data-order-empty]');
  if (!list || !total || !empty || !lines.length) return;
  for (const { name, price } of lines) {
    const item = document.createElement('li');
    const what = document.createElement('span');
    what.textContent = name;
    const cost = document.createElement('span');
    cost.textContent = `$${price}`;
    item.append(what, cost);
    list.append(item);
  }
  total.textContent = `$${lines.reduce((sum, { price }) => sum + price, 0)} in all`;
  total.toggleAttribute('hidden', false);
  empty.toggleAttribute('hidden', true);
};

showCart(readCart());
showOrder(readCart());

for (const button of all('[data-add]')) {
  button.addEventListener('click', () => {
    const product = button.closest('.product');
    const name = product?.querySelector('h2')?.textContent ?? '';
    const price = Number(product?.querySelector('.price')?.textContent.replace('$', ''));
    const lines = [...readCart(), { name, price }];
    try {
      sessionStorage.setItem(CART_KEY, JSON.stringify(lines));
    } catch {
      // The cart then lasts for one page.
    }
    showCart(lines);
    const said = product?.querySelector('.said');
    if (said) said.textContent = 'Added to your cart.';
  });
}

for (const button of all('.product [aria-controls]')) {
  button.addEventListener('click', () => {
    const details = document.getElementById(button.getAttribute('aria-controls') ?? '');
    if (!details) return;
    details.hidden = !details.hidden;
    button.setAttribute('aria-expanded', String(!details.hidden));
    button.textContent = details.hidden ? 'View details' : 'Hide details';
  });
}

for (const button of all('[data-scroll-to]')) {
  button.addEventListener('click', () => {
    document.getElementById(button.getAttribute('data-scroll-to') ?? '')?.scrollIntoView();
  });
}

for (const button of all('[data-say]')) {
  button.addEventListener('click', () => {
    const said = button.parentElement?.querySelector('.said');
    if (said) said.textContent = button.getAttribute('data-say');
  });
}

for (const form of document.forms) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const said = form.querySelector('.said');
    if (said) said.textContent = form.getAttribute('data-thanks');
    form.reset();
  });
}
