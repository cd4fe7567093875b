/* SPDX-License-Identifier: MIT */
/*
 * printf.h - formatted text into a buffer.
 *
 * Conversions: %d %u %x %o %c %s %p %%, with flags - and 0, a width, for strings a precision (both
 * also *), and lengths l ll z. %p prints eight hexadecimal digits. An unknown conversion is copied
 * as it stands.
 */
#ifndef NOPAGE_PRINTF_H
#define NOPAGE_PRINTF_H

#include <nopage/types.h>

/*
 * vsnprintf, snprintf - at most size bytes including the terminating NUL; size 0 writes nothing.
 * Return the length the whole text has, which may be more than fits.
 */
int vsnprintf(char *buf, size_t size, const char *fmt, va_list args) __printf(3, 0);
int snprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);
/* vscnprintf, scnprintf - the same, but return the length that is in buf (0 for size 0). */
int vscnprintf(char *buf, size_t size, const char *fmt, va_list args) __printf(3, 0);
int scnprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);

#endif
