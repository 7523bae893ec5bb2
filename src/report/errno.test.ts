import { expect, it } from 'vitest';
import * as errno from '../kernel/errno.ts';
import { errorText } from './errno.ts';

it('every error that kernel code gives has its name in pictures', () => {
  const { EWOULDBLOCK, ...others } = errno;
  for (const [name, number] of Object.entries(others)) {
    expect(errorText(String(-number))).toBe(`-${name}`);
  }
  expect([EWOULDBLOCK, errorText('-4000')]).toEqual([errno.EAGAIN, '-4000']);
});
