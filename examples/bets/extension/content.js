// Reads the prices of a page. Each bet is an element with data-bet-... attributes, such as data-bet-sport and data-bet-odds;
// for a site of your own, change only readBets().

function readBets() {
  return [...document.querySelectorAll('[data-bet-odds]')].map(element => {
    const bet = {};
    for (const [name, value] of Object.entries(element.dataset)) {
      if (name.startsWith('bet') && value !== '') {
        const column = name.slice(3).replace(/[A-Z]/g, letter => '_' + letter.toLowerCase()).slice(1);
        bet[column] = ['odds', 'fair_prob', 'edge', 'line', 'n_institutions'].includes(column) ? Number(value) : value;
      }
    }
    return { label: element.textContent.trim().replace(/\s+/g, ' ').slice(0, 200), bet };
  });
}

chrome.runtime.onMessage.addListener((message, sender, answer) => {
  if (message === 'bets') {
    answer({ url: location.href, title: document.title, bets: readBets() });
  }
});
