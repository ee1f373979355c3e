// Keeps the figures of the operators' page fresh, until the reader pauses it. Without this script, the link above the figures
// does the same.
const every = Number(document.getElementById('live')?.dataset.every) || 5000;
const button = document.getElementById('pause');
let paused = false;

button.hidden = false;
button.addEventListener('click', () => {
  paused = !paused;
  button.setAttribute('aria-pressed', String(paused));
});

const refresh = async () => {
  const old = document.getElementById('live');
  if (!paused && !document.hidden && !old.contains(document.activeElement)) {
    try {
      const answer = await fetch(location.href, { headers: { Accept: 'text/html' }, redirect: 'error' });
      if (answer.ok && !paused) {
        const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
        const fresh = page.getElementById('live');
        for (const open of old.querySelectorAll('details[open]')) fresh.querySelector(`#${open.id}`)?.setAttribute('open', '');
        old.replaceWith(document.adoptNode(fresh));
      }
    } catch {
      // The server is away for a moment: the next turn asks again.
    }
  }
  setTimeout(refresh, every);
};

setTimeout(refresh, every);
