import { describe, expect, it } from 'vitest';
import { isSafetensorsError, SafetensorsError, safetensorsErrorCodes } from '../../src/safetensors/index.ts';

describe('SafetensorsError', () => {
  it('says file, tensor, problem and byte in this order', () => {
    const error = new SafetensorsError('size_mismatch', 'too short', {
      file: 'm.safetensors',
      tensor: 'a\n',
      offset: 9,
    });
    expect(error.message).toBe('m.safetensors: tensor "a\\n": too short (at byte 9)');
    expect(new SafetensorsError('closed', 'was closed').message).toBe('was closed');
  });

  it('is known by name and code, also from another copy of the package', () => {
    const foreign = Object.assign(new Error('x'), { name: 'SafetensorsError', code: 'closed' });
    expect([new SafetensorsError('closed', 'x'), foreign].every(isSafetensorsError)).toBe(true);
    expect(
      [new Error('x'), { name: 'SafetensorsError', code: 'closed' }, undefined, 'x'].some(isSafetensorsError),
    ).toBe(false);
  });

  it('keeps its cause and says more about its place', () => {
    const cause = new Error('below');
    const error = new SafetensorsError('file_system', 'refused', { cause, offset: 3 }).at({ file: 'f' });
    expect(error).toMatchObject({ code: 'file_system', problem: 'refused', file: 'f', offset: 3, cause });
  });
});

describe('the table of codes', () => {
  it.each(Object.entries(safetensorsErrorCodes))(
    '%s says what happened and what to do',
    (code, { meaning, action }) => {
      expect(code).toMatch(/^[a-z]+(_[a-z0-9]+)*$/);
      expect(meaning).toMatch(/^[A-Z].*\.$/);
      expect(action).toMatch(/^[A-Z].*\.$/);
    },
  );
});
