// Asking without leaving the page: shows what is happening, the words as they are written, and a way to stop.
// The server stays the only one that writes pages: at the end its page takes the place of this one.
const form = (node) => node.closest('form[data-ask]');
const turns = () => document.getElementById('turns');
const copy = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);
let underWay = null;

// events yields what the server sends: "event: name", "data: json", an empty line.
async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    rest += value;
    for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
      const [name, data] = rest.slice(0, end).split('\n');
      rest = rest.slice(end + 2);
      yield [name.slice('event: '.length), JSON.parse(data.slice('data: '.length))];
    }
  }
}

// arrive puts the server's page in the place of this one, at its latest turn.
async function arrive(url) {
  const response = await fetch(url, { headers: { Accept: 'text/html' } });
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  const main = page.querySelector('main');
  if (!response.ok || !main) return location.assign(url);
  document.title = page.title;
  document.querySelector('main').replaceWith(main);
  history[location.pathname === new URL(url, location).pathname ? 'replaceState' : 'pushState']({}, '', url);
  for (const back of document.querySelectorAll('input[name=back]')) back.value = new URL(url, location).pathname;
  const turn = document.getElementById(new URL(url, location).hash.slice(1));
  if (turn) {
    turn.tabIndex = -1;
    turn.focus({ preventScroll: true });
    turn.scrollIntoView({ block: 'start' });
  }
}

function pending(asking, question) {
  const card = copy('pending');
  card.querySelector('.asked').textContent = question;
  turns().append(card);
  card.querySelector('.status').textContent = asking.dataset.waiting;
  card.scrollIntoView({ block: 'nearest' });
  return card;
}

function settle(card) {
  card.classList.remove('pending');
  card.querySelector('.weaving').remove();
  card.querySelector('[data-stop]').parentElement.remove();
  card.querySelector('.status').textContent = '';
}

function fail(card, text) {
  settle(card);
  const notice = copy('failed');
  notice.querySelector('p').textContent = text;
  card.querySelector('.body').append(notice);
}

// send asks, and follows the answer until its end. It returns the address of the conversation.
async function send(asking, fields, card, signal) {
  const response = await fetch(asking.action, { method: 'POST', body: fields, signal, headers: { Accept: 'text/event-stream' } });
  if (!(response.headers.get('Content-Type') || '').startsWith('text/event-stream')) throw new Error(await response.text());
  for await (const [name, data] of events(response.body)) {
    if (name === 'open') continueIn(asking, data);
    if (name === 'piece') card.querySelector('.stream').append(data.text);
    if (name === 'problem') throw new Error(`${data.sentence} ${data.next}`);
    if (name === 'done') return data.url;
  }
  throw new Error(document.getElementById('cut').content.textContent);
}

// continueIn makes the next message join the conversation that has just begun, even when this one is stopped.
function continueIn(asking, { url, conversation }) {
  history.pushState({}, '', url);
  if (asking.action.endsWith('/chat')) asking.action = `/chat/${conversation}/messages`;
}

async function ask(asking, submitter) {
  const fields = new URLSearchParams(new FormData(asking, submitter));
  const question = (fields.get('question') || '').trim();
  if (!question || underWay) return;
  const stop = (underWay = new AbortController());
  const card = pending(asking, question);
  card.querySelector('[data-stop]').addEventListener('click', () => stop.abort());
  const box = asking.querySelector('textarea');
  if (box) box.value = '';
  try {
    const url = await send(asking, fields, card, stop.signal);
    underWay = null;
    await arrive(url);
  } catch (error) {
    underWay = null;
    if (box && !box.value) box.value = question;
    if (stop.signal.aborted) {
      settle(card);
      card.querySelector('.status').replaceWith(copy('stopped'));
      if (box) box.focus();
    } else fail(card, error.message);
  }
}

document.addEventListener('submit', (event) => {
  const asking = form(event.target);
  if (!asking || !turns()) return;
  event.preventDefault();
  ask(asking, event.submitter);
});

// Enter sends, Shift and Enter begins a new line.
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.target.tagName !== 'TEXTAREA') return;
  const asking = form(event.target);
  if (!asking) return;
  event.preventDefault();
  asking.requestSubmit();
});

addEventListener('popstate', () => location.reload());
