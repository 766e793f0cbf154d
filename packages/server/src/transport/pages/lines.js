// The lines of a room. Everything is put in as text, never as HTML: it comes from strangers.

const KEPT = 500;
const at = (id) => document.getElementById(id);
const view = at('messages');
const lines = at('lines');
const waiting = at('waiting');
const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'full' });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' });
let lastDay;

export function clear() {
  lines.replaceChildren();
  waiting.replaceChildren();
  // Lines of today need no date above them.
  lastDay = day.format(new Date());
}

export function showMessage({ timestamp, username, content, type }) {
  addLine(timestamp, '', nameOf(type === 'system' ? `${username} (announcement)` : username), content);
}

export function showNotice(timestamp, text) {
  addLine(timestamp, 'notice', text);
}

/** A message on its way: muted while it waits, with the reason when it failed, gone when it is in the room. */
export function showEntry(entry, username, retry) {
  atEnd(() => {
    entry.line?.remove();
    if (entry.state !== 'waiting' && entry.state !== 'failed') return;
    entry.line = document.createElement('p');
    entry.line.className = entry.state;
    entry.line.append(nameOf(username), entry.frame.content);
    if (entry.state === 'failed') entry.line.append(...failure(entry, retry));
    waiting.append(entry.line);
  });
}

/** Nobody is there to send it to. */
export function endRetries() {
  for (const button of waiting.querySelectorAll('button')) button.remove();
}

function failure({ reason, mayRetry }, retry) {
  const why = document.createElement('span');
  why.className = 'reason';
  why.setAttribute('role', 'alert');
  why.textContent = `Not sent: ${reason}`;
  if (!mayRetry) return [why];
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = 'Retry';
  button.addEventListener('click', retry);
  return [why, button];
}

function addLine(timestamp, className, ...parts) {
  atEnd(() => {
    const line = document.createElement('p');
    line.className = className;
    if (timestamp !== undefined) {
      showDay(new Date(timestamp));
      line.append(timeOf(timestamp));
    }
    line.append(...parts);
    lines.append(line);
    while (lines.childElementCount > KEPT) lines.firstElementChild.remove();
  });
}

function showDay(date) {
  const name = day.format(date);
  if (name === lastDay) return;
  lastDay = name;
  const line = document.createElement('h2');
  line.textContent = name;
  lines.append(line);
}

function timeOf(timestamp) {
  const element = document.createElement('time');
  const date = new Date(timestamp);
  element.dateTime = timestamp;
  element.textContent = time.format(date);
  element.title = exact.format(date);
  return element;
}

function nameOf(text) {
  const name = document.createElement('b');
  name.textContent = text;
  return name;
}

/** Whoever reads the end goes on reading the end; whoever reads above it stays there. */
function atEnd(change) {
  const isAtEnd = view.scrollHeight - view.scrollTop - view.clientHeight < 40;
  change();
  if (isAtEnd) view.scrollTop = view.scrollHeight;
}
