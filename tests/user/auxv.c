/* SPDX-License-Identifier: MIT */
/* What execve leaves on the stack: argc, argv, the environment, the auxiliary vector, strings. */
#define _GNU_SOURCE
#include "tap.h"

#include <elf.h>
#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/stat.h>

int main(int argc, char **argv);

static int variable = 1;

static void test_vectors(int argc, char **argv)
{
	unsigned long *words = (unsigned long *)argv, *auxv;
	int entries = 0, strings = 1;

	is(words[-1], argc, "argc lies just below argv");
	is(((unsigned long)argv - 4) % 16, 0, "the stack pointer was a multiple of 16 at entry");
	is(words[argc], 0, "a null pointer ends argv");
	ok(environ == argv + argc + 1, "the environment follows");
	for (auxv = (unsigned long *)environ; *auxv; auxv++)
		strings &= *auxv > (unsigned long)argv;
	for (int i = 0; i < argc; i++)
		strings &= words[i] > (unsigned long)argv;
	for (auxv++; auxv[0] != AT_NULL; auxv += 2)
		entries++;
	ok(entries >= 10 && entries < 64, "the auxiliary vector follows, and ends");
	ok(strings, "the strings lie above the vectors");
	ok(argv[0] + strlen(argv[0]) + 1 <= (char *)(argc > 1 ? argv[1] : environ[0] ? environ[0] :
	   argv[0] + PAGE), "they stand one behind the other");
}

/* The program's own file tells what the kernel must say about it. */
static void test_program(const char *path)
{
	int fd = open(path, O_RDONLY);
	Elf32_Ehdr header;
	static char table[512];
	unsigned long length;

	ok(read(fd, &header, sizeof(header)) == sizeof(header), "this program's file can be read");
	length = header.e_phnum * sizeof(Elf32_Phdr);
	ok(length <= sizeof(table) && pread(fd, table, length, header.e_phoff) == (ssize_t)length,
	   "so can its program headers");
	close(fd);
	is(getauxval(AT_ENTRY), header.e_entry, "AT_ENTRY is the file's entry point");
	is(getauxval(AT_PHNUM), header.e_phnum, "AT_PHNUM is the number of program headers");
	is(getauxval(AT_PHENT), sizeof(Elf32_Phdr), "AT_PHENT is the size of one");
	is(memcmp((void *)getauxval(AT_PHDR), table, length), 0,
	   "AT_PHDR is where they are in memory");
	is(getauxval(AT_BASE), 0, "AT_BASE is 0: no interpreter");
}

static void test_values(const char *path)
{
	const unsigned char *random = (void *)getauxval(AT_RANDOM);
	const char *name = (void *)getauxval(AT_EXECFN);
	int set = 0;

	is(getauxval(AT_PAGESZ), PAGE, "AT_PAGESZ is 4096");
	is(getauxval(AT_CLKTCK), 100, "AT_CLKTCK is 100");
	ok(getauxval(AT_UID) == getuid() && getauxval(AT_EUID) == geteuid(), "AT_UID and AT_EUID");
	ok(getauxval(AT_GID) == getgid() && getauxval(AT_EGID) == getegid(), "AT_GID and AT_EGID");
	is(getauxval(AT_SECURE), 0, "AT_SECURE is 0");
	for (int i = 0; random && i < 16; i++)
		set |= random[i];
	ok(set, "AT_RANDOM points to sixteen bytes");
	is_str(name, path, "AT_EXECFN is the path that was executed");
	ok((char *)random > (char *)&set && name > (char *)&set, "both lie on the stack");
}

static void test_segments(void)
{
	static int zero[3000];
	int sum = 0;

	for (int i = 0; i < 3000; i++)
		sum |= zero[i];
	is(sum, 0, "bss is zero");
	is(variable, 1, "data is initialised");
	ok((unsigned long)&variable > (unsigned long)main, "data lies behind the text");
}

int main(int argc, char **argv)
{
	plan(25);
	test_vectors(argc, argv);
	test_program(argv[0]);
	test_values(argv[0]);
	test_segments();
	return done();
}
