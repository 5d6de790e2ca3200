const pageSize = 200;
const copiedFor = 2000; // milliseconds

const [search, query, status, loading, bar, count, results, rows, end, more, copied, template] =
  ['search', 'query', 'status', 'loading', 'bar', 'count', 'results', 'rows', 'end', 'more', 'copied', 'row']
    .map(id => document.getElementById(id));

let words = '';
let total = 0;
let request = null; // the one under way; a new search ends it
let copiedTimer = 0;

const nearEnd = new IntersectionObserver(entries => {
  if (entries.some(entry => entry.isIntersecting)) loadMore();
}, { rootMargin: '800px' });

search.addEventListener('submit', event => {
  event.preventDefault();
  const address = new URL(location.href);
  address.searchParams.set('query', query.value.trim());
  if (address.href !== location.href) history.pushState(null, '', address);
  find(query.value);
});

window.addEventListener('popstate', findFromAddress);
more.addEventListener('click', loadMore);
rows.addEventListener('click', event => {
  const button = event.target.closest('button');
  if (button) copy(button.closest('tr').querySelector('.character').textContent);
});

findFromAddress();

function findFromAddress() {
  query.value = new URLSearchParams(location.search).get('query') ?? '';
  find(query.value);
}

function find(text) {
  request?.abort();
  request = null;
  nearEnd.disconnect();
  words = text.trim();
  total = 0;
  rows.replaceChildren();
  results.hidden = loading.hidden = more.hidden = true;
  document.title = words ? `${words} – Character finder` : 'Character finder';
  status.textContent = words ? 'Searching …' : 'Enter words describing characters.';
  window.scrollTo(0, 0);
  if (words) loadMore();
}

async function loadMore() {
  if (request || (total && rows.children.length >= total)) return;
  const mine = request = new AbortController();
  try {
    const page = await fetchPage(rows.children.length, mine.signal);
    if (request === mine) show(page);
  } catch (error) {
    if (request === mine) fail(error);
  } finally {
    if (request === mine) {
      request = null;
      watchEnd();
    }
  }
}

async function fetchPage(start, signal) {
  const address = new URL('../characters', document.baseURI);
  address.search = new URLSearchParams({ query: words, start, limit: pageSize });
  const response = await fetch(address, { signal, headers: { Accept: 'application/json' } });
  if (!response.ok) throw new Error(`The service answered with status ${response.status}.`);
  return response.json();
}

function show(page) {
  const first = rows.children.length;
  total = page.total;
  const added = document.createDocumentFragment();
  page.items.forEach((item, i) => added.append(row(item, first + i)));
  rows.append(added);
  results.setAttribute('aria-rowcount', total + 1);
  results.hidden = loading.hidden = total === 0;
  if (first === 0) status.textContent = statusOf(page);
  const loaded = rows.children.length;
  bar.max = Math.max(total, 1);
  bar.value = loaded;
  count.textContent = `${loaded.toLocaleString('en')} of ${total.toLocaleString('en')} loaded`;
  more.textContent = 'Show more';
  more.hidden = loaded >= total;
}

function row(item, index) {
  const line = template.content.firstElementChild.cloneNode(true);
  line.setAttribute('aria-rowindex', index + 2); // the first is the head
  line.querySelector('.code').textContent = item.code;
  line.querySelector('.character').textContent = item.character;
  line.querySelector('.name').textContent = item.name;
  line.querySelector('button').setAttribute('aria-label', `Copy ${item.name}`);
  return line;
}

function statusOf({ query, total }) {
  if (total === 0) return `No match for '${query}'`;
  return total === 1 ? `1 match for '${query}'` : `${total} matches for '${query}'`;
}

function fail(error) {
  if (rows.children.length === 0) status.textContent = `The search failed. ${error.message}`;
  more.textContent = 'Try again';
  more.hidden = false;
  total = Math.max(total, rows.children.length + 1);
}

// An observer tells of changes only: observed anew, it tells again when the end is still in reach. After a failure the button asks.
function watchEnd() {
  nearEnd.disconnect();
  if (!more.hidden && more.textContent !== 'Try again') nearEnd.observe(end);
}

async function copy(character) {
  try {
    await navigator.clipboard.writeText(character);
  } catch {
    copyBySelection(character); // over plain HTTP, away from localhost, there is no clipboard
  }

  copied.textContent = `Copied ${character}`;
  clearTimeout(copiedTimer);
  copiedTimer = setTimeout(() => { copied.textContent = ''; }, copiedFor);
}

function copyBySelection(text) {
  const focused = document.activeElement;
  const area = document.createElement('textarea');
  area.className = 'unseen';
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
  focused?.focus();
}
