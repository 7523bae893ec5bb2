/** The names of error numbers (include/uapi/asm-generic/errno-base.h and errno.h, 6.18). */

const NAMES: Readonly<Record<number, string>> = {
  1: 'EPERM',
  2: 'ENOENT',
  4: 'EINTR',
  5: 'EIO',
  6: 'ENXIO',
  11: 'EAGAIN',
  12: 'ENOMEM',
  13: 'EACCES',
  14: 'EFAULT',
  16: 'EBUSY',
  17: 'EEXIST',
  19: 'ENODEV',
  22: 'EINVAL',
  26: 'ETXTBSY',
  28: 'ENOSPC',
  31: 'EMLINK',
  34: 'ERANGE',
  95: 'EOPNOTSUPP',
  110: 'ETIMEDOUT',
  133: 'EHWPOISON',
};

/** `-EFAULT` for -14; a number without a name stays what it is. */
export function errorText(returned: string): string {
  const name = NAMES[-Number(returned)];
  return name === undefined ? returned : `-${name}`;
}
