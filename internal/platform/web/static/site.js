// Comfort for the sheet behind « Plus »: Escape and a tap elsewhere close it.
const sheet = document.querySelector('details.more');
if (sheet) {
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && sheet.open) {
      sheet.open = false;
      sheet.querySelector('summary').focus();
    }
  });
  document.addEventListener('click', (event) => {
    if (sheet.open && !sheet.contains(event.target)) sheet.open = false;
  });
}
