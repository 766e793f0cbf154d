import { expect, it } from 'vitest';
import { onWakeSignals } from './wake-signals.ts';

class Page extends EventTarget {
  readonly document = Object.assign(new EventTarget(), { visibilityState: 'hidden' });
}

it('CLIENT-11: wakes up when the network is back and when the page is shown again, until it is ended', () => {
  const page = new Page();
  let woken = 0;
  const end = onWakeSignals(() => {
    woken += 1;
  }, page);
  page.dispatchEvent(new Event('online'));
  page.document.dispatchEvent(new Event('visibilitychange'));
  expect(woken).toBe(1);
  page.document.visibilityState = 'visible';
  page.document.dispatchEvent(new Event('visibilitychange'));
  page.dispatchEvent(new Event('pageshow'));
  expect(woken).toBe(3);
  end();
  page.dispatchEvent(new Event('online'));
  page.document.dispatchEvent(new Event('visibilitychange'));
  expect(woken).toBe(3);
});

it('needs no page', () => {
  onWakeSignals(() => {}, {})();
});
