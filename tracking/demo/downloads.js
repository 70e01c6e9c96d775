// A small almanac inside a shadow root, as a part from another workshop would be: what to do in the month.

const MONTHS = [
  ['January', 'Plant what is bare of leaves, on any day without frost.'],
  ['February', 'Lay hedges now, before the birds have plans for them.'],
  ['March', 'Look at every tie: a finger must fit between it and the bark.'],
  ['April', 'Wait. The oak comes up three weeks after you stop looking.'],
  ['May', 'Pull the grass from a square metre round each young tree.'],
  ['June', 'Water slowly: one can for each tree, once a week, in its first two summers.'],
  ['July', 'Sit in somebody else’s shade and be grateful.'],
  ['August', 'Take the stake away from any tree that has had it for two summers.'],
  ['September', 'Mark the trees you admire while their leaves still tell them apart.'],
  ['October', 'Gather acorns, float them, and sow the same day.'],
  ['November', 'Sow rowan and cherry outdoors: they want a winter before they wake.'],
  ['December', 'Order nothing. Sharpen the spade.'],
];

class SowingAlmanac extends HTMLElement {
  connectedCallback() {
    let month = new Date().getMonth();
    const name = document.createElement('h3');
    name.setAttribute('part', 'month');
    const advice = document.createElement('p');
    advice.setAttribute('part', 'advice');
    advice.setAttribute('role', 'status');
    const button = document.createElement('button');
    button.type = 'button';
    button.id = 'next-month';
    button.textContent = 'Next month';
    button.setAttribute('part', 'button');
    const show = () => {
      const [title = '', text = ''] = MONTHS[month] ?? [];
      name.textContent = title;
      advice.textContent = text;
    };
    button.addEventListener('click', () => {
      month = (month + 1) % MONTHS.length;
      show();
    });
    show();
    this.attachShadow({ mode: 'open' }).append(name, advice, button);
  }
}

customElements.define('sowing-almanac', SowingAlmanac);
