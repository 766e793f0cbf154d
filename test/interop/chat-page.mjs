// The chat page as a person meets it when things go wrong. Usage: node chat-page.mjs HTTP_URL. SHOTS: a folder for screenshots.
// The server limits messages to 2 a second, 2 at once.
import assert from 'node:assert/strict';
import { launchBrowser } from './browser.mjs';

const [url] = process.argv.slice(2);
const browser = await launchBrowser();
/** What stands between the page and the server: `cut()` breaks the connection, and while `isDown` none is made. */
const network = { isDown: false, cut: () => {} };

async function openPage(options = {}) {
  const page = await browser.newPage({ viewport: { width: 390, height: 844 }, ...options });
  page.setDefaultTimeout(10_000);
  page.on('pageerror', (error) => {
    throw error;
  });
  await page.routeWebSocket(/\/ws\?/, (socket) => {
    if (network.isDown) return void socket.close({ code: 1012 });
    socket.connectToServer();
    network.cut = () => socket.close({ code: 1012 });
  });
  await page.goto(url);
  return page;
}

async function join(page, name, room) {
  await page.fill('#name', name);
  await page.fill('#room', room);
  await page.click('#join button');
}

/** All in one go: as fast as a hand is not. */
function say(page, ...texts) {
  return page.evaluate((contents) => {
    for (const content of contents) {
      document.getElementById('content').value = content;
      document.getElementById('send').requestSubmit();
    }
  }, texts);
}

const lines = (page) => page.$$eval('#lines p:not(.notice)', (all) => all.map((line) => line.lastChild.textContent));
const waiting = (page) => page.$$eval('#waiting p', (all) => all.map(({ className, textContent }) => `${className}: ${textContent}`));
const status = (page, text) => page.waitForFunction((expected) => document.getElementById('status').textContent === expected, text);
const settled = (page, count) => page.waitForFunction((n) => document.querySelectorAll('#lines p:not(.notice)').length === n, count);
const shot = (page, name) => process.env.SHOTS && page.screenshot({ path: `${process.env.SHOTS}/${name}.png` });

async function tooFast() {
  const page = await openPage();
  await join(page, 'Ada', 'page-fast');
  await status(page, 'In page-fast as Ada');
  const sent = Array.from({ length: 6 }, (_, n) => `message ${n + 1}`);
  await say(page, ...sent);
  await page.waitForFunction(() => document.getElementById('note').textContent.includes('sent again'));
  await shot(page, 'too-fast');
  await settled(page, 6);
  assert.deepEqual(await lines(page), sent);
  assert.deepEqual([await waiting(page), await page.textContent('#note')], [[], '']);
  assert.match(await page.getAttribute('#lines time', 'title'), /\d{4}/);
  console.log('too fast: sent again, in order, once');
  await page.close();
}

/** The server stands in the page's way here: what it says cannot be had from a real one on demand. */
async function refusedMessages() {
  const page = await openPage();
  let verdict = {};
  await page.routeWebSocket(/room=page-refused/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((text) => {
      const { ref } = JSON.parse(text);
      if (verdict === undefined) server.send(text);
      else socket.send(JSON.stringify({ type: 'error', message: 'No.', ref, ...verdict }));
    });
  });
  await join(page, 'Ada', 'page-refused');
  await status(page, 'In page-refused as Ada');
  verdict = { code: 'filtered', retryable: false };
  await say(page, 'never');
  await page.waitForSelector('#waiting .failed');
  verdict = { code: 'rate_limited', retryable: true, retryAfterMs: 5 };
  await say(page, 'later');
  await page.waitForSelector('#waiting button');
  assert.deepEqual(await waiting(page), ['failed: AdaneverNot sent: No.', 'failed: AdalaterNot sent: No.Retry']);
  await shot(page, 'failed');
  verdict = undefined;
  await page.click('#waiting button');
  await settled(page, 1);
  assert.deepEqual(await waiting(page), ['failed: AdaneverNot sent: No.']);
  console.log('refused: shown as failed, with Retry where that helps');
  await page.close();
}

async function refusedRoom() {
  const page = await openPage();
  await join(page, 'Ada', 'private:club');
  await status(page, 'Not connected');
  assert.match(await page.textContent('#note'), /reserved/);
  assert.equal(await page.isVisible('#send'), false);
  await shot(page, 'refused-room');
  await join(page, 'Ada', 'page-allowed');
  await status(page, 'In page-allowed as Ada');
  assert.equal(await page.isVisible('#send'), true);
  console.log('refused room: says so');
  await page.close();
}

async function lostConnection() {
  const page = await openPage({ colorScheme: 'dark' });
  await join(page, 'Ada', 'page-lost');
  await status(page, 'In page-lost as Ada');
  await say(page, 'before');
  await settled(page, 1);
  network.isDown = true;
  network.cut();
  await page.waitForFunction(() => document.getElementById('status').textContent.startsWith('Connection lost'));
  await say(page, 'one');
  await say(page, 'two');
  assert.deepEqual(await waiting(page), ['waiting: Adaone', 'waiting: Adatwo']);
  await shot(page, 'waiting');
  await say(page, ...Array.from({ length: 98 }, () => 'more'), 'one too many');
  assert.match(await page.textContent('#note'), /100 messages are waiting/);
  assert.equal(await page.inputValue('#content'), 'one too many');
  network.isDown = false;
  await settled(page, 4);
  assert.deepEqual((await lines(page)).slice(0, 3), ['before', 'one', 'two']);
  console.log('lost connection: kept, and sent when it is back');
  await page.close();
}

try {
  await tooFast();
  await refusedMessages();
  await refusedRoom();
  await lostConnection();
} finally {
  await browser.close();
}
