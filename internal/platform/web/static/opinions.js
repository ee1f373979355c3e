// Answers with the keys 1, 2 and 3 while the focus is in the card that asks. Without this script, the buttons do the same.
const card = document.getElementById('next');

if (card?.querySelector('[data-key]')) {
  card.querySelector('.keys').hidden = false;
  if (location.hash === '#next') card.focus({ preventScroll: true });
  card.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    card.querySelector(`[data-key="${CSS.escape(event.key)}"]`)?.click();
  });
}
