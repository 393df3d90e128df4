import { describe, expect, it } from 'vitest';
import { HandshakeGate } from '../src/handshake-gate.ts';

const gate = () => new HandshakeGate({ maxConnections: 4, maxHandshakes: 3, maxHandshakesPerAddress: 2 });

describe('HandshakeGate', () => {
  it('K6 limits unfinished handshakes of one address', () => {
    const it = gate();
    const first = it.enter('a');
    expect(it.enter('a')).toBeDefined();
    expect(it.enter('a')).toBeUndefined();
    first?.admitted();
    expect(it.enter('a')).toBeDefined();
  });

  it('K6 limits unfinished handshakes of all addresses', () => {
    const it = gate();
    const passes = ['a', 'a', 'b'].map((address) => it.enter(address));
    expect(it.enter('c')).toBeUndefined();
    passes[2]?.left();
    expect(it.enter('c')).toBeDefined();
  });

  it('limits connections, also finished ones', () => {
    const it = gate();
    const passes = ['a', 'b', 'c', 'd'].map((address) => {
      const pass = it.enter(address);
      pass?.admitted();
      return pass;
    });
    expect(it.enter('e')).toBeUndefined();
    passes[0]?.left();
    expect(it.enter('e')).toBeDefined();
  });

  it('counts each end once, whatever is called how often', () => {
    const it = gate();
    for (let round = 0; round < 10; round += 1) {
      const pass = it.enter('a');
      pass?.admitted();
      pass?.admitted();
      pass?.left();
      pass?.left();
    }
    const passes = ['a', 'a', 'b'].map((address) => it.enter(address));
    expect(passes.every((pass) => pass !== undefined)).toBe(true);
    expect(it.enter('b')).toBeUndefined();
  });
});
