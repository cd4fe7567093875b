/* SPDX-License-Identifier: MIT */
/* Tables of results: what a call answers for every combination of its arguments. Each row is one
 * line of output, so that a difference between Linux and Nopage shows the row and the column.
 */
#ifndef TESTS_USER_GRID_H
#define TESTS_USER_GRID_H

#include <errno.h>

#include "say.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char grid_line[400];
static unsigned int grid_used;

/* cell - a result in one character: + for success, whatever it is, or a letter of the error. */
static inline void cell(long result)
{
	static const char letters[] = {
		[EPERM] = 'P', [ENOENT] = 'N', [EINTR] = 'R', [EBADF] = 'B', [EAGAIN] = 'G',
		[ENOMEM] = 'M', [EACCES] = 'A', [EFAULT] = 'F', [EINVAL] = 'I', [ENODEV] = 'D',
		[ENOSYS] = 'S', [ETIMEDOUT] = 'T', [128] = 0,
	};
	char letter = '+';

	if (result < 0 && result >= -4095)
		letter = -result < COUNT(letters) && letters[-result] ? letters[-result] : '?';
	grid_line[grid_used++] = letter;
}

/* end_group - a gap between cells. */
static inline void end_group(void)
{
	grid_line[grid_used++] = ' ';
}

/* end_row - print the cells since the last row, behind its name. */
static inline void end_row(const char *name)
{
	say("# %-24s %.*s", name, grid_used, grid_line);
	grid_used = 0;
}

#endif
