/* SPDX-License-Identifier: MIT */
/* flock() and the locks of fcntl(): ranges, owners, waiting, deadlock. */
#define _GNU_SOURCE
#include "tmpdir.h"

#include <sys/file.h>

#define LAST 0x7fffffffffffffffLL

static int fd;

static int set_lock(int file, int cmd, short type, off_t start, off_t len)
{
	struct flock l = { .l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = len };

	return fcntl(file, cmd, &l) ? errno : 0;
}

struct request {
	short type;
	off_t start, len;
};

/* In a child: another process's try. 0 or the error. */
static int try_lock(void *arg)
{
	const struct request *r = arg;
	int own = open("f", O_RDWR);

	return set_lock(own, F_SETLK, r->type, r->start, r->len);
}

static int other(short type, off_t start, off_t len)
{
	struct request r = { type, start, len };
	int status = in_child(try_lock, &r);

	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Type, start and length of what is in the way of another process, as one number. */
static int ask(void *arg)
{
	struct flock l = { .l_type = F_WRLCK };
	int own = open("f", O_RDWR);

	(void)arg;
	if (fcntl(own, F_GETLK, &l))
		return 255;
	if (l.l_type != F_UNLCK && l.l_pid != getppid())
		return 254;
	return l.l_type * 100 + l.l_start * 10 + l.l_len;
}

static void test_ranges(void)
{
	is(set_lock(fd, F_SETLK, F_WRLCK, 0, 10), 0, "a write lock on bytes 0 to 9");
	is(other(F_WRLCK, 5, 1), EAGAIN, "is in the way of another process");
	is(other(F_RDLCK, 9, 1), EAGAIN, "also of its read locks");
	is(other(F_WRLCK, 10, 5), 0, "not behind it");
	is(set_lock(fd, F_SETLK, F_RDLCK, 3, 4), 0, "its owner changes the middle to a read lock");
	is(other(F_RDLCK, 3, 4), 0, "which others can share");
	is(other(F_WRLCK, 3, 1), EAGAIN, "but not write");
	is(other(F_RDLCK, 2, 1), EAGAIN, "on the left it is as before");
	is(other(F_RDLCK, 7, 1), EAGAIN, "on the right, too");
	is(set_lock(fd, F_SETLK, F_UNLCK, 4, 2), 0, "a hole in the read lock");
	is(other(F_WRLCK, 4, 2), 0, "is free");
	is(other(F_WRLCK, 4, 3), EAGAIN, "and no larger");
	exits(in_child(ask, NULL), F_WRLCK * 100 + 3, "F_GETLK tells the first in the way");
	is(set_lock(fd, F_SETLK, F_UNLCK, 0, 0), 0, "unlock all");
	exits(in_child(ask, NULL), F_UNLCK * 100, "F_GETLK: nothing");
	is(set_lock(fd, F_SETLK, F_WRLCK, 5, 0), 0, "from 5 to the end, wherever it is");
	is(other(F_WRLCK, 0x7fffffff, 1), EAGAIN, "far behind: in the way");
	is(other(F_WRLCK, 0, 5), 0, "before: not");
	close(open("f", O_RDONLY));
	is(other(F_WRLCK, 10, 1), 0, "closing any descriptor of the file drops all locks");
}

/* Owners in the order in which they came, each with its ranges in order. */
static void test_order(void)
{
	struct flock l = { .l_type = F_WRLCK };
	int ofd = open("f", O_RDWR), third = open("f", O_RDWR);

	is(set_lock(fd, F_SETLK, F_RDLCK, 20, 1), 0, "a process's lock on byte 20");
	is(set_lock(ofd, F_OFD_SETLK, F_RDLCK, 10, 1), 0, "an open file's on byte 10");
	is(set_lock(fd, F_SETLK, F_RDLCK, 15, 1), 0, "the process's on byte 15");
	fcntl(third, F_OFD_GETLK, &l);
	is(l.l_start, 15, "the process's first one is the first in the way");
	is(set_lock(fd, F_SETLK, F_UNLCK, 0, 0), 0, "it gives up all");
	is(set_lock(fd, F_SETLK, F_RDLCK, 5, 1), 0, "and comes again");
	l = (struct flock){ .l_type = F_WRLCK };
	fcntl(third, F_OFD_GETLK, &l);
	is(l.l_start, 10, "behind the other");
	is(l.l_pid, -1, "which is no process's");
	set_lock(fd, F_SETLK, F_UNLCK, 0, 0);
	close(ofd);
	close(third);
}

static void test_errors(void)
{
	struct flock l = { .l_type = 7 };
	int rd = open("f", O_RDONLY), wr = open("f", O_WRONLY);

	fails(fcntl(fd, F_SETLK, &l), EINVAL, "an unknown type: EINVAL");
	l.l_type = F_WRLCK;
	l.l_whence = 9;
	fails(fcntl(fd, F_SETLK, &l), EINVAL, "an unknown whence: EINVAL");
	is(set_lock(fd, F_SETLK, F_WRLCK, -1, 1), EINVAL, "a negative start: EINVAL");
	is(set_lock(fd, F_SETLK, F_WRLCK, 5, -6), EINVAL, "a length that leads below 0: EINVAL");
	is(set_lock(fd, F_SETLK, F_WRLCK, 5, -5), 0, "a negative length");
	is(other(F_WRLCK, 4, 1), EAGAIN, "means what lies before");
	is(other(F_WRLCK, 5, 1), 0, "the start");
	is(set_lock(rd, F_SETLK, F_WRLCK, 0, 1), EBADF, "a write lock on a file to read: EBADF");
	is(set_lock(wr, F_SETLK, F_RDLCK, 0, 1), EBADF, "a read lock on a file to write: EBADF");
	is(set_lock(99, F_SETLK, F_WRLCK, 0, 1), EBADF, "no file: EBADF");
	l = (struct flock){ .l_type = F_WRLCK, .l_whence = SEEK_END, .l_start = LAST };
	is(ftruncate(fd, 1), 0, "a file of one byte");
	fails(fcntl(fd, F_SETLK, &l), EOVERFLOW, "a start that is no position: EOVERFLOW");
	l.l_whence = SEEK_SET;
	is(fcntl(fd, F_SETLK, &l), 0, "the last one");
	l.l_len = 2;
	fails(fcntl(fd, F_SETLK, &l), EOVERFLOW, "an end that is none: EOVERFLOW");
	l = (struct flock){ .l_type = F_UNLCK, .l_start = -1, .l_len = LAST };
	fails(fcntl(fd, F_SETLK, &l), EINVAL, "a negative start comes first: EINVAL");
	fails(fcntl(fd, F_GETLK, &l), EINVAL, "F_GETLK of no lock: EINVAL");
	l = (struct flock){ .l_type = F_WRLCK, .l_pid = 1, .l_len = 1 };
	fails(fcntl(rd, F_OFD_SETLK, &l), EBADF, "F_OFD_SETLK: the right comes first: EBADF");
	fails(fcntl(fd, F_OFD_SETLK, &l), EINVAL, "then the process, which must be 0: EINVAL");
	fails(fcntl(fd, F_SETLK, (void *)KERNEL_ADDRESS), EFAULT, "a bad pointer: EFAULT");
	close(rd);
	close(wr);
}

static void nothing(int sig)
{
	(void)sig;
}

static int lock_soon_free(void *arg)
{
	(void)arg;
	return set_lock(open("f", O_RDWR), F_SETLKW, F_WRLCK, 0, 1);
}

static int lock_until_signal(void *arg)
{
	struct sigaction sa = { .sa_handler = nothing };

	(void)arg;
	sigaction(SIGALRM, &sa, NULL);
	alarm(1);
	return set_lock(open("f", O_RDWR), F_SETLKW, F_WRLCK, 0, 1);
}

static void test_waiting(void)
{
	int status;
	pid_t pid;

	is(set_lock(fd, F_SETLK, F_WRLCK, 0, 1), 0, "lock");
	exits(in_child(lock_until_signal, NULL), EINTR, "who waits is woken by a signal: EINTR");
	pid = fork();
	if (!pid)
		_exit(lock_soon_free(NULL));
	usleep(50000);
	is(set_lock(fd, F_SETLK, F_UNLCK, 0, 1), 0, "unlock");
	waitpid(pid, &status, 0);
	exits(status, 0, "who waits gets it");
}

/* We hold 0 and want 1; the child holds 1 and wants 0. */
static void test_deadlock(void)
{
	volatile int *step = shared_pages(1);
	int status, error;
	pid_t pid;

	set_lock(fd, F_SETLK, F_WRLCK, 0, 1);
	pid = fork();
	if (!pid) {
		int own = open("f", O_RDWR);

		set_lock(own, F_SETLK, F_WRLCK, 1, 1);
		*step = 1;
		_exit(set_lock(own, F_SETLKW, F_WRLCK, 0, 1));
	}
	while (!*step)
		usleep(1000);
	usleep(50000);
	error = set_lock(fd, F_SETLKW, F_WRLCK, 1, 1);
	is(error, EDEADLK, "a circle: EDEADLK");
	set_lock(fd, F_SETLK, F_UNLCK, 0, 0);
	waitpid(pid, &status, 0);
	exits(status, 0, "the other one goes on");
}

static int try_flock(void *arg)
{
	return flock(open("f", O_RDWR), (long)arg) ? errno : 0;
}

/* The open file is shared with the parent. */
static int flock_inherited(void *arg)
{
	return flock(fd, (long)arg) ? errno : 0;
}

static void test_flock(void)
{
	int second = open("f", O_RDONLY);

	is(flock(fd, LOCK_EX), 0, "flock");
	fails(flock(second, LOCK_SH | LOCK_NB), EWOULDBLOCK, "by another open file: EWOULDBLOCK");
	exits(in_child(try_flock, (void *)(LOCK_EX | LOCK_NB)), EWOULDBLOCK, "another process's");
	exits(in_child(flock_inherited, (void *)(LOCK_EX | LOCK_NB)), 0, "but not the same file");
	is(other(F_WRLCK, 0, 1), 0, "fcntl locks do not care");
	is(flock(fd, LOCK_SH), 0, "to a shared one");
	is(flock(second, LOCK_SH | LOCK_NB), 0, "shared by both");
	fails(flock(fd, LOCK_EX | LOCK_NB), EWOULDBLOCK, "not exclusive now");
	is(flock(second, LOCK_EX | LOCK_NB), 0, "and the shared one was lost");
	fails(flock(fd, LOCK_SH | LOCK_NB), EWOULDBLOCK, "for the other");
	close(second);
	is(flock(fd, LOCK_EX | LOCK_NB), 0, "after the other is closed it is");
	is(flock(fd, LOCK_UN), 0, "unlock");
	fails(flock(fd, 0), EINVAL, "no operation: EINVAL");
	fails(flock(99, LOCK_SH), EBADF, "no file: EBADF");
}

int main(void)
{
	plan(66);
	enter_tmpdir();
	fd = open("f", O_CREAT | O_RDWR, 0644);
	test_ranges();
	test_order();
	test_errors();
	set_lock(fd, F_SETLK, F_UNLCK, 0, 0);
	test_waiting();
	test_deadlock();
	test_flock();
	leave_tmpdir();
	return done();
}
