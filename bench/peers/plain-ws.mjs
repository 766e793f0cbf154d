// The obvious server on the `ws` package: parse, validate, stamp, stringify once, `ws.send` to each member of the room.
// Leaves out: storage, analytics, presence, limits, recovery. An ack (if a `ref` asks) is immediate: nothing is stored.
// FAULT=drop|double|swap|late plants a fault, so that the self-test can show that the load generator sees it.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

const fault = process.env.FAULT ?? '';
const rooms = new Map();
const server = createServer((_request, response) => response.end('{"status":"ok"}'));
const sockets = new WebSocketServer({ server, path: '/ws', perMessageDeflate: false, maxPayload: 16 * 1024 });

function roomNamed(name) {
  const known = rooms.get(name);
  if (known !== undefined) return known;
  const room = { name, seq: 0, members: new Set(), held: undefined };
  rooms.set(name, room);
  return room;
}

const isValid = (content) => typeof content === 'string' && content.length > 0 && content.length <= 1000;

function broadcast(room, text) {
  for (const member of room.members) member.send(text);
}

/** For one member: one message in 500 is lost, doubled, overtaken by the next, or held back until its sender's next has gone out. */
function broadcastWithFault(room, text, userId) {
  const [victim, ...others] = room.members;
  for (const member of others) member.send(text);
  const isChosen = room.seq % 500 === 0;
  if (isChosen && fault === 'drop') return;
  if (isChosen && (fault === 'swap' || fault === 'late')) {
    room.held = { text, userId };
    return;
  }
  victim.send(text);
  if (isChosen && fault === 'double') victim.send(text);
  if (room.held === undefined || (fault === 'late' && room.held.userId !== userId)) return;
  victim.send(room.held.text);
  room.held = undefined;
}

function onMessage(socket, user, room, bytes) {
  let frame;
  try {
    frame = JSON.parse(bytes);
  } catch {
    socket.send('{"type":"error","code":"bad_json"}');
    return;
  }
  if (frame.type !== 'chat' || !isValid(frame.content)) {
    socket.send('{"type":"error","code":"bad_frame"}');
    return;
  }
  const messageId = randomUUID();
  room.seq++;
  const text = JSON.stringify({
    messageId,
    roomId: room.name,
    type: 'chat',
    userId: user.id,
    username: user.name,
    content: frame.content,
    timestamp: new Date().toISOString(),
    seq: room.seq,
  });
  if (fault === '') broadcast(room, text);
  else broadcastWithFault(room, text, user.id);
  if (frame.ref !== undefined) socket.send(JSON.stringify({ type: 'ack', ref: frame.ref, messageId, roomId: room.name, seq: room.seq }));
}

sockets.on('connection', (socket, request) => {
  const query = new URL(request.url, 'http://localhost').searchParams;
  const room = roomNamed(query.get('room') ?? 'global');
  const user = { id: query.get('userId') ?? 'anonymous', name: query.get('username') ?? 'Anonymous' };
  room.members.add(socket);
  socket.on('message', (bytes) => onMessage(socket, user, room, bytes));
  socket.on('close', () => room.members.delete(socket));
  socket.on('error', () => socket.terminate());
});

server.listen({ port: Number(process.env.PORT ?? 0), host: '127.0.0.1', backlog: 4096 }, () =>
  console.log(`http://127.0.0.1:${server.address().port}`),
);
