// Keeps the quorum of a meeting fresh while people come in. Without this script, the link under it does the same.
const every = 10_000;

const refresh = async () => {
  const old = document.getElementById('tally');
  if (!document.hidden) {
    try {
      const answer = await fetch(location.href, { headers: { Accept: 'text/html' }, redirect: 'error' });
      if (answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
        const fresh = page.getElementById('tally');
        if (fresh && fresh.innerHTML !== old.innerHTML) old.replaceWith(document.adoptNode(fresh));
      }
    } catch {
      // The server is away for a moment: the next turn asks again.
    }
  }
  setTimeout(refresh, every);
};

if (document.getElementById('tally')) setTimeout(refresh, every);
