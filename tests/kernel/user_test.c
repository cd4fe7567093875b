/* SPDX-License-Identifier: MIT */
/*
 * user_test.c - whole programs of tests/user/ under the leak check: when they are gone, every frame
 * and object they caused to be taken is free again. They are there when the test archive is.
 */
#include <nopage/ktest.h>
#include <nopage/err.h>
#include <nopage/fs.h>
#include <nopage/init.h>
#include <nopage/printf.h>
#include <nopage/sched.h>
#include <nopage/string.h>
#include <uapi/fcntl.h>
#include <uapi/wait.h>

#define FUZZ_ROUNDS	1

/* run_program - to its end, reaping whom it leaves behind; its wait status or -Exxx. */
static int run_program(const char *const argv[])
{
	static const char *const envp[] = { "PATH=/bin", NULL };
	struct task_struct *init = init_task_pid1;
	int status, result = -ECHILD;
	pid_t pid, gone;

	init_task_pid1 = current;
	pid = spawn_user(argv[0], argv, envp);
	if (pid < 0)
		result = pid;
	while (pid > 0) {
		gone = kernel_wait(-1, &status, __WALL);
		if (gone < 0)
			break;
		if (gone == pid)
			result = status;
	}
	init_task_pid1 = init;
	return result;
}

static bool have_program(const char *path)
{
	struct file *file = filp_open(path, O_RDONLY, 0);

	if (IS_ERR(file))
		return false;
	fput(file);
	return true;
}

KTEST(user, stress)
{
	static const char *const argv[] = { "/tests/stress", "quiet", NULL };

	if (have_program(argv[0]))
		KT_EQ(run_program(argv), 0);
}

/* fuzz=SEED[,ROUNDS] on the command line says which calls; tests/run has more of them. */
KTEST(user, fuzz)
{
	static char seed[24] = "1", rounds[24];
	const char *const argv[] = { "/tests/fuzz", seed, rounds, NULL };
	const char *wanted = cmdline_get("fuzz"), *comma;

	snprintf(rounds, sizeof(rounds), "%d", FUZZ_ROUNDS);
	if (wanted) {
		strscpy(seed, wanted, sizeof(seed));
		comma = strchr(wanted, ',');
		if (comma) {
			strscpy(rounds, comma + 1, sizeof(rounds));
			if ((size_t)(comma - wanted) < sizeof(seed))
				seed[comma - wanted] = '\0';
		}
	}
	if (have_program(argv[0]))
		KT_EQ(run_program(argv), 0);
}
