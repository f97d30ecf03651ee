import { settings } from './server.js';

const form = document.querySelector('form');
for (const [name, value] of Object.entries(await settings())) {
  form.elements[name].value = value;
}
form.addEventListener('submit', async event => {
  event.preventDefault();
  await chrome.storage.local.set(Object.fromEntries(new FormData(form)));
  document.querySelector('#state').textContent = 'Saved.';
});
