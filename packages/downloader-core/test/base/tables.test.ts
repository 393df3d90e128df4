import { describe, expect, it } from 'vitest';

import { FewMap } from '../../src/base/few-map.ts';
import { Roll } from '../../src/base/roll.ts';

describe('FewMap', () => {
  it('M1 has one entry, is emptied, and has another', () => {
    const map = new FewMap<number>();
    expect([map.size, map.get('a'), map.has('a'), [...map.values()]]).toEqual([0, undefined, false, []]);
    map.set('a', 1);
    map.set('a', 2);
    expect([map.size, map.get('a'), map.has('a'), map.get('b'), [...map.values()]]).toEqual([
      1,
      2,
      true,
      undefined,
      [2],
    ]);
    map.delete('b');
    expect(map.size).toBe(1);
    map.delete('a');
    map.set('b', 3);
    expect([map.size, map.get('a'), [...map.values()]]).toEqual([1, undefined, [3]]);
  });

  it('M1 has many entries in the order of setting, and is cleared', () => {
    const map = new FewMap<number>();
    for (const [index, key] of ['a', 'b', 'c'].entries()) map.set(key, index);
    map.delete('b');
    map.set('a', 7);
    expect([map.size, map.has('b'), map.has('c'), map.get('a'), [...map.values()]]).toEqual([
      2,
      false,
      true,
      7,
      [7, 2],
    ]);
    map.clear();
    expect([map.size, map.get('a'), [...map.values()]]).toEqual([0, undefined, []]);
  });
});

describe('Roll', () => {
  it('M1 keeps the order of coming, whoever goes first', () => {
    const roll = new Roll<string>();
    const [a, b, c] = ['a', 'b', 'c'].map((value) => roll.add(value));
    expect([...roll]).toEqual(['a', 'b', 'c']);
    if (b) roll.delete(b);
    if (b) roll.delete(b);
    expect([...roll]).toEqual(['a', 'c']);
    if (a) roll.delete(a);
    expect(roll.first).toBe('c');
    roll.add('d');
    if (c) roll.delete(c);
    expect([...roll]).toEqual(['d']);
  });

  it('M1 what has gone holds nothing of what came later', () => {
    const roll = new Roll<string>();
    const gone = roll.add('a');
    const stays = roll.add('b');
    roll.delete(gone);
    expect([gone.before, gone.after]).toEqual([undefined, undefined]);
    roll.clear();
    expect([stays.before, stays.after, roll.first, [...roll]]).toEqual([undefined, undefined, undefined, []]);
    roll.delete(stays);
    roll.add('c');
    expect([...roll]).toEqual(['c']);
  });
});
