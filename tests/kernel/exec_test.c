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

#define PROG	"/ktest/prog"
#define SCRIPT	"/ktest/script"

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
	KT_EQ(error_of_script("#!/no/newline"), -ENOEXEC);
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
	for (n = 1; status && n < 100; n++)
		status = in_child(exec_again_failing, (void *)n);
	KT_EQ(status, 0);
	KT_TRUE(n > 10);
	end();
}
