/* SPDX-License-Identifier: MIT */
/*
 * printf.h - formatted text into a buffer.
 *
 * Conversions: %d %i %u %x %X %o %c %s %p %%, with flags - 0 + space #, width and precision
 * (both also *), and lengths hh h l ll z t. %p prints eight hexadecimal digits. There is
 * no floating point and no %n. An unknown conversion is copied as it stands.
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
