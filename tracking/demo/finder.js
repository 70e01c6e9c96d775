// The tree finder, a small single-page app. Its state is its address: the answers are the query (pushState; a
// changed answer replaceState), the part of the result one reads is the hash, and the back button goes back.
import { STANDS, TREES } from './trees.js';

const TITLE = 'Tree finder – Acorn Supply';
const AGES = ['ten', 'thirty', 'hundreds'];
const YEARS = [10, 30, 200];
// The drawing: 30 m of staff in its height.
const GROUND_Y = 310;
const UNITS_PER_M = 9.6;

/** @typedef {{ key: string, label: string, question: string, why: string, options: readonly (readonly [value: string, name: string, note: string])[] }} Step */

/** @type {readonly Step[]} */
const STEPS = [
  {
    key: 'place',
    label: 'Place',
    question: 'Where will it stand?',
    why: 'A tree takes about as much room below as above. Think of it grown up.',
    options: [
      ['garden', 'A garden', 'A few strides across, with neighbours'],
      ['verge', 'A verge', 'By a road: dust, salt and passers-by'],
      ['field', 'A field', 'Room enough for anything'],
    ],
  },
  {
    key: 'soil',
    label: 'Soil',
    question: 'What is it like underfoot?',
    why: 'Dig one spade deep, take a handful, and squeeze.',
    options: [
      ['dry', 'Dry', 'It runs through your fingers'],
      ['heavy', 'Heavy', 'It makes a sausage, and keeps it'],
      ['wet', 'Wet', 'Water drips out, or stands in the hole'],
    ],
  },
  {
    key: 'years',
    label: 'Patience',
    question: 'Whom is it for?',
    why: 'All of these are good answers.',
    options: [
      ['ten', 'For me', 'I would like to see it within ten years'],
      ['thirty', 'For my children', 'They may climb it in thirty'],
      ['hundreds', 'For people I shall never meet', 'Two hundred years will do'],
    ],
  },
];

const root = document.getElementById('finder');
const steps = document.querySelector('[data-steps]');

/** @typedef {Readonly<Record<string, string>>} Attributes */

/** @param {string} tag @param {Attributes} attributes @param {readonly (Node | string)[]} children */
const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};

/** @param {string} tag @param {Attributes} attributes @param {readonly Node[]} children */
const draw = (tag, attributes, ...children) => {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};

/** The answers of the address that are answers, up to the first that is missing. */
const readAnswers = () => {
  const given = new URLSearchParams(location.search);
  /** @type {Map<string, string>} */
  const answers = new Map();
  for (const { key, options } of STEPS) {
    const value = given.get(key);
    if (!value || !options.some(([option]) => option === value)) break;
    answers.set(key, value);
  }
  return answers;
};

/** @param {ReadonlyMap<string, string>} answers */
const addressOf = (answers) => {
  const query = new URLSearchParams([...answers]).toString();
  return location.pathname + (query ? `?${query}` : '');
};

/** @param {ReadonlyMap<string, string>} answers */
const findTree = (answers) => {
  const ageIndex = AGES.indexOf(answers.get('years') ?? '');
  const name = STANDS[answers.get('place') ?? '']?.[answers.get('soil') ?? '']?.[ageIndex];
  const tree = TREES[name ?? ''];
  return tree && { ...tree, height: tree.heightM[ageIndex] ?? 0, years: YEARS[ageIndex] ?? 0 };
};

/** @typedef {NonNullable<ReturnType<typeof findTree>>} Found */

/** @param {Found} tree The tree against a staff of 30 m, with a person for scale. */
const drawTree = ({ name, height, years }) => {
  const top = GROUND_Y - height * UNITS_PER_M;
  const crown = height * UNITS_PER_M * 0.72;
  const half = Math.max(crown * 0.42, 12);
  const middle = top + crown / 2;
  const trunk = Math.max(height * 0.32, 2);
  const marks = Array.from({ length: 10 }, (_, index) =>
    draw('rect', {
      x: '292',
      y: String(GROUND_Y - (index + 1) * 3 * UNITS_PER_M),
      width: '12',
      height: String(3 * UNITS_PER_M),
      fill: index % 2 ? 'var(--nut)' : 'var(--sheet)',
      stroke: 'var(--ink)',
    }),
  );
  const blobs = [
    [0, -0.22, 0.72],
    [-0.48, 0.12, 0.6],
    [0.48, 0.08, 0.62],
    [0, 0.26, 0.6],
  ].map(([x = 0, y = 0, size = 0]) =>
    draw('ellipse', {
      cx: String(150 + x * half),
      cy: String(middle + y * crown),
      rx: String(size * half),
      ry: String((size * crown) / 2.5),
    }),
  );
  return draw(
    'svg',
    {
      viewBox: '0 0 340 350',
      role: 'img',
      'aria-label': `${name}, ${height} metres tall after ${years} years, beside a person and a staff of 30 metres`,
    },
    draw('path', { d: `M0 ${GROUND_Y}h340v40H0z`, fill: 'var(--cap)', opacity: '.35' }),
    draw('path', { d: `M0 ${GROUND_Y}h340`, stroke: 'var(--cap)', 'stroke-width': '3' }),
    draw('path', {
      d: `M${150 - trunk} ${GROUND_Y}l${trunk / 2} ${middle - GROUND_Y}h${trunk}l${trunk / 2} ${GROUND_Y - middle}z`,
      fill: 'var(--cap)',
    }),
    draw('g', { fill: 'var(--leaf)' }, ...blobs),
    draw(
      'g',
      { fill: 'var(--ink)', transform: `translate(262 ${GROUND_Y - 17})` },
      draw('circle', { cx: '0', cy: '2.4', r: '2.4' }),
      draw('path', { d: 'M-3 5.500h6l.8 6h-1.600l-.5 5.500h-3.400l-.5-5.500h-1.600z' }),
    ),
    ...marks,
  );
};

/** @param {ReadonlyMap<string, string>} answers */
const showSteps = (answers) => {
  const current = STEPS[answers.size];
  steps?.replaceChildren(
    ...STEPS.map((step) => {
      const answer = answers.get(step.key);
      const chosen = step.options.find(([value]) => value === answer)?.[1];
      const item = make('li', {}, make('b', {}, step.label), chosen ?? '…');
      if (answer) item.setAttribute('data-done', '');
      if (step === current) item.setAttribute('aria-current', 'step');
      return item;
    }),
  );
};

/** @param {Step} step @param {ReadonlyMap<string, string>} answers */
const makeQuestion = (step, answers) => [
  make('h1', { tabindex: '-1' }, step.question),
  make('p', { class: 'lede' }, step.why),
  make(
    'ul',
    { class: 'choices' },
    ...step.options.map(([value, name, note]) =>
      make(
        'li',
        {},
        make(
          'a',
          {
            href: addressOf(new Map([...answers, [step.key, value]])),
            id: `${step.key}-${value}`,
            'data-go': '',
          },
          // The drawings are symbols of the page itself.
          draw(
            'svg',
            {
              viewBox: '0 0 240 130',
              preserveAspectRatio: 'xMidYMid slice',
              'aria-hidden': 'true',
            },
            draw('use', { href: `#draw-${step.key}-${value}` }),
          ),
          make('strong', {}, name),
          make('span', {}, note),
        ),
      ),
    ),
  ),
];

/** @param {ReadonlyMap<string, string>} answers */
const makeAgain = (answers) => {
  const years = STEPS[2];
  const select = make(
    'select',
    { id: 'change-years', name: 'years' },
    ...(years?.options ?? []).map(([value, name]) => {
      const option = make('option', { value }, name);
      option.toggleAttribute('selected', value === answers.get('years'));
      return option;
    }),
  );
  select.addEventListener('change', () => {
    const value = /** @type {HTMLSelectElement} */ (select).value;
    // A second thought is not a step to go back to.
    history.replaceState(null, '', addressOf(new Map([...answers, ['years', value]])));
    show();
    document.getElementById('change-years')?.focus();
  });
  return make(
    'div',
    { class: 'again' },
    make('label', {}, 'On second thoughts, it is', select),
    make('a', { href: location.pathname, id: 'start-again', 'data-go': '' }, 'Start again'),
  );
};

/** @param {Found} tree @param {ReadonlyMap<string, string>} answers */
const makeResult = (tree, answers) => [
  make(
    'div',
    { class: 'result' },
    make(
      'div',
      { class: 'words' },
      make('p', { class: 'latin', lang: 'la' }, tree.latin),
      make('h1', { tabindex: '-1' }, tree.name),
      make('p', { class: 'lede' }, tree.why),
      make(
        'p',
        { class: 'jumps' },
        make('a', { href: '#planting', id: 'to-planting' }, 'How to plant it'),
        make('a', { href: '#waiting', id: 'to-waiting' }, 'What to expect'),
      ),
      make('section', { id: 'planting' }, make('h2', {}, 'Planting'), make('p', {}, tree.planting)),
      make('section', { id: 'waiting' }, make('h2', {}, 'Waiting'), make('p', {}, tree.waiting)),
      makeAgain(answers),
    ),
    make(
      'figure',
      {},
      make('div', { class: 'art' }, drawTree(tree)),
      make(
        'figcaption',
        {},
        `${tree.height} metres after ${tree.years} years, as a rule. The staff has 30.`,
      ),
    ),
  ),
];

const showTitle = () => {
  const answers = readAnswers();
  const tree = findTree(answers);
  const part = { '#planting': 'Planting: ', '#waiting': 'Waiting: ' }[location.hash] ?? '';
  document.title = tree
    ? `${part}${tree.name} – ${TITLE}`
    : `${STEPS[answers.size]?.question ?? ''} – ${TITLE}`;
};

let shownQuery = '';

const show = () => {
  const answers = readAnswers();
  const tree = findTree(answers);
  const step = STEPS[answers.size];
  shownQuery = location.search;
  showTitle();
  showSteps(answers);
  if (tree) root?.replaceChildren(...makeResult(tree, answers));
  else if (step) root?.replaceChildren(...makeQuestion(step, answers));
};

const showNext = () => {
  show();
  scrollTo(0, 0);
  root?.querySelector('h1')?.focus();
};

root?.addEventListener('click', (event) => {
  const { target, metaKey, ctrlKey, shiftKey } = event;
  const link = target instanceof Element ? target.closest('a[data-go]') : null;
  // With a key held, the visitor wants a new tab, and gets it: every step is an address.
  if (!link || metaKey || ctrlKey || shiftKey) return;
  event.preventDefault();
  history.pushState(null, '', link.getAttribute('href'));
  showNext();
});

for (const type of ['popstate', 'hashchange']) {
  addEventListener(type, () => {
    if (location.search === shownQuery) showTitle();
    else showNext();
  });
}

show();
// The address may have named a part of the result that was not there yet.
document.getElementById(location.hash.slice(1))?.scrollIntoView();
