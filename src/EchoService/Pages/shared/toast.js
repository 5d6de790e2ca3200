const shownFor = 5000; // milliseconds
let timer = 0;

/** Says something in passing, also to a screen reader. */
export function say(text) {
  const toast = document.getElementById('toast');
  toast.textContent = text;
  clearTimeout(timer);
  timer = setTimeout(() => { toast.textContent = ''; }, shownFor);
}
