// The page that a fresh server shows: one room, live messages, resume after a lost connection. No framework, no build.
import { clear, endRetries, showEntry, showMessage, showNotice } from './lines.js';
import { Outbox } from './outbox.js';

const at = (id) => document.getElementById(id);
const status = at('status');
const note = at('note');
const REMEMBERED_IDS = 2000;

/** The present visit: who, where, how far we have read, what is not sent. */
let visit;

at('name').value = localStorage.getItem('hubbub.name') ?? '';

at('join').addEventListener('submit', (event) => {
  event.preventDefault();
  const name = at('name').value.trim();
  const room = at('room').value.trim();
  if (name === '' || room === '') return;
  if (visit?.outbox.size > 0 && !confirm(`Not sent yet: ${visit.outbox.size}. Leave the room without sending?`)) return;
  localStorage.setItem('hubbub.name', name);
  end(visit);
  visit = { name, room, userId: userId(), position: undefined, seen: new Set(), tries: 0, socket: undefined };
  visit.outbox = outboxOf(visit);
  clear();
  note.textContent = '';
  at('chat').hidden = false;
  at('send').hidden = false;
  connect(visit);
  at('content').focus();
});

at('send').addEventListener('submit', (event) => {
  event.preventDefault();
  const input = at('content');
  if (visit === undefined || input.value.trim() === '') return;
  const messageId = uuid();
  if (visit.outbox.put({ frame: { type: 'chat', roomId: visit.room, content: input.value, messageId, ref: messageId } })) input.value = '';
  else note.textContent = `${visit.outbox.size} messages are waiting to be sent; this one is kept in the field.`;
});

addEventListener('beforeunload', (event) => {
  if (visit?.outbox.size > 0) event.preventDefault();
});

function outboxOf(current) {
  const send = (frame) => current.socket.send(JSON.stringify(frame));
  const outbox = new Outbox(send, (entry) => showEntry(entry, current.name, () => outbox.put(entry)));
  return outbox;
}

function end(current) {
  current?.outbox.close();
  current?.socket?.close(1000);
}

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
    if (current === visit && socket === current.socket) onClosed(current, code);
  });
}

function onClosed(current, code) {
  current.isJoined = false;
  current.outbox.close();
  if (code === 1000 || code === 1008 || code === 4403) return refuse(current, `The server ended the connection (${code}).`);
  // Full jitter, so that a restart does not bring everybody back in the same moment.
  const waitMs = Math.random() * Math.min(30_000, 500 * 2 ** current.tries++);
  status.textContent = 'Connection lost, trying again …';
  setTimeout(() => current === visit && connect(current), waitMs);
}

/** The visit is over, and says why. */
function refuse(current, reason) {
  visit = undefined;
  current.outbox.giveUp(reason);
  endRetries();
  end(current);
  status.textContent = 'Not connected';
  note.textContent = reason;
  at('send').hidden = true;
  at('room').focus();
}

function receive(current, frame) {
  switch (frame.type) {
    case 'chat':
    case 'system':
      // Imported messages have no place in the order.
      if (frame.seq > current.position.seq) current.position = { epoch: current.epoch, seq: frame.seq };
      if (current.outbox.received(frame.messageId)) note.textContent = '';
      if (isNew(current, frame.messageId)) showMessage(frame);
      return;
    case 'join':
    case 'leave':
      return showNotice(frame.timestamp, `${frame.username} ${frame.type === 'join' ? 'joined' : 'left'}`);
    case 'joined':
      return onJoined(current, frame);
    case 'ack':
      if (current.outbox.acked(frame.messageId)) note.textContent = '';
      return;
    case 'error':
      return onError(current, frame);
  }
}

function onError(current, frame) {
  const waitMs = current.outbox.refused(frame);
  if (waitMs > 0) note.textContent = `${frame.code === 'rate_limited' ? 'Too fast.' : frame.message} The message is sent again by itself.`;
  else if (waitMs === 0) note.textContent = '';
  else if (current.isJoined || frame.code === 'username_invalid') note.textContent = frame.message;
  // Not joined, so it was the room that was refused; the way back in is the one after a lost connection.
  else if (frame.retryable) current.socket.close(4000);
  else refuse(current, roomRefusal(current.room, frame));
}

function roomRefusal(room, { code, message }) {
  const isReserved = code === 'room_invalid' && /^(dm|private):/.test(room);
  return isReserved ? 'Room names that begin with “dm:” or “private:” are reserved. Choose another one.' : message;
}

function onJoined(current, frame) {
  const isResumed = current.position !== undefined;
  current.tries = 0;
  current.epoch = frame.epoch;
  current.isJoined = true;
  status.textContent = `In ${current.room} as ${current.name}`;
  note.textContent = '';
  if (isResumed && frame.recovered === false) showNotice(undefined, 'Some messages may be missing here');
  // What is replayed comes after this frame, and counts when it is here.
  if (!isResumed || frame.recovered === false) current.position = { epoch: frame.epoch, seq: frame.seq - (frame.replay ?? 0) };
  current.outbox.open();
}

function isNew({ seen }, messageId) {
  if (seen.has(messageId)) return false;
  seen.add(messageId);
  if (seen.size > REMEMBERED_IDS) seen.delete(seen.values().next().value);
  return true;
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
