/* SPDX-License-Identifier: MIT */
/* execve of programs that name an interpreter, the dynamic linker (PT_INTERP), and of bad ones. */
#define _GNU_SOURCE
#include "tmpdir.h"

#include <elf.h>
#include <stddef.h>
#include <sys/auxv.h>

#define TEXT	0x10000000	/* clear of where this program is, which serves as interpreter, too */
#define TOP	0xe0000000	/* where no program of a 32-bit Linux can be */
#define PATH	1024		/* where the file has the interpreter's path */

/* A program of one segment that exits with `code`. */
static struct program {
	Elf32_Ehdr eh;
	Elf32_Phdr ph[3];
	unsigned char code[16];
	char fill[PATH - sizeof(Elf32_Ehdr) - 3 * sizeof(Elf32_Phdr) - 16];
	char path[PAGE - PATH];
} prog;

static char *argv[] = { "prog", "auxv", NULL }, *envp[] = { "ONE=1", NULL };

static void fill_program(int type, int code)
{
	/* xorl %eax,%eax; incl %eax; movl $code,%ebx; int $0x80 */
	const unsigned char text[] = { 0x31, 0xc0, 0x40, 0xbb, code, 0, 0, 0, 0xcd, 0x80 };
	unsigned long base = type == ET_DYN ? 0 : TEXT;

	prog = (struct program){
		.eh = {
			.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS32, ELFDATA2LSB, EV_CURRENT },
			.e_type = type, .e_machine = EM_386, .e_version = EV_CURRENT,
			.e_entry = base + offsetof(struct program, code),
			.e_phoff = offsetof(struct program, ph),
			.e_ehsize = sizeof(Elf32_Ehdr), .e_phentsize = sizeof(Elf32_Phdr), .e_phnum = 3,
		},
		.ph = {
			{ .p_type = PT_NULL }, { .p_type = PT_NULL },
			{ .p_type = PT_LOAD, .p_vaddr = base, .p_filesz = PAGE, .p_memsz = PAGE,
			  .p_flags = PF_R | PF_X, .p_align = PAGE },
		},
	};
	memcpy(prog.code, text, sizeof(text));
}

/* write_file - the first size bytes of it, as a new file. */
static void write_file(const char *name, size_t size)
{
	int fd;

	unlink(name);
	fd = open(name, O_CREAT | O_EXCL | O_WRONLY, 0755);
	if (fd < 0 || write(fd, &prog, size) != (ssize_t)size)
		say("# cannot make %s, errno %d", name, errno);
	close(fd);
}

/* A program that exits with 7 if it should be started without this interpreter. */
static void make_program(int type, const char *path, size_t size)
{
	fill_program(type, 7);
	prog.ph[0] = (Elf32_Phdr){ .p_type = PT_INTERP, .p_offset = PATH, .p_filesz = size };
	strcpy(prog.path, path);
	write_file("prog", sizeof(prog));
}

static void make_linker(int type)
{
	fill_program(type, 42);
	write_file("linker", sizeof(prog));
}

static int run(void *arg)
{
	(void)arg;
	execve("prog", argv, envp);
	return 100 + errno % 100;
}

static void test_runs(const char *self)
{
	make_program(ET_EXEC, "linker", 7);
	make_linker(ET_DYN);
	exits(in_child(run, NULL), 42, "the interpreter runs, at any place");
	make_linker(ET_EXEC);
	prog.ph[2].p_vaddr += PAGE;
	prog.eh.e_entry += PAGE;
	write_file("linker", sizeof(prog));
	exits(in_child(run, NULL), 42, "or at its own");
	make_program(ET_DYN, "linker", 7);
	exits(in_child(run, NULL), 42, "the program may go to any place as well");
	make_linker(ET_DYN);
	exits(in_child(run, NULL), 42, "or both");
	prog.ph[2].p_vaddr = TOP;
	prog.eh.e_entry += TOP;
	write_file("linker", sizeof(prog));
	exits(in_child(run, NULL), 42, "wherever it would like to be");
	write_file("prog", sizeof(prog));
	exits(in_child(run, NULL), 42, "the program, too");
	make_program(ET_DYN, "linker", 7);
	make_linker(ET_DYN);
	prog.ph[0] = (Elf32_Phdr){ .p_type = PT_INTERP, .p_offset = PATH, .p_filesz = 8 };
	strcpy(prog.path, "nothing");
	write_file("linker", sizeof(prog));
	exits(in_child(run, NULL), 42, "that the interpreter names one, too, means nothing");
	make_program(ET_EXEC, "linker", 7);
	prog.ph[1] = (Elf32_Phdr){ .p_type = PT_INTERP, .p_offset = PATH + 1, .p_filesz = 2 };
	write_file("prog", sizeof(prog));
	exits(in_child(run, NULL), 42, "of two interpreters the first is taken");
	chmod("linker", 0111);
	exits(in_child(run, NULL), 42, "an interpreter need not be readable");
	make_program(ET_DYN, self, strlen(self) + 1);
	exits(in_child(run, NULL), 43, "AT_ENTRY, AT_PHDR, AT_EXECFN are the program's");
}

/* A program that exits with its first %gs: libc's segment does not go with it. */
static void test_registers(void)
{
	/* movl %gs,%ebx; xorl %eax,%eax; incl %eax; int $0x80 */
	static const unsigned char text[] = { 0x8c, 0xeb, 0x31, 0xc0, 0x40, 0xcd, 0x80 };

	fill_program(ET_EXEC, 0);
	memcpy(prog.code, text, sizeof(text));
	write_file("prog", sizeof(prog));
	exits(in_child(run, NULL), 0, "a new program has no %gs");
}

/* This program as interpreter of `prog`: what the kernel tells it. */
static int check_auxv(char **args)
{
	Elf32_Phdr *ph = (void *)getauxval(AT_PHDR);
	unsigned long base = (unsigned long)ph - offsetof(struct program, ph);

	if (strcmp(args[0], "prog") || strcmp(environ[0], "ONE=1"))
		return 1;
	if (getauxval(AT_PHNUM) != 3 || ph[0].p_type != PT_INTERP || base % PAGE)
		return 2;
	if (getauxval(AT_ENTRY) != base + offsetof(struct program, code))
		return 3;
	if (getauxval(AT_BASE))
		return 4;			/* this one has not been moved */
	return strcmp((char *)getauxval(AT_EXECFN), "prog") ? 5 : 43;
}

static void test_bad_path(void)
{
	make_program(ET_EXEC, "linker", 1);
	fails(execve("prog", argv, envp), ENOEXEC, "a path of one byte: ENOEXEC");
	make_program(ET_EXEC, "linker", 0);
	fails(execve("prog", argv, envp), ENOEXEC, "of none: ENOEXEC");
	make_program(ET_EXEC, "linker", 6);
	fails(execve("prog", argv, envp), ENOEXEC, "without a NUL at its end: ENOEXEC");
	make_program(ET_EXEC, "linker", 4097);
	fails(execve("prog", argv, envp), ENOEXEC, "of over 4096 bytes: ENOEXEC");
	make_program(ET_EXEC, "linker", 4096);
	fails(execve("prog", argv, envp), EIO, "that ends behind the file: EIO");
	prog.ph[0].p_offset = 0xfffff000;
	write_file("prog", sizeof(prog));
	fails(execve("prog", argv, envp), EIO, "that begins there: EIO");
	make_program(ET_EXEC, "", 2);
	fails(execve("prog", argv, envp), EACCES, "an empty one is the current directory: EACCES");
	make_program(ET_EXEC, "nothing", 8);
	fails(execve("prog", argv, envp), ENOENT, "no such file: ENOENT");
	make_program(ET_EXEC, "prog/x", 7);
	fails(execve("prog", argv, envp), ENOTDIR, "below a file: ENOTDIR");
	make_program(ET_EXEC, ".", 2);
	fails(execve("prog", argv, envp), EACCES, "a directory: EACCES");
	make_program(ET_EXEC, "/dev/null", 10);
	fails(execve("prog", argv, envp), EACCES, "a device: EACCES");
	make_program(ET_EXEC, "loop", 5);
	symlink("loop", "loop");
	fails(execve("prog", argv, envp), ELOOP, "a link to itself: ELOOP");
}

static void test_bad_linker(void)
{
	int fd;

	make_program(ET_EXEC, "linker", 7);
	make_linker(ET_DYN);
	chmod("linker", 0644);
	fails(execve("prog", argv, envp), EACCES, "no right to execute it: EACCES");
	make_linker(ET_DYN);
	fd = open("linker", O_WRONLY);
	fails(execve("prog", argv, envp), ETXTBSY, "open for writing: ETXTBSY");
	close(fd);
	write_file("linker", 0);
	fails(execve("prog", argv, envp), EIO, "an empty file: EIO");
	write_file("linker", sizeof(Elf32_Ehdr) - 1);
	fails(execve("prog", argv, envp), EIO, "cut within its header: EIO");
	write_file("linker", sizeof(Elf32_Ehdr));
	fails(execve("prog", argv, envp), ELIBBAD, "cut behind its header: ELIBBAD");
	prog.eh.e_machine = EM_SPARC;
	write_file("linker", sizeof(prog));
	fails(execve("prog", argv, envp), ELIBBAD, "for another machine: ELIBBAD");
	make_linker(ET_DYN);
	prog.eh.e_phnum = 0;
	write_file("linker", sizeof(prog));
	fails(execve("prog", argv, envp), ELIBBAD, "without program headers: ELIBBAD");
	make_linker(ET_DYN);
	prog.eh.e_phentsize = 12;
	write_file("linker", sizeof(prog));
	fails(execve("prog", argv, envp), ELIBBAD, "with headers of a wrong size: ELIBBAD");
	memset(&prog, 'x', sizeof(prog));
	write_file("linker", sizeof(prog));
	fails(execve("prog", argv, envp), ELIBBAD, "a text: ELIBBAD");
	memcpy(&prog, "#!./prog\n", 9);
	write_file("linker", sizeof(prog));
	fails(execve("prog", argv, envp), ELIBBAD, "a script: ELIBBAD");
}

/* Only the program itself is kept from being written to. */
static void test_busy(void)
{
	/* jmp . */
	static const unsigned char forever[] = { 0xeb, 0xfe };
	pid_t pid;
	int fd;

	make_program(ET_EXEC, "linker", 7);
	fill_program(ET_DYN, 0);
	memcpy(prog.code, forever, sizeof(forever));
	write_file("linker", sizeof(prog));
	pid = vfork();
	if (!pid) {
		execve("prog", argv, envp);
		_exit(99);
	}
	fails(open("prog", O_WRONLY), ETXTBSY, "a program that runs cannot be written to");
	for (int tries = 0; tries < 1000; tries++) {	/* once it has been loaded, after the vfork */
		fd = open("linker", O_WRONLY);
		if (fd >= 0)
			break;
		usleep(1000);
	}
	ok(fd >= 0, "its interpreter can");
	close(fd);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

int main(int argc, char **args)
{
	char self[256];

	if (argc == 2 && !strcmp(args[1], "auxv"))
		return check_auxv(args);
	plan(35);
	if (!realpath(args[0], self))
		say("# where am I? errno %d", errno);
	enter_tmpdir();
	test_runs(self);
	test_bad_path();
	test_bad_linker();
	test_busy();
	test_registers();
	leave_tmpdir();
	return done();
}
