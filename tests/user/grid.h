/* SPDX-License-Identifier: MIT */
/* Tables of results: what a call answers for every combination of its arguments. Each row is one
 * line of output, so that a difference between Linux and Nopage shows the row and the column.
 */
#ifndef TESTS_USER_GRID_H
#define TESTS_USER_GRID_H

#include "say.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char grid_line[400];
static unsigned int grid_used;

/* cell - a result: its error number, or + for success, whatever it is. */
static inline void cell(long result)
{
	int error = result < 0 && result >= -4095 ? -result : 0;

	grid_used += snprintf(grid_line + grid_used, sizeof(grid_line) - grid_used,
			      error ? " %d" : " +", error);
}

/* end_row - print the cells since the last row, behind its name. */
static inline void end_row(const char *name)
{
	say("# %s:%s", name, grid_line);
	grid_used = 0;
}

#endif
