/* SPDX-License-Identifier: MIT */
/* Scripts: what execve() reads in the line behind #!, of which it looks at 256 bytes. */
#define _GNU_SOURCE
#include "tmpdir.h"

#include <fcntl.h>

#define SEEN	256

static char got[100];

/* As the interpreter "./i": leave the arguments in a file, long ones as their length. */
static int interpret(char **args)
{
	int fd = open("got", O_CREAT | O_TRUNC | O_WRONLY, 0600);

	while (*++args)
		if (strlen(*args) > 20)
			dprintf(fd, "%zu|", strlen(*args));
		else
			dprintf(fd, "%s|", *args);
	return close(fd);
}

static int run(void *arg)
{
	(void)arg;
	execl("./s", "zero", "one", NULL);
	return errno;
}

/* What a script that begins so is run with, or the error. */
static const char *result(const char *text, int length)
{
	int fd = open("s", O_CREAT | O_TRUNC | O_WRONLY, 0755), status, n;

	if (write(fd, text, length) != length || close(fd))
		return "no script";
	unlink("got");
	status = in_child(run, NULL);
	if (status) {
		snprintf(got, sizeof(got), "error %d", WEXITSTATUS(status));
		return got;
	}
	fd = open("got", O_RDONLY);
	n = read(fd, got, sizeof(got) - 1);
	got[n > 0 ? n : 0] = '\0';
	close(fd);
	return got;
}

/* A line of x, or blanks, that begins so and has c at a certain place. */
static const char *long_line(const char *start, char fill, int place, char c)
{
	char text[1000];

	memset(text, fill, sizeof(text));
	memcpy(text, start, strlen(start));
	text[place] = c;
	return result(text, sizeof(text));
}

#define line(text, want, name) is_str(result(text, sizeof(text) - 1), want, name)

static void test_short(void)
{
	line("#!./i\n", "./s|one|", "a script");
	line("#!./i", "./s|one|", "without a newline");
	line("#! \t ./i  a  b \t\n", "a  b|./s|one|", "blanks, and an argument with some");
	line("#!./i a b", "a b|./s|one|", "an argument without a newline");
	line("#!./i a\0b\n", "a|./s|one|", "it ends at a NUL");
	line("#!./i\0b\n", "./s|one|", "and so does the interpreter");
	line("#!./i\r\n", "error 2", "a carriage return belongs to the name");
	line("#!\n", "error 8", "no interpreter");
	line("#! \t\n", "error 8", "only blanks");
	line("#!", "error 13", "nothing at all: the current directory");
	line("#!  ", "error 13", "nor but blanks");
}

static void test_long(void)
{
	is_str(long_line("#!./i ", 'x', 999, '\n'), "249|./s|one|", "a long argument is cut off");
	is_str(long_line("#!./i ", 'x', SEEN - 2, '\n'), "248|./s|one|", "one that just fits");
	is_str(long_line("#!./i ", 'x', SEEN - 1, '\n'), "249|./s|one|", "and its newline");
	is_str(long_line("#!./i ", 'x', SEEN, '\n'), "249|./s|one|", "which is not seen any more");
	is_str(long_line("#!./i ", 'x', SEEN - 2, ' '), "248|./s|one|", "a blank where it is cut");
	is_str(long_line("#!./i", ' ', 999, '\n'), "./s|one|", "nothing but blanks follows");
	is_str(long_line("#!./", 'x', 999, '\n'), "error 8", "a long name may go on");
	is_str(long_line("#!./", 'x', SEEN, ' '), "error 8", "also if it just fits");
	is_str(long_line("#!./", 'x', SEEN - 1, ' '), "error 2", "unless its end is seen");
	is_str(long_line("#!", ' ', 999, '\n'), "error 8", "only blanks are seen");
}

int main(int argc, char **argv)
{
	char *self = realpath(argv[0], NULL);

	(void)argc;
	if (!strcmp(argv[0], "./i"))
		return interpret(argv);
	plan(21);
	enter_tmpdir();
	symlink(self, "i");
	test_short();
	test_long();
	leave_tmpdir();
	return done();
}
