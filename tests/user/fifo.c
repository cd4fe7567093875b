/* SPDX-License-Identifier: MIT */
/* FIFOs: pipes with a name; who waits for whom when they are opened. */
#include "tap.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>

static char path[64];

static int open_and_write(void *arg)
{
	int fd;

	usleep(30000);
	fd = open(path, O_WRONLY);
	return fd < 0 || write(fd, "hello", 5) != 5;
}

static int open_and_read(void *arg)
{
	char buf[10];
	int fd;

	usleep(30000);
	fd = open(path, O_RDONLY);
	return fd < 0 || read(fd, buf, 10) != 5;
}

static pid_t start(int (*fn)(void *))
{
	pid_t pid = fork();

	if (!pid)
		_exit(fn(NULL));
	return pid;
}

static int status_of(pid_t pid)
{
	int status = -1;

	waitpid(pid, &status, 0);
	return status;
}

static void test_waiting(void)
{
	char buf[10];
	pid_t pid;
	int fd;

	pid = start(open_and_write);
	fd = open(path, O_RDONLY);
	ok(fd >= 0, "a reader waits for a writer");
	is(read(fd, buf, 10), 5, "and reads what it writes");
	is(read(fd, buf, 10), 0, "to its end");
	exits(status_of(pid), 0, "which the writer did not wait for");
	close(fd);

	pid = start(open_and_read);
	fd = open(path, O_WRONLY);
	ok(fd >= 0, "a writer waits for a reader");
	is(write(fd, "hello", 5), 5, "and writes");
	exits(status_of(pid), 0, "what it reads");
	close(fd);
}

static int revents(int fd)
{
	struct pollfd p = { fd, POLLIN | POLLOUT, 0 };

	poll(&p, 1, 0);
	return p.revents;
}

static void test_not_waiting(void)
{
	char buf[10];
	int in, out;

	fails(open(path, O_WRONLY | O_NONBLOCK), ENXIO, "a writer that does not wait, no reader");
	in = open(path, O_RDONLY | O_NONBLOCK);
	ok(in >= 0, "a reader that does not wait");
	is(read(in, buf, 10), 0, "nobody writes: the end");
	is(revents(in), 0, "but nobody has hung up");
	out = open(path, O_WRONLY | O_NONBLOCK);
	ok(out >= 0, "now a writer that does not wait");
	fails(read(in, buf, 10), EAGAIN, "it has written nothing");
	is(write(out, "hello", 5), 5, "write");
	is(revents(in), POLLIN, "can be read");
	is(read(in, buf, 2), 2, "a part");
	close(out);
	is(revents(in), POLLIN | POLLHUP, "hung up, with something left");
	is(read(in, buf, 10), 3, "the rest");
	is(revents(in), POLLHUP, "hung up");
	is(read(in, buf, 10), 0, "the end");
	out = open(path, O_WRONLY | O_NONBLOCK);
	is(revents(in), 0, "another writer");
	close(out);
	close(in);
}

static void test_read_write(void)
{
	char buf[10];
	int fd = open(path, O_RDWR);

	ok(fd >= 0, "O_RDWR waits for nobody");
	is(write(fd, "self", 4), 4, "write");
	is(read(fd, buf, 10), 4, "read");
	is(revents(fd), POLLOUT, "can be written only");
	write(fd, "lost", 4);
	close(fd);
	fd = open(path, O_RDWR | O_NONBLOCK);
	fails(read(fd, buf, 10), EAGAIN, "what nobody read is gone with the last file");
	close(fd);
}

int main(void)
{
	struct stat st;

	plan(34);
	snprintf(path, sizeof(path), "/tmp/fifo-test.%d", getpid());
	is(mkfifo(path, 0640), 0, "mkfifo");
	is(stat(path, &st), 0, "stat");
	is(st.st_mode, S_IFIFO | 0640, "type and rights");
	fails(mkfifo(path, 0600), EEXIST, "twice");
	signal(SIGPIPE, SIG_IGN);
	alarm(20);
	test_waiting();
	test_not_waiting();
	test_read_write();
	is(open(path, O_RDONLY | O_DIRECTORY), -1, "no directory");
	is(truncate(path, 0), -1, "no size");
	is(unlink(path), 0, "unlink");
	fails(stat(path, &st), ENOENT, "gone");
	return done();
}
