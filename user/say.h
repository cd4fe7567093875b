/* SPDX-License-Identifier: MIT */
/* say() - print one line with one write(2).
 *
 * The tour is read next to the kernel's log on the same serial line, test programs are compared
 * line by line, and the processes and threads of both share their output: a line must be out before
 * the next step happens, whole, and must not wait in a buffer that fork() would duplicate.
 */
#ifndef USER_SAY_H
#define USER_SAY_H

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

__attribute__((format(printf, 1, 2), unused))
static void say(const char *format, ...)
{
	char line[512];
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(line, sizeof(line) - 1, format, args);
	va_end(args);
	if (length > (int)sizeof(line) - 2)
		length = sizeof(line) - 2;
	line[length++] = '\n';
	if (write(1, line, length) != length)
		_exit(99);
}

#endif
