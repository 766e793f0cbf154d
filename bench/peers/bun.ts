// Bun's own WebSocket server and its `publish`: parse, validate, stamp, stringify once, publish to the room's topic. Runs on Bun, not Node.
// Leaves out: storage, analytics, presence, limits, recovery. An ack is immediate: nothing is stored.
// @ts-nocheck: Bun's types are not installed for a file that only Bun ever loads.
const counts = new Map<string, number>();

const isValid = (content: unknown): content is string => typeof content === 'string' && content.length > 0 && content.length <= 1000;

const server = Bun.serve({
  port: Number(process.env.PORT ?? 0),
  hostname: '127.0.0.1',
  fetch(request, self) {
    const url = new URL(request.url);
    if (url.pathname !== '/ws') return new Response('{"status":"ok"}');
    const query = url.searchParams;
    const member = {
      room: query.get('room') ?? 'global',
      userId: query.get('userId') ?? 'anonymous',
      username: query.get('username') ?? 'Anonymous',
    };
    return self.upgrade(request, { data: member }) ? undefined : new Response('upgrade expected', { status: 400 });
  },
  websocket: {
    perMessageDeflate: false,
    maxPayloadLength: 16 * 1024,
    backpressureLimit: 64 * 1024 * 1024,
    open(socket) {
      socket.subscribe(socket.data.room);
    },
    message(socket, text) {
      const { room, userId, username } = socket.data;
      let frame: { type?: unknown; content?: unknown; ref?: unknown };
      try {
        frame = JSON.parse(text as string);
      } catch {
        socket.send('{"type":"error","code":"bad_json"}');
        return;
      }
      if (frame.type !== 'chat' || !isValid(frame.content)) {
        socket.send('{"type":"error","code":"bad_frame"}');
        return;
      }
      const messageId = crypto.randomUUID();
      const seq = (counts.get(room) ?? 0) + 1;
      counts.set(room, seq);
      const timestamp = new Date().toISOString();
      server.publish(
        room,
        JSON.stringify({ messageId, roomId: room, type: 'chat', userId, username, content: frame.content, timestamp, seq }),
      );
      if (frame.ref !== undefined) socket.send(JSON.stringify({ type: 'ack', ref: frame.ref, messageId, roomId: room, seq }));
    },
  },
});

console.log(`http://127.0.0.1:${server.port}`);
