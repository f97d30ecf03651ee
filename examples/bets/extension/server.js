// The server: its address and token are set on the options page.

export async function settings() {
  return chrome.storage.local.get({ server: 'http://127.0.0.1:8710', token: '', bankroll: '' });
}

export async function ask(path, body) {
  const { server, token } = await settings();
  const headers = { 'Content-Type': 'application/json' };
  if (token) {
    headers.Authorization = 'Bearer ' + token;
  }
  let response;
  try {
    response = await fetch(server.replace(/\/$/, '') + path, { method: 'POST', headers, body: JSON.stringify(body) });
  } catch {
    throw new Error(`${server} does not answer. Is it running, and is this extension in serve.origins?`);
  }
  const answer = await response.json();
  if (!response.ok) {
    throw new Error(answer.detail ?? `The server answered ${response.status}.`);
  }
  return answer;
}

export async function withBankroll(request) {
  const bankroll = Number((await settings()).bankroll);
  return bankroll > 0 ? { ...request, bankroll } : request;
}
