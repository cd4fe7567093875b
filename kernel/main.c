/* SPDX-License-Identifier: MIT */
/* main.c - from the first portable line of C to the first process; the kernel's command line. */
#include <nopage/init.h>
#include <nopage/err.h>
#include <nopage/events.h>
#include <nopage/fs.h>
#include <nopage/kstrtox.h>
#include <nopage/ktest.h>
#include <nopage/mm.h>
#include <nopage/printk.h>
#include <nopage/random.h>
#include <nopage/sched.h>
#include <nopage/slab.h>
#include <nopage/string.h>

#define MAX_OPTIONS	64
#define MAX_INIT_STRINGS 32		/* init's arguments, and its environment */
#define QUIET_LOGLEVEL	4

/* The command line, in words; NULL ends each list. Written once at boot. */
static char cmdline[sizeof(boot_info.cmdline)];
static const char *options[MAX_OPTIONS + 1];
static const char *init_argv[MAX_INIT_STRINGS + 1] = { "/init" };
static const char *init_envp[MAX_INIT_STRINGS + 1] = { "HOME=/", "TERM=linux" };

/* ------------------------------------------------------------------ command line */

/* What the kernel itself understands; a name alone or name=value. */
static const char *const known_options[] = {
	"init", "test", "tour", "trace", "loglevel", "quiet", "mem", "exit", "repeat", "fuzz",
};

/* option_value - what follows name= in word, "" for name alone, NULL for another option. */
static const char *option_value(const char *word, const char *name)
{
	size_t len = strlen(name);

	if (strncmp(word, name, len))
		return NULL;
	if (word[len] == '=')
		return word + len + 1;
	return word[len] ? NULL : word + len;
}

const char *cmdline_get(const char *name)
{
	const char *value;
	int i;

	for (i = 0; options[i]; i++) {
		value = option_value(options[i], name);
		if (value)
			return value;
	}
	return NULL;
}

static bool __init is_known(const char *word)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(known_options); i++)
		if (option_value(word, known_options[i]))
			return true;
	return false;
}

/* append - word to a list that has room for max; more is said and left out. */
static void __init append(const char **list, int max, const char *word)
{
	int n = 0;

	while (list[n])
		n++;
	if (n == max)
		pr_warn("options: too many, '%s' is ignored\n", word);
	else
		list[n] = word;
}

/* next_word - cut the next word off *rest, NULL at the end. Blanks within "..." do not separate. */
static char * __init next_word(char **rest)
{
	char *from = *rest, *to, *word;
	bool quoted = false;

	while (*from == ' ')
		from++;
	if (!*from)
		return NULL;
	for (word = to = from; *from && (quoted || *from != ' '); from++) {
		if (*from == '"')
			quoted = !quoted;
		else
			*to++ = *from;
	}
	*rest = *from ? from + 1 : from;
	*to = '\0';
	return word;
}

/* As on Linux: an unknown name=value is for init's environment, another word is an argument. */
void __init parse_cmdline(void)
{
	char *rest = cmdline, *word;
	bool for_init = false;

	strscpy(cmdline, boot_info.cmdline, sizeof(cmdline));
	while ((word = next_word(&rest))) {
		if (for_init) {
			append(init_argv, MAX_INIT_STRINGS, word);
		} else if (!strcmp(word, "--")) {
			for_init = true;
		} else if (is_known(word)) {
			append(options, MAX_OPTIONS, word);
		} else {
			pr_warn("options: '%s' is unknown, passed to init\n", word);
			append(strchr(word, '=') ? init_envp : init_argv, MAX_INIT_STRINGS, word);
		}
	}
}

/* apply_options - those that concern the kernel from the start. */
static void __init apply_options(void)
{
	const char *value = cmdline_get("loglevel");
	unsigned long level;

	if (cmdline_get("quiet"))
		console_loglevel = QUIET_LOGLEVEL;
	if (value && !kstrtoul(value, 10, &level) && level <= 8)
		console_loglevel = level;
	else if (value)
		pr_warn("options: loglevel=%s is not a number from 0 to 8\n", value);
	value = cmdline_get("exit");
	if (cmdline_get("test") || (value && !strcmp(value, "debug")))
		exit_debug = true;
	else if (value)
		pr_warn("options: exit=%s is unknown, there is exit=debug\n", value);
	value = cmdline_get("trace");
	if (value && trace_set(value))
		pr_warn("options: trace=%s names an unknown class of events; there are fault cow mm "
			"switch vma task syscall signal all\n", value);
	value = cmdline_get("init");
	if (value && *value)
		init_argv[0] = value;
}

/* ------------------------------------------------------------------ the first process */

/* unpack_modules - every archive the boot loader brought, in order; their memory is freed. */
static void unpack_modules(void)
{
	for (unsigned int i = 0; i < boot_info.nr_modules; i++) {
		const struct boot_module *m = &boot_info.module[i];
		unsigned long start = (unsigned long)__va(m->start);
		unsigned long end = PAGE_ALIGN(start + m->size);

		unpack_archive((void *)start, m->size, m->name, true);
		free_reserved_area((void *)PAGE_ALIGN(start), (void *)(end & PAGE_MASK), "archive");
	}
}

static const char *exec_error_text(int error)
{
	switch (-error) {
	case ENOENT:
		return "there is no such file, or not the interpreter that it names";
	case EACCES:
		return "it is not an executable file";
	case EISDIR:
		return "it is a directory";
	case ENOEXEC:
		return "it is not an i386 ELF executable";
	case EINVAL:
		return "it is a damaged ELF executable";
	case E2BIG:
		return "its arguments are too long";
	case ENOMEM:
		return "there is not enough memory";
	}
	return "exec failed";
}

/* run_init - returns only when this kernel thread has become init. */
static void run_init(void)
{
	int error;

	pr_info("init: running %s\n", init_argv[0]);
	error = kernel_execve(init_argv[0], init_argv, init_envp);
	if (!error)
		return;
	pr_err("init: cannot run %s: %s (error %d)\n", init_argv[0], exec_error_text(error), error);
	if (!boot_info.nr_modules)
		pr_err("init: no archive was loaded: QEMU takes one by -initrd, room for it by -m\n");
	pr_err("init: the archive needs a static i386 Linux program there, or give init=PATH\n");
	pr_err("init: nothing to run, stopping\n");
	machine_exit(false);
}

static void __noreturn run_tests(const char *glob)
{
	int failed = 1;

	if (CONFIG_DEBUG)
		failed = run_ktests(glob);
	else
		pr_err("test: the tests are in the debug build: make DEBUG=1 run APPEND=test\n");
	machine_exit(failed == 0);
}

/* kernel_init - process 1, first as a kernel thread. */
static int kernel_init(void *arg)
{
	const char *glob = cmdline_get("test");

	current->signal->session = current->tgid;
	current->signal->pgrp = current->tgid;
	unpack_modules();
	arch_boot_done();
	if (glob)
		run_tests(glob);
	if (cmdline_get("tour"))
		machine_exit(run_tour() == 0);
	run_init();
	return 0;
}

asmlinkage void __init __noreturn kernel_main(void)
{
	arch_early_init();
	apply_options();
	pr_info("Nopage, %s build\n", CONFIG_DEBUG ? "debug" : "release");
	mem_init();
	slab_init();
	vmalloc_init();
	mm_init_caches();
	sched_init();
	fork_init();
	signal_init();
	futex_init();
	fs_init();
	arch_late_init();
	random_init();
	local_irq_enable();

	init_task_pid1 = kthread_run(kernel_init, NULL, "init");
	if (IS_ERR(init_task_pid1))
		panic("no memory for the first task");
	BUG_ON(init_task_pid1->pid != 1);
	cpu_idle();
}
