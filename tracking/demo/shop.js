// The demo shop's own behaviour: a cart that counts, details that open, forms that thank. Knows nothing of tracking.

const CART_KEY = 'acorn_cart';

/** @param {string} selector */
const all = (selector) => Array.from(document.querySelectorAll(selector));

const readCart = () => {
  try {
    return Number(sessionStorage.getItem(CART_KEY)) || 0;
  } catch {
    return 0;
  }
};

/** @param {number} count */
const showCart = (count) => {
  for (const place of all('[data-cart]')) place.textContent = `Cart: ${count}`;
};

showCart(readCart());

for (const button of all('[data-add]')) {
  button.addEventListener('click', () => {
    const count = readCart() + 1;
    try {
      sessionStorage.setItem(CART_KEY, String(count));
    } catch {
      // The cart then lasts for one page.
    }
    showCart(count);
    const said = button.closest('.product')?.querySelector('.said');
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
