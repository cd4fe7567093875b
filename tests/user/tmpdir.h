/* SPDX-License-Identifier: MIT */
/* A directory of the program's own to work in: made below /tmp, removed at the end. */
#ifndef TESTS_USER_TMPDIR_H
#define TESTS_USER_TMPDIR_H

#include "tap.h"

#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>

static char tmp_path[64];

/* enter_tmpdir - make it and stand in it, with an umask of 022. */
__attribute__((unused))
static void enter_tmpdir(void)
{
	umask(022);
	mkdir("/tmp", 01777);
	strcpy(tmp_path, "/tmp/nopage-XXXXXX");
	if (!mkdtemp(tmp_path) || chdir(tmp_path)) {
		say("Bail out! no temporary directory, errno %d", errno);
		_exit(97);
	}
	chmod(".", 0755);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

__attribute__((unused))
static void leave_tmpdir(void)
{
	if (chdir("/") || nftw(tmp_path, remove_one, 10, FTW_DEPTH | FTW_PHYS | FTW_MOUNT))
		say("# %s could not be removed, errno %d", tmp_path, errno);
}

/* make_file - a file with this text. */
__attribute__((unused))
static void make_file(const char *name, const char *text)
{
	int fd = open(name, O_CREAT | O_TRUNC | O_WRONLY, 0644);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		say("# cannot make %s, errno %d", name, errno);
	close(fd);
}

/* text_of - the first bytes of a file; valid until the next call. */
__attribute__((unused))
static const char *text_of(const char *name)
{
	static char text[256];
	int fd = open(name, O_RDONLY);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	close(fd);
	return text;
}

__attribute__((unused))
static struct stat stat_of(const char *name)
{
	struct stat st;

	memset(&st, 0, sizeof(st));
	lstat(name, &st);
	return st;
}

/* as_user - fn in a child that is the user 1000 in the group 1000. Exit status of the function. */
__attribute__((unused))
static int as_user(int (*fn)(void *), void *arg)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		if (setgid(1000) || setuid(1000))
			_exit(250);
		_exit(fn(arg));
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 251;
}

#endif
