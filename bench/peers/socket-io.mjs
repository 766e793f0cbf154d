// Socket.IO 4 on its WebSocket transport alone: validate, stamp, `io.to(room).emit`. It encodes a packet once per publication.
// Leaves out: storage, analytics, presence, limits, recovery, and acks after storage.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { Server } from 'socket.io';

const server = createServer((_request, response) => response.end('{"status":"ok"}'));
const io = new Server(server, { transports: ['websocket'], perMessageDeflate: false, maxHttpBufferSize: 16 * 1024, serveClient: false });
const counts = new Map();

const isValid = (content) => typeof content === 'string' && content.length > 0 && content.length <= 1000;

function nextSeq(room) {
  const seq = (counts.get(room) ?? 0) + 1;
  counts.set(room, seq);
  return seq;
}

io.on('connection', (socket) => {
  const { userId = 'anonymous', username = 'Anonymous', room = 'global' } = socket.handshake.query;
  socket.join(room);
  socket.on('m', (frame) => {
    if (frame?.type !== 'chat' || !isValid(frame.content)) {
      socket.emit('m', { type: 'error', code: 'bad_frame' });
      return;
    }
    const messageId = randomUUID();
    const seq = nextSeq(room);
    const timestamp = new Date().toISOString();
    io.to(room).emit('m', { messageId, roomId: room, type: 'chat', userId, username, content: frame.content, timestamp, seq });
    if (frame.ref !== undefined) socket.emit('m', { type: 'ack', ref: frame.ref, messageId, roomId: room, seq });
  });
});

server.listen({ port: Number(process.env.PORT ?? 0), host: '127.0.0.1', backlog: 4096 }, () =>
  console.log(`http://127.0.0.1:${server.address().port}`),
);
