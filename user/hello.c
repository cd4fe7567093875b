/* SPDX-License-Identifier: MIT */
/* The smallest program worth running: says where it is. */
#include <stdio.h>
#include <sys/utsname.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct utsname name;

	if (uname(&name) < 0) {
		perror("uname");
		return 1;
	}
	printf("Hello from process %d on %s %s (%s).\n", getpid(), name.sysname, name.release,
	       name.machine);
	for (int i = 1; i < argc; i++)
		printf("argument %d: %s\n", i, argv[i]);
	return 0;
}
