/* SPDX-License-Identifier: MIT */
/* exec.h - between execve() (kernel/exec.c) and the loader of ELF programs (fs/elf.c). */
#ifndef NOPAGE_EXEC_H
#define NOPAGE_EXEC_H

#include <nopage/cred.h>
#include <nopage/elf.h>
#include <nopage/fs.h>
#include <nopage/mm_types.h>

#define MAX_ARG_PAGES	32
#define MAX_ARG_SIZE	(MAX_ARG_PAGES * PAGE_SIZE)	/* strings and pointers to them */

/*
 * The strings of a new program, one behind the other, as they will stand on its stack: arguments,
 * environment, and the path it was started by.
 */
struct arg_strings {
	char *page[MAX_ARG_PAGES];	/* used up to DIV_ROUND_UP(used, PAGE_SIZE) */
	size_t used;			/* bytes */
	size_t env, path;		/* where these begin; arguments at 0 */
	unsigned int argc, envc;
};

/* A program's file, or that of the dynamic linker (PT_INTERP) which is to start the program. */
struct elf_program {
	struct file *file;
	struct elf_image img;
	struct elf_program *interp;	/* NULL: none */
	unsigned long personality;	/* of the task when it runs this */
};

/* open_exec - a program's file: regular and executable. ERR_PTR(-EACCES) and others. */
struct file *open_exec(const char *path);

/*
 * load_elf - map the program into the fresh mm, and its interpreter to a place this finds for it;
 * set start_code .. brk. 0 or -Exxx; the caller throws mm away on failure. Takes mmap_sem; sleeps.
 */
int load_elf(struct mm_struct *mm, struct elf_program *prog);
/*
 * setup_elf_stack - the stack of the fresh mm as the System V ABI says: vectors, strings. Sets
 * start_stack and arg_start .. env_end. cred: whose the program will be. 0, -ENOMEM or -E2BIG.
 */
int setup_elf_stack(struct mm_struct *mm, const struct elf_program *prog,
		    const struct arg_strings *args, const struct cred *cred);

#endif
