/* SPDX-License-Identifier: MIT */
/* The text of a whole file, for tests of what /proc shows. */
#ifndef TESTS_USER_SLURP_H
#define TESTS_USER_SLURP_H

#include <fcntl.h>
#include <unistd.h>

static char text[1 << 18];

/* slurp - a file into text, with a NUL behind it: its length, or -1 when it cannot be read. */
static int slurp(const char *path)
{
	int fd = open(path, O_RDONLY), length = 0, n;

	if (fd < 0)
		return -1;
	while ((n = read(fd, text + length, sizeof(text) - 1 - length)) > 0)
		length += n;
	close(fd);
	text[length] = '\0';
	return n < 0 ? -1 : length;
}

#endif
