import { closeSync, openSync, writeSync } from 'node:fs';
import { type ChatOptions, generateChat } from './chat/generate.ts';

const PIECE_CHARACTERS = 1 << 18;

/** Writes generated chat as the lines that `npm run import` reads; `path` `-` is standard output. */
export function writeEvents(path: string, chat: ChatOptions): void {
  const file = path === '-' ? 1 : openSync(path, 'w');
  let piece = '';
  const flush = (): void => {
    const bytes = Buffer.from(piece);
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    piece = '';
  };
  generateChat(chat, (room, messageId, user, username, content, t, replyTo) => {
    const event = { t: new Date(t).toISOString(), room, user, username, content, messageId, ...(replyTo === '' ? {} : { replyTo }) };
    piece += `${JSON.stringify(event)}\n`;
    if (piece.length > PIECE_CHARACTERS) flush();
  });
  flush();
  if (file !== 1) closeSync(file);
}
