/* SPDX-License-Identifier: MIT */
/*
 * exec.c - execve: a task gets another program.
 *
 * Everything that can fail is done first and beside the running program: the strings are copied
 * out, the file is checked, and a new mm is built to the last byte of its stack. Then
 * exec_commit(), which cannot fail, puts it in the place of the old one. So an execve() that fails
 * for want of memory returns into a program to which nothing has happened.
 */
#include <nopage/exec.h>
#include <nopage/err.h>
#include <nopage/events.h>
#include <nopage/mm.h>
#include <nopage/printk.h>
#include <nopage/sched.h>
#include <nopage/slab.h>
#include <nopage/string.h>
#include <nopage/syscalls.h>
#include <asm/tlb.h>
#include <asm/uaccess.h>
#include <uapi/fcntl.h>
#include <uapi/mount.h>
#include <uapi/prctl.h>
#include <uapi/stat.h>

#define SCRIPT_LINE	254		/* bytes behind #! that are looked at */

/* A NULL-terminated array of strings, in user or in kernel memory. */
struct string_array {
	bool kernel;
	const char *const *array;
};

/* One execve() on its way. */
struct exec {
	const char *path;		/* as given */
	struct elf_program prog;	/* of a script, its interpreter */
	char *head;			/* a page: how the file begins */
	char script[SCRIPT_LINE + 1];	/* the line behind #! and a NUL, cut into: */
	const char *interpreter;	/* NULL: not a script */
	const char *argument;		/* NULL: none */
	struct arg_strings args;
	struct mm_struct *mm;
	struct cred cred;		/* whose the program will be */
};

/* ------------------------------------------------------------------ arguments */

/*
 * The string's address, NULL at the end of the array, or ERR_PTR(-EFAULT). A user's pointer that
 * looks like an error number must not become one: -ERESTARTSYS would never end.
 */
static const char *string_at(const struct string_array *strings, unsigned int i)
{
	const char *s;

	if (!strings->array)
		return NULL;
	if (strings->kernel)
		return strings->array[i];
	if (get_user(s, &strings->array[i]) || IS_ERR(s))
		return ERR_PTR(-EFAULT);
	return s;
}

/* Up to size bytes of a string: its length, size if it is longer, or -EFAULT. */
static long fetch_part(char *to, const char *from, size_t size, bool kernel)
{
	size_t len;

	if (!kernel)
		return strncpy_from_user(to, from, size);
	len = strnlen(from, size);
	memcpy(to, from, min(len + 1, size));
	return len;
}

/* Append one string. 0, -E2BIG, -ENOMEM or -EFAULT. */
static int add_string(struct arg_strings *args, const char *s, bool kernel)
{
	size_t pointers = (args->argc + args->envc + 1) * sizeof(u32), room;
	char **page;
	long len;

	do {
		if (args->used + pointers >= MAX_ARG_SIZE)
			return -E2BIG;
		page = &args->page[args->used / PAGE_SIZE];
		if (!*page)
			*page = __get_free_pages(GFP_KERNEL, 0);
		if (!*page)
			return -ENOMEM;
		room = PAGE_SIZE - args->used % PAGE_SIZE;
		len = fetch_part(*page + args->used % PAGE_SIZE, s, room, kernel);
		if (len < 0)
			return len;
		args->used += min((size_t)len + 1, room);
		s += len;
	} while ((size_t)len == room);
	return 0;
}

/* Append the strings of an array, from the first one on. Counts them. */
static int add_strings(struct arg_strings *args, const struct string_array *strings,
		       unsigned int first, unsigned int *count)
{
	const char *s;
	int error;

	for (unsigned int i = first; (s = string_at(strings, i)); i++) {
		if (IS_ERR(s))
			return PTR_ERR(s);
		error = add_string(args, s, strings->kernel);
		if (error)
			return error;
		++*count;
	}
	return 0;
}

/*
 * All strings of the new program. A script's interpreter gets itself, its argument and the script
 * in place of argv[0]; an empty argv becomes one empty argument, as on Linux.
 */
static int copy_strings(struct exec *x, const struct string_array *argv,
			const struct string_array *envp)
{
	const char *const script[] = {
		x->interpreter, x->argument ?: x->path, x->argument ? x->path : NULL, NULL,
	};
	const struct string_array script_args = { true, script };
	struct arg_strings *args = &x->args;
	const char *argv0 = string_at(argv, 0);
	int error = 0;

	if (argv0 && IS_ERR(argv0))
		return PTR_ERR(argv0);
	if (x->interpreter)
		error = add_strings(args, &script_args, 0, &args->argc);
	if (!error && argv0)
		error = add_strings(args, argv, x->interpreter ? 1 : 0, &args->argc);
	if (!error && !args->argc) {
		error = add_string(args, "", true);
		args->argc++;
	}
	args->env = args->used;
	error = error ?: add_strings(args, envp, 0, &args->envc);
	args->path = args->used;
	return error ?: add_string(args, x->path, true);
}

/* ------------------------------------------------------------------ the file */

/* Open path as the program and read its first page into head. 0 or -Exxx. */
static int open_program(struct elf_program *prog, const char *path, char *head)
{
	ssize_t len;

	if (prog->file)
		fput(prog->file);
	prog->file = open_exec(path);
	if (IS_ERR(prog->file)) {
		int error = PTR_ERR(prog->file);

		prog->file = NULL;
		return error;
	}
	len = kernel_read(prog->file, 0, head, PAGE_SIZE);
	if (len < 0)
		return len;
	memset(head + len, 0, PAGE_SIZE - len);
	return 0;
}

static int parse_program(struct elf_program *prog, const char *head)
{
	loff_t size = prog->file->inode->size;

	return elf_parse(head, min((loff_t)PAGE_SIZE, size), size, &prog->img);
}

static bool is_script(const struct exec *x)
{
	return x->head[0] == '#' && x->head[1] == '!';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/*
 * Cut the line behind #! into interpreter and one argument, the rest of the line. As on Linux the
 * newline may be missing, or too far away to be seen, if the end of the interpreter's name is not:
 * head is filled up with NULs.
 */
static int parse_script(struct exec *x)
{
	char *s = x->script, *last = s + SCRIPT_LINE - 1, *end;

	memcpy(s, x->head + 2, SCRIPT_LINE);
	end = strchr(s, '\n');
	if (end)
		*end = '\0';
	for (; is_blank(*s); s++)
		;
	x->interpreter = s;
	while (*s && !is_blank(*s))
		s++;
	if (s > last)
		return -ENOEXEC;	/* the name may go on */
	if (!*x->interpreter)
		return end ? -ENOEXEC : -EACCES;	/* Linux takes the latter for a directory */
	if (!end)
		*last = '\0';
	while (is_blank(*s))
		*s++ = '\0';
	for (end = s + strlen(s); end > s && is_blank(end[-1]); )
		*--end = '\0';
	x->argument = *s ? s : NULL;
	return 0;
}

/*
 * Find the dynamic linker that the program names in PT_INTERP. x->head held the program's headers,
 * which have been read: the path comes into it, then how the linker begins. Errors as on Linux,
 * with -ELIBBAD for whatever is wrong with the linker itself. That it may name another one in turn
 * is of no importance: it is there to be loaded without help.
 */
static int find_linker(struct exec *x)
{
	const struct elf_image *img = &x->prog.img;
	struct elf_program *linker;
	ssize_t len;
	int error;

	if (img->interp_size < 2 || img->interp_size > PATH_MAX)
		return -ENOEXEC;
	len = kernel_read(x->prog.file, img->interp_offset, x->head, img->interp_size);
	if (len != (ssize_t)img->interp_size)
		return len < 0 ? len : -EIO;
	if (x->head[len - 1])
		return -ENOEXEC;
	if (!x->head[0])
		return -EACCES;		/* Linux takes it for the current directory */
	linker = kzalloc(sizeof(*linker), GFP_KERNEL);
	if (!linker)
		return -ENOMEM;
	x->prog.interp = linker;
	error = open_program(linker, x->head, x->head);
	if (error == -ENOENT)
		pr_info("exec: %s: there is no interpreter %s\n", x->path, x->head);
	if (error)
		return error;
	if (linker->file->inode->size < (loff_t)sizeof(struct elf32_ehdr))
		return -EIO;
	if (!parse_program(linker, x->head))
		return 0;
	pr_info("exec: the interpreter of %s: %s\n", x->path, linker->img.reason);
	return -ELIBBAD;
}

/*
 * say_why - the program cannot be run. For a file that is no program at all this is said only of
 * the first one: a shell finds it out by trying, and takes the file for a script.
 */
static void say_why(const struct exec *x, const char *reason)
{
	if (!memcmp(x->head, "\177ELF", 4) || current->flags & PF_KTHREAD)
		pr_info("exec: %s: %s\n", x->path, reason);
}

/*
 * Find the program: path itself, or the interpreter it names. An interpreter that is a script
 * again is refused. 0 with x->prog filled, or -Exxx.
 */
static int find_program(struct exec *x)
{
	int error = open_program(&x->prog, x->path, x->head);

	if (!error && is_script(x)) {
		error = parse_script(x) ?: open_program(&x->prog, x->interpreter, x->head);
		if (error == -ENOENT)
			pr_info("exec: %s: there is no interpreter %s\n", x->path, x->interpreter);
		if (!error && is_script(x))
			error = -ELOOP;
	}
	if (error)
		return error;
	if (parse_program(&x->prog, x->head)) {
		say_why(x, x->prog.img.reason);
		return -ENOEXEC;
	}
	return x->prog.img.has_interp ? find_linker(x) : 0;
}

/* The set-ID bits of the program count; a set-group-ID bit only where the group may execute it. */
static void find_cred(struct exec *x)
{
	const struct inode *inode = x->prog.file->inode;
	bool nosuid = inode->sb->flags & MS_NOSUID;
	bool setgid = (inode->mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP);

	if (prepare_exec_cred(&x->cred, inode->mode & S_ISUID && !nosuid ? inode->uid : (uid_t)-1,
			      setgid && !nosuid ? inode->gid : (gid_t)-1))
		x->prog.personality &= ~PER_CLEAR_ON_SETID;
}

/* ------------------------------------------------------------------ the new address space */

static int build_mm(struct exec *x)
{
	int error;

	x->mm = mm_alloc();
	if (!x->mm)
		return -ENOMEM;
	error = load_elf(x->mm, &x->prog) ?: setup_elf_stack(x->mm, &x->prog, &x->args, &x->cred);
	if (!error && CONFIG_DEBUG)
		validate_mm(x->mm);
	return error;
}

/* Leave the old address space, if there is one, for mm, whose user reference becomes the task's. */
static void exec_mmap(struct mm_struct *mm)
{
	struct mm_struct *old = current->mm, *active = current->active_mm;

	mm_release(current);
	current->mm = mm;
	current->active_mm = mm;
	switch_mm(active, mm);
	if (old)
		mmput(old, EVM_EXEC);
	else
		mmdrop(active, EVM_LAZY_PUT);	/* a kernel thread had borrowed it */
}

/* The task is the new program from here on. Cannot fail. */
static void exec_commit(struct exec *x)
{
	const char *name = strrchr(x->path, '/');
	const struct elf_program *first = x->prog.interp ?: &x->prog;

	exec_mmap(x->mm);
	x->mm = NULL;
	commit_exec_cred(&x->cred);
	current->personality = x->prog.personality;
	current->flags &= ~PF_KTHREAD;
	exec_signals();
	flush_old_files();
	strscpy(current->comm, name ? name + 1 : x->path, TASK_COMM_LEN);
	event(EV_TASK, current->pid, TASK_EV_EXEC, first->img.entry, 0, 0, 0);
	start_thread(task_pt_regs(current), first->img.entry, current->mm->start_stack);
}

/* A kernel thread has no files: its program starts with the console. */
static int prepare_files(void)
{
	if (current->files)
		return unshare_files() ?: current->fs ? 0 : unshare_fs();
	return open_console();
}

static void free_exec(struct exec *x)
{
	if (x->mm)
		mmput(x->mm, EVM_EXEC);
	for (unsigned int i = 0; i < MAX_ARG_PAGES && x->args.page[i]; i++)
		free_pages(x->args.page[i], 0);
	for (struct elf_program *prog = &x->prog; prog; prog = prog->interp)
		if (prog->file)
			fput(prog->file);
	kfree(x->prog.interp);
	if (x->head)
		free_pages(x->head, 0);
	kfree(x);
}

/* do_execve - path is a kernel pointer. 0: the registers are those of the new program; or -Exxx. */
static int do_execve(const char *path, const struct string_array *argv,
		     const struct string_array *envp)
{
	struct exec *x = kzalloc(sizeof(*x), GFP_KERNEL);
	int error = -ENOMEM;

	if (!x)
		return -ENOMEM;
	x->path = path;
	x->prog.personality = current->personality;
	x->head = __get_free_pages(GFP_KERNEL, 0);
	if (!x->head)
		goto out;
	error = find_program(x) ?: copy_strings(x, argv, envp);
	error = error ?: prepare_files();
	if (!error)
		find_cred(x);
	error = error ?: build_mm(x);
	error = error ?: de_thread();
	if (!error)
		exec_commit(x);
out:
	free_exec(x);
	return error;
}

int kernel_execve(const char *path, const char *const argv[], const char *const envp[])
{
	const struct string_array args = { true, argv }, env = { true, envp };

	return do_execve(path, &args, &env);
}

long sys_execve(long path, long argv, long envp)
{
	const struct string_array args = { false, (const char *const *)argv };
	const struct string_array env = { false, (const char *const *)envp };
	char *name = getname((const char *)path);
	int error;

	if (IS_ERR(name))
		return PTR_ERR(name);
	error = do_execve(name, &args, &env);
	putname(name);
	return error;
}
