/* SPDX-License-Identifier: MIT */
/*
 * exec_test.c - programs out of files the test makes. A child, a kernel thread, executes one and
 * looks at what it has become; it only runs in user mode where the test is about that.
 */
#include "fs_test.h"
#include <nopage/exec.h>
#include <nopage/mm.h>
#include <nopage/printk.h>
#include <nopage/sched.h>
#include <nopage/slab.h>
#include <asm/uaccess.h>
#include <uapi/auxvec.h>
#include <uapi/prctl.h>

#define PROG	"/ktest/prog"
#define SCRIPT	"/ktest/script"
#define LINKER	"/ktest/linker"

static const char *const no_strings[] = { NULL };

static bool begin(void)
{
	struct tiny_elf *e = kmalloc(sizeof(*e), GFP_KERNEL);
	int error;

	if (!KT_TRUE(e))
		return false;
	tiny_elf_make(e);
	error = test_dir_make() ? test_file(PROG, 0755, e, sizeof(*e)) : -EIO;
	kfree(e);
	return KT_EQ(error, 0);
}

static void end(void)
{
	KT_EQ(vfs_unlink(NULL, PROG, false), 0);
	test_dir_remove();
}

/* Make PROG anew, with a few bytes at offset replaced. */
static void damage(size_t offset, u32 value, size_t size)
{
	struct tiny_elf *e = kmalloc(sizeof(*e), GFP_KERNEL);

	KT_ASSERT(e);
	tiny_elf_make(e);
	memcpy((char *)e + offset, &value, size);
	KT_EQ(vfs_unlink(NULL, PROG, false), 0);
	KT_EQ(test_file(PROG, 0755, e, sizeof(*e)), 0);
	kfree(e);
}

/* Run fn in a child of its own; its return value, or the wait status it exits with. */
static int in_child(int (*fn)(void *), void *arg)
{
	struct task_struct *child = kthread_run(fn, arg, "exec-child");

	return IS_ERR(child) ? PTR_ERR(child) : kthread_join(child);
}

KTEST(exec, runs)
{
	const char *const argv[] = { "prog", NULL };
	int status = 0;
	pid_t pid;

	KT_ASSERT(begin());
	pid = spawn_user(PROG, argv, no_strings);
	KT_TRUE(pid > 0);
	KT_EQ(kernel_wait(pid, &status, 0), pid);
	KT_EQ(status, 7 << 8);
	end();
}

/* ------------------------------------------------------------------ what a program finds */

/* The string that the word at the user's *sp points to must be this; moves on by one word. */
static void expect_string(unsigned long *sp, const char *want)
{
	char text[64] = "";
	u32 addr = 0;

	KT_EQ(get_user(addr, (u32 *)*sp), 0);
	*sp += 4;
	KT_TRUE(strncpy_from_user(text, (char *)addr, sizeof(text)) >= 0);
	if (!KT_TRUE(!strcmp(text, want)))
		printk_raw("# expected %s, got %s\n", want, text);
}

static u32 word_at(unsigned long addr)
{
	u32 word = -1;

	KT_EQ(get_user(word, (u32 *)addr), 0);
	return word;
}

static int look_at_image(void *arg)
{
	const char *const argv[] = { "name", "", "third", NULL };
	const char *const envp[] = { "A=1", NULL };
	struct mm_struct *mm;
	unsigned long sp;

	KT_EQ(kernel_execve(PROG, argv, envp), 0);
	mm = current->mm;
	if (!KT_TRUE(mm))
		return 0;
	KT_TRUE(current->active_mm == mm && !(current->flags & PF_KTHREAD));
	KT_TRUE(!strcmp(current->comm, "prog"));
	KT_EQ(task_pt_regs(current)->ip, TINY_ENTRY);
	KT_EQ(task_pt_regs(current)->sp, mm->start_stack);
	KT_EQ(atomic_read(&mm->mm_users), 1);
	KT_EQ(atomic_read(&mm->mm_count), 1);
	KT_EQ(mm->map_count, 5);			/* text, data, bss, vDSO, stack */
	KT_EQ(mm->start_code, TINY_TEXT);
	KT_EQ(mm->end_code, TINY_TEXT + 4096);
	KT_EQ(mm->start_data, TINY_DATA);
	KT_EQ(mm->end_data, TINY_DATA + 32);
	KT_EQ(mm->start_brk, PAGE_ALIGN(TINY_DATA + 32 + TINY_BSS));
	KT_EQ(mm->brk, mm->start_brk);
	KT_EQ(mm->rss, 2);				/* the end of .data, one of stack */
	KT_EQ(word_at(TINY_DATA), 0x64646464);
	KT_EQ(word_at(TINY_DATA + 32), 0);
	KT_EQ(word_at(TINY_DATA + 32 + TINY_BSS - 4), 0);
	KT_EQ(put_user(1, (u32 *)TINY_TEXT), -EFAULT);
	sp = mm->start_stack;
	KT_EQ(sp % 16, 0);
	KT_EQ(word_at(sp), 3);
	KT_EQ(word_at(sp + 4), mm->arg_start);
	sp += 4;
	for (int i = 0; i < 3; i++)
		expect_string(&sp, argv[i]);
	KT_EQ(word_at(sp), 0);
	sp += 4;
	KT_EQ(word_at(sp), mm->env_start);
	expect_string(&sp, "A=1");
	KT_EQ(word_at(sp), 0);
	KT_EQ(mm->arg_end - mm->arg_start, 5 + 1 + 6);
	KT_EQ(mm->env_end - mm->env_start, 4);
	KT_EQ(word_at(TASK_SIZE - 4), 0);
	validate_mm(mm);
	do_exit(0);
}

KTEST(exec, image)
{
	KT_ASSERT(begin());
	KT_EQ(in_child(look_at_image, NULL), 0);
	end();
}

static int look_at_script(void *arg)
{
	const char *const argv[] = { "ignored", "second", NULL };
	const char *const *want = arg;
	unsigned long sp;
	unsigned int argc = 0;

	KT_EQ(kernel_execve(SCRIPT, argv, no_strings), 0);
	if (!KT_TRUE(current->mm))
		return 0;
	KT_TRUE(!strcmp(current->comm, "script"));
	while (want[argc])
		argc++;
	sp = current->mm->start_stack;
	KT_EQ(word_at(sp), argc);
	sp += 4;
	for (unsigned int i = 0; i < argc; i++)
		expect_string(&sp, want[i]);
	do_exit(0);
}

static void run_script(const char *text, const char *const want[])
{
	KT_EQ(test_file(SCRIPT, 0755, text, strlen(text)), 0);
	KT_EQ(in_child(look_at_script, (void *)want), 0);
	KT_EQ(vfs_unlink(NULL, SCRIPT, false), 0);
}

KTEST(exec, scripts)
{
	const char *const plain[] = { PROG, SCRIPT, "second", NULL };
	const char *const option[] = { PROG, "-a two", SCRIPT, "second", NULL };

	KT_ASSERT(begin());
	run_script("#!" PROG "\nanything", plain);
	run_script("#! \t" PROG " \t\n", plain);
	run_script("#!" PROG " -a two \n", option);
	end();
}

static int exec_error(void *arg)
{
	const char *const argv[] = { "x", NULL };
	int error = kernel_execve(arg, argv, no_strings);

	KT_TRUE(error < 0 && !current->mm && current->flags & PF_KTHREAD);
	KT_EQ(task_pt_regs(current)->cs & 3, 0);
	if (!error)
		do_exit(0);
	return error;
}

static int error_of(const char *path)
{
	return in_child(exec_error, (void *)path);
}

static int error_of_script(const char *text)
{
	int error;

	KT_EQ(test_file(SCRIPT, 0755, text, strlen(text)), 0);
	error = error_of(SCRIPT);
	KT_EQ(vfs_unlink(NULL, SCRIPT, false), 0);
	return error;
}

KTEST(exec, errors)
{
	KT_ASSERT(begin());
	KT_EQ(error_of(""), -ENOENT);
	KT_EQ(error_of("/ktest/nothing"), -ENOENT);
	KT_EQ(error_of(TEST_DIR), -EACCES);
	KT_EQ(error_of("/dev/null"), -EACCES);
	KT_EQ(error_of(PROG "/x"), -ENOTDIR);
	KT_EQ(error_of_script(""), -ENOEXEC);
	KT_EQ(error_of_script("plain text\n"), -ENOEXEC);
	KT_EQ(error_of_script("#!/no/newline"), -ENOENT);
	KT_EQ(error_of_script("#!  \n"), -ENOEXEC);
	KT_EQ(error_of_script("#!/ktest/nothing\n"), -ENOENT);
	KT_EQ(error_of_script("#!" TEST_DIR "\n"), -EACCES);
	KT_EQ(error_of_script("#!" SCRIPT "\n"), -ELOOP);
	damage(offsetof(struct tiny_elf, eh.e_machine), 62, 2);
	KT_EQ(error_of(PROG), -ENOEXEC);
	damage(offsetof(struct tiny_elf, ph[1].p_vaddr), 0xc0000040, 4);
	KT_EQ(error_of(PROG), -ENOEXEC);
	damage(offsetof(struct tiny_elf, ph[2].p_type), PT_INTERP, 4);
	KT_EQ(error_of(PROG), -ENOEXEC);
	damage(offsetof(struct tiny_elf, ph[1].p_flags), PF_R, 4);	/* bss nobody may write */
	KT_EQ(error_of(PROG), -ENOEXEC);
	/* Where the stack goes. */
	damage(offsetof(struct tiny_elf, ph[1].p_vaddr), 0xbfff0040, 4);
	KT_EQ(error_of(PROG), -ENOMEM);
	end();
}

static int exec_too_big(void *arg)
{
	static char text[1000];
	static const char *many[200];

	memset(text, 't', sizeof(text) - 1);
	for (unsigned int i = 0; i < ARRAY_SIZE(many) - 1; i++)
		many[i] = text;
	KT_EQ(kernel_execve(PROG, many, no_strings), -E2BIG);
	KT_EQ(kernel_execve(PROG, no_strings, many), -E2BIG);
	for (unsigned int i = 0; i < ARRAY_SIZE(many) - 1; i++)
		many[i] = "";
	KT_EQ(kernel_execve(PROG, many, no_strings), 0);
	do_exit(0);
}

KTEST(exec, too_big)
{
	KT_ASSERT(begin());
	KT_EQ(in_child(exec_too_big, NULL), 0);
	end();
}

/* ------------------------------------------------------------------ memory runs out */

static const char *const two_strings[] = { "one", "two", NULL };

static int exec_failing(void *arg)
{
	int error;

	kt_fail_nth((long)arg);
	error = kernel_execve(PROG, two_strings, two_strings);
	KT_EQ(kt_fail_fired(), error == -ENOMEM);
	if (!error)
		do_exit(0);
	KT_TRUE(!current->mm && current->flags & PF_KTHREAD);
	return error;
}

/* A kernel thread that does not become a program stays what it was. */
KTEST(exec, allocations_fail)
{
	int error = -ENOMEM;
	long n;

	KT_ASSERT(begin());
	for (n = 1; error && n < 100; n++) {
		error = in_child(exec_failing, (void *)n);
		KT_TRUE(!error || error == -ENOMEM);
	}
	KT_EQ(error, 0);
	KT_TRUE(n > 10);
	end();
}

static int exec_again_failing(void *arg)
{
	struct mm_struct *mm;
	struct pt_regs before;
	unsigned long rss;
	int error;

	KT_EQ(kernel_execve(PROG, two_strings, no_strings), 0);
	KT_EQ(current->personality, READ_IMPLIES_EXEC);
	current->personality = 0;
	mm = current->mm;
	before = *task_pt_regs(current);
	rss = mm->rss;
	kt_fail_nth((long)arg);
	error = kernel_execve(PROG, no_strings, two_strings);
	KT_EQ(kt_fail_fired(), error == -ENOMEM);
	if (error) {
		KT_TRUE(current->mm == mm && current->active_mm == mm);
		KT_EQ(atomic_read(&mm->mm_users), 1);
		KT_EQ(mm->rss, rss);
		KT_EQ(current->personality, 0);
		KT_TRUE(!memcmp(&before, task_pt_regs(current), sizeof(before)));
		validate_mm(mm);
	}
	do_exit(error ? 1 << 8 : 0);
}

/* A program whose execve() fails goes on as if nothing had happened. */
KTEST(exec, old_program_survives)
{
	int status = 1;
	long n;

	KT_ASSERT(begin());
	damage(offsetof(struct tiny_elf, ph[2].p_type), 0, 4);	/* no PT_GNU_STACK */
	for (n = 1; status && n < 100; n++)
		status = in_child(exec_again_failing, (void *)n);
	KT_EQ(status, 0);
	KT_TRUE(n > 10);
	end();
}

/* ------------------------------------------------------------------ dynamic linkers */

static struct tiny_elf elf;

#define TINY_END	PAGE_ALIGN(TINY_DATA + 32 + TINY_BSS)

/* PROG anew, with more bss, asking for the interpreter of this path: size bytes with the NUL. */
static void make_dynamic(const char *path, size_t size, u32 bss)
{
	tiny_elf_make(&elf);
	elf.ph[2] = (struct elf32_phdr){
		.p_type = PT_INTERP, .p_offset = offsetof(struct tiny_elf, fill), .p_filesz = size,
	};
	elf.ph[1].p_memsz += bss;
	memcpy(elf.fill, path, strlen(path));
	KT_EQ(vfs_unlink(NULL, PROG, false), 0);
	KT_EQ(test_file(PROG, 0755, &elf, sizeof(elf)), 0);
}

/* A linker, linked to address 0, that makes exit(7) of whatever it is to start. */
static void make_linker(struct tiny_elf *e)
{
	tiny_elf_make(e);
	e->eh.e_type = ET_DYN;
	e->eh.e_entry -= TINY_TEXT;
	e->ph[0].p_vaddr -= TINY_TEXT;
	e->ph[1].p_vaddr -= TINY_TEXT;
	memset(e->data, 'l', sizeof(e->data));
}

/* The value of an entry of the auxiliary vector above sp, -1 if there is none. */
static u32 auxv_value(unsigned long sp, u32 type)
{
	for (sp += 4; word_at(sp); sp += 4)		/* argv */
		;
	for (sp += 4; word_at(sp); sp += 4)		/* environment */
		;
	for (sp += 4; word_at(sp); sp += 8)
		if (word_at(sp) == type)
			return word_at(sp + 4);
	return -1;
}

/* 0, or why the file cannot be opened for writing. */
static int write_error(const char *path)
{
	struct file *file = filp_open(path, O_WRONLY, 0);

	if (IS_ERR(file))
		return PTR_ERR(file);
	fput(file);
	return 0;
}

static int look_at_linker(void *arg)
{
	struct mm_struct *mm;
	u32 base;

	KT_EQ(kernel_execve(PROG, no_strings, no_strings), 0);
	mm = current->mm;
	if (!KT_TRUE(mm))
		return 0;
	base = auxv_value(mm->start_stack, AT_BASE);
	KT_EQ(task_pt_regs(current)->ip, base + TINY_ENTRY - TINY_TEXT);
	KT_EQ(auxv_value(mm->start_stack, AT_ENTRY), TINY_ENTRY);
	KT_EQ(auxv_value(mm->start_stack, AT_PHDR), TINY_TEXT + elf.eh.e_phoff);
	KT_EQ(mm->map_count, 8);
	KT_EQ(mm->start_code, TINY_TEXT);
	KT_EQ(mm->brk, PAGE_ALIGN(TINY_DATA + 32 + TINY_BSS));
	KT_EQ(word_at(TINY_DATA), 0x64646464);
	KT_EQ(word_at(TINY_DATA - TINY_TEXT + base), 0x6c6c6c6c);
	KT_EQ(word_at(TINY_DATA - TINY_TEXT + base + 32), 0);
	KT_EQ(word_at(TINY_DATA - TINY_TEXT + base + 32 + TINY_BSS - 4), 0);
	KT_EQ(put_user(1, (u32 *)base), -EFAULT);
	KT_EQ(write_error(PROG), -ETXTBSY);
	KT_EQ(write_error(LINKER), 0);		/* as on Linux: only the program is protected */
	KT_TRUE(base > mm->vdso && base + TINY_END - TINY_TEXT < mm->start_stack);
	validate_mm(mm);
	do_exit(0);
}

KTEST(exec, dynamic)
{
	static struct tiny_elf linker;
	const char *const argv[] = { "prog", NULL };
	int error = -ENOMEM, status = 0;
	pid_t pid;

	KT_ASSERT(begin());
	make_linker(&linker);
	KT_EQ(test_file(LINKER, 0755, &linker, sizeof(linker)), 0);
	make_dynamic(LINKER, sizeof(LINKER), 0);
	KT_EQ(in_child(look_at_linker, NULL), 0);
	pid = spawn_user(PROG, argv, no_strings);
	KT_EQ(kernel_wait(pid, &status, 0), pid);
	KT_EQ(status, 7 << 8);
	for (long n = 1; error && n < 100; n++)
		error = in_child(exec_failing, (void *)n);
	KT_EQ(error, 0);
	KT_EQ(vfs_unlink(NULL, LINKER, false), 0);
	end();
}

/* What execve() answers when the linker is this file of size bytes. */
static int error_of_linker(const void *file, size_t size)
{
	int error;

	KT_EQ(test_file(LINKER, 0755, file, size), 0);
	error = error_of(PROG);
	KT_EQ(vfs_unlink(NULL, LINKER, false), 0);
	return error;
}

KTEST(exec, bad_linkers)
{
	static struct tiny_elf linker;

	KT_ASSERT(begin());
	make_dynamic("", 0, 0);
	KT_EQ(error_of(PROG), -ENOEXEC);
	make_dynamic("x", 1, 0);
	KT_EQ(error_of(PROG), -ENOEXEC);
	make_dynamic("", 2, 0);
	KT_EQ(error_of(PROG), -EACCES);
	make_dynamic(LINKER, sizeof(LINKER) - 1, 0);		/* no NUL */
	KT_EQ(error_of(PROG), -ENOEXEC);
	make_dynamic(LINKER, PAGE_SIZE + 1, 0);
	KT_EQ(error_of(PROG), -ENOEXEC);
	make_dynamic(LINKER, PAGE_SIZE, 0);			/* ends behind the file */
	KT_EQ(error_of(PROG), -EIO);
	make_dynamic(TEST_DIR, sizeof(TEST_DIR), 0);
	KT_EQ(error_of(PROG), -EACCES);
	make_dynamic(LINKER, sizeof(LINKER), 0);
	KT_EQ(error_of(PROG), -ENOENT);
	KT_EQ(error_of_linker("", 0), -EIO);
	KT_EQ(error_of_linker("#!" PROG "\n", 14), -EIO);
	make_linker(&linker);
	for (size_t size = 0; size < sizeof(linker); size += 29)
		KT_EQ(error_of_linker(&linker, size), size < sizeof(linker.eh) ? -EIO : -ELIBBAD);
	/* Damage that Linux finds only after it has given up the old program, which it then kills. */
	linker.ph[1].p_vaddr = 0xc0000040;
	KT_EQ(error_of_linker(&linker, sizeof(linker)), -ELIBBAD);
	make_linker(&linker);
	linker.ph[1].p_flags = PF_R;
	KT_EQ(error_of_linker(&linker, sizeof(linker)), -ENOEXEC);
	/* Too large to stand beside a large program. */
	make_linker(&linker);
	linker.ph[1].p_memsz = ELF_MAX_ADDR - ELF_DYN_BASE - 2 * PAGE_SIZE;
	make_dynamic(LINKER, sizeof(LINKER), 0x60000000);
	KT_EQ(error_of_linker(&linker, sizeof(linker)), -ENOMEM);
	/* At fixed addresses: where the stack goes. */
	tiny_elf_make(&linker);
	linker.ph[1].p_vaddr = 0xbfff0040;
	KT_EQ(error_of_linker(&linker, sizeof(linker)), -ENOMEM);
	end();
}
