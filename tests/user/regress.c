/* SPDX-License-Identifier: MIT */
/* What fuzz has found: calls that once stopped the kernel, and what Linux makes of them. */
#define _GNU_SOURCE
#include "tap.h"

#include <fcntl.h>
#include <sys/stat.h>

/* The inode of a pipe had no operations at all. */
static void test_pipe_attributes(void)
{
	struct timespec times[2] = { { .tv_sec = 1000 }, { .tv_sec = 2000 } };
	struct stat st;
	int fds[2];

	if (pipe(fds))
		_exit(98);
	is(fchmod(fds[0], 0640), 0, "the mode of a pipe");
	is(fchown(fds[0], -1, -1), 0, "its owner");
	is(futimens(fds[1], times), 0, "its times");
	is(fstat(fds[1], &st), 0, "it has attributes");
	is(st.st_mode, S_IFIFO | 0640, "the new mode");
	is(st.st_mtime, 2000, "the new time");
	fails(ftruncate(fds[1], 0), EINVAL, "but no length");
	close(fds[0]);
	close(fds[1]);
}

int main(void)
{
	plan(7);
	test_pipe_attributes();
	return done();
}
