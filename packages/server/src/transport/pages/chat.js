// The page that a fresh server shows: one room, live messages, resume after a lost connection. No framework, no build.

const at = (id) => document.getElementById(id);
const status = at('status');
const note = at('note');
const list = at('messages');
const KEPT_LINES = 500;
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** The present visit: who, where, how far we have read. */
let visit;

at('name').value = localStorage.getItem('hubbub.name') ?? '';

at('join').addEventListener('submit', (event) => {
  event.preventDefault();
  const name = at('name').value.trim();
  const room = at('room').value.trim();
  if (name === '' || room === '') return;
  localStorage.setItem('hubbub.name', name);
  visit?.socket?.close(1000);
  visit = { name, room, userId: userId(), position: undefined, seen: new Set(), tries: 0, socket: undefined, unsent: new Map() };
  list.replaceChildren();
  note.textContent = '';
  at('chat').hidden = false;
  connect(visit);
  at('content').focus();
});

at('send').addEventListener('submit', (event) => {
  event.preventDefault();
  const input = at('content');
  if (visit === undefined || input.value.trim() === '') return;
  const messageId = uuid();
  const frame = { type: 'chat', roomId: visit.room, content: input.value, messageId, ref: messageId };
  visit.unsent.set(messageId, frame);
  if (visit.isJoined) visit.socket.send(JSON.stringify(frame));
  input.value = '';
  note.textContent = '';
});

function connect(current) {
  const query = new URLSearchParams({ userId: current.userId, username: current.name, room: current.position ? '' : current.room });
  const url = new URL(`ws?${query}`, location.href);
  url.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  const socket = new WebSocket(url);
  current.socket = socket;
  current.isJoined = false;
  status.textContent = 'Connecting …';
  socket.addEventListener('open', () => {
    if (current.position) socket.send(JSON.stringify({ type: 'join', roomId: current.room, since: current.position }));
  });
  socket.addEventListener('message', (event) => {
    if (current === visit && socket === current.socket) receive(current, JSON.parse(event.data));
  });
  socket.addEventListener('close', ({ code }) => {
    if (current !== visit || socket !== current.socket) return;
    current.isJoined = false;
    if (code === 1000 || code === 1008 || code === 4403) {
      status.textContent = `Disconnected (${code})`;
      return;
    }
    // Full jitter, so that a restart does not bring everybody back in the same moment.
    const waitMs = Math.random() * Math.min(30_000, 500 * 2 ** current.tries++);
    status.textContent = 'Connection lost, trying again …';
    setTimeout(() => current === visit && connect(current), waitMs);
  });
}

function receive(current, frame) {
  switch (frame.type) {
    case 'chat':
    case 'system':
      // Imported messages have no place in the order.
      if (frame.seq > current.position.seq) current.position = { epoch: current.epoch, seq: frame.seq };
      if (isNew(current, frame.messageId)) showMessage(frame);
      return;
    case 'join':
    case 'leave':
      return showNotice(frame.timestamp, `${frame.username} ${frame.type === 'join' ? 'joined' : 'left'}`);
    case 'joined':
      return onJoined(current, frame);
    case 'ack':
      current.unsent.delete(frame.messageId);
      return;
    case 'error':
      if (!frame.retryable) current.unsent.delete(frame.ref);
      note.textContent = frame.message;
  }
}

function onJoined(current, frame) {
  const isResumed = current.position !== undefined;
  current.tries = 0;
  current.epoch = frame.epoch;
  current.isJoined = true;
  status.textContent = `In ${current.room} as ${current.name}`;
  if (isResumed && frame.recovered === false) showNotice(undefined, 'Some messages may be missing here');
  // What is replayed comes after this frame, and counts when it is here.
  if (!isResumed || frame.recovered === false) current.position = { epoch: frame.epoch, seq: frame.seq - (frame.replay ?? 0) };
  for (const unsent of current.unsent.values()) current.socket.send(JSON.stringify({ ...unsent, retry: true }));
}

function isNew({ seen }, messageId) {
  if (seen.has(messageId)) return false;
  seen.add(messageId);
  if (seen.size > 4 * KEPT_LINES) seen.delete(seen.values().next().value);
  return true;
}

function showMessage({ timestamp, username, content, type }) {
  const name = document.createElement('b');
  name.textContent = type === 'system' ? `${username} (announcement)` : username;
  addLine(timestamp, '', name, content);
}

function showNotice(timestamp, text) {
  addLine(timestamp, 'notice', text);
}

/** Everything as text, never as HTML: it comes from strangers. */
function addLine(timestamp, className, ...parts) {
  const isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  const line = document.createElement('p');
  line.className = className;
  if (timestamp !== undefined) {
    const time = document.createElement('time');
    time.dateTime = timestamp;
    time.textContent = clock.format(new Date(timestamp));
    line.append(time);
  }
  line.append(...parts);
  list.append(line);
  if (list.childElementCount > KEPT_LINES) list.firstElementChild.remove();
  if (isAtEnd) list.scrollTop = list.scrollHeight;
}

function userId() {
  const known = sessionStorage.getItem('hubbub.userId') ?? uuid();
  sessionStorage.setItem('hubbub.userId', known);
  return known;
}

/** `crypto.randomUUID` exists on secure pages only, and a server in the local network is none. */
function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
