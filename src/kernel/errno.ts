/** Error numbers (include/uapi/asm-generic/errno-base.h, errno.h, 6.18); calls give `-EFAULT`. */

export const EAGAIN = 11;
export const ENOMEM = 12;
export const EFAULT = 14;
export const EBUSY = 16;
export const EINVAL = 22;
export const EMLINK = 31;
export const EOPNOTSUPP = 95;
/** The same number as EAGAIN. */
export const EWOULDBLOCK = EAGAIN;
/** There is no such thing to be taken away. */
export const ENXIO = 6;
