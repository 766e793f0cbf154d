// A browser's own WebSocket, in a page that the server itself serves. Usage: node chromium.mjs HTTP_URL NAME (CHROMIUM: the browser)
import { launchBrowser } from './browser.mjs';

const [url, name] = process.argv.slice(2);
const browser = await launchBrowser();
try {
  const page = await browser.newPage();
  await page.goto(url);
  const received = await page.evaluate(
    (who) =>
      new Promise((resolve, reject) => {
        const contents = [];
        const socket = new WebSocket(`${location.origin.replace('http', 'ws')}/ws?userId=${who}&username=${who}&room=interop-${who}`);
        socket.onopen = () => socket.send(JSON.stringify({ type: 'chat', content: `hello from ${who}` }));
        socket.onmessage = ({ data }) => {
          const frame = JSON.parse(data);
          if (frame.type === 'chat') contents.push(`${frame.userId} ${frame.content}`);
          if (frame.content === `welcome ${who}`) resolve(contents);
        };
        socket.onerror = () => reject(new Error('the socket failed'));
        setTimeout(() => reject(new Error(`only received ${contents}`)), 20_000);
      }),
    name,
  );
  for (const line of received) console.log('received:', line);
} finally {
  await browser.close();
}
