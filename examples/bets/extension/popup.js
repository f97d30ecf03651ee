import { ask, withBankroll } from './server.js';

const state = document.querySelector('#state');
const list = document.querySelector('#bets');
const percent = share => (100 * share).toFixed(1) + ' %';

function add(parent, tag, text, className) {
  const element = document.createElement(tag);
  element.textContent = text; // never as HTML: it comes from a page
  if (className) {
    element.className = className;
  }
  parent.append(element);
  return element;
}

/** The same bet on the same page at the same odds on the same day is one opportunity. */
async function name(page, bet) {
  const day = new Date().toISOString().slice(0, 10);
  const bytes = new TextEncoder().encode(JSON.stringify([page.url, bet, day]));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return [...digest.slice(0, 16)].map(byte => byte.toString(16).padStart(2, '0')).join('');
}

function show(page, found, score) {
  const item = add(list, 'li', '');
  add(item, 'h2', found.label);
  const stake = score.stake.amount ?? percent(score.stake.fraction);
  add(item, 'p', `Chance ${percent(score.probability)}, edge ${percent(score.edge)}, stake ${stake}`, score.edge > 0 ? 'good' : 'none');
  const reasons = add(item, 'ul', '', 'reasons');
  score.reasons.forEach(reason => add(reasons, 'li', reason));
  score.warnings.forEach(warning => add(reasons, 'li', warning, 'warning'));
  const button = add(item, 'button', 'Capture');
  button.addEventListener('click', async () => {
    button.disabled = true;
    try {
      const kept = await ask('/api/v1/opportunities', await withBankroll({
        id: await name(page, found.bet),
        bet: found.bet,
        seen: { url: page.url, title: page.title },
      }));
      button.textContent = kept.repeated ? 'Captured before' : 'Captured';
    } catch (problem) {
      button.disabled = false;
      state.textContent = problem.message;
    }
  });
}

/** The tab that was looked at; a tab of this popup's own looks at the one named in its address. */
async function tab() {
  const named = Number(new URLSearchParams(location.search).get('tab'));
  return named || (await chrome.tabs.query({ active: true, currentWindow: true }))[0].id;
}

async function start() {
  const id = await tab();
  let page;
  try {
    page = await chrome.tabs.sendMessage(id, 'bets');
  } catch { // a site that the manifest does not name: only on this click
    await chrome.scripting.executeScript({ target: { tabId: id }, files: ['content.js'] });
    page = await chrome.tabs.sendMessage(id, 'bets');
  }
  if (page.bets.length === 0) {
    state.textContent = 'There is no bet on this page.';
    return;
  }
  const { scores } = await ask('/api/v1/bets/score', await withBankroll({ bets: page.bets.map(each => each.bet) }));
  state.textContent = `${scores.length} scored by ${scores[0].model} v${scores[0].version}`;
  scores.forEach((score, i) => show(page, page.bets[i], score));
}

start().catch(problem => {
  state.textContent = problem.message;
});
