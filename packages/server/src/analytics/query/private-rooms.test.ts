import { expect, it } from 'vitest';
import { nameRanked } from './names.ts';

it('ASK-11 lists no room that only its members may see, and the next ones in its place', () => {
  const rooms = Array.from({ length: 40 }, (_, i) => ({ number: i + 1, count: 100 - i }));
  const nameOf = (room: number): string => (room <= 30 ? `private:${room}` : `room-${room}`);
  const dictionary = {
    roomIds: (numbers: readonly number[]) => new Map(numbers.map((number) => [number, nameOf(number)])),
    userIds: () => new Map<number, string>(),
    terms: () => new Map<number, string>(),
  };
  const [listed] = nameRanked([(limit) => rooms.slice(0, limit)], 'rooms', 3, dictionary);
  expect(listed).toEqual([31, 32, 33].map((number) => ({ key: `room-${number}`, count: 101 - number })));
});
