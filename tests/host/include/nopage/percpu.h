/* SPDX-License-Identifier: MIT */
/*
 * percpu.h - the kernel's own, with a variable where the i386 has %fs. The test that needs it
 * defines cpus[] and sets cpus[0].current_task.
 */
#ifndef TESTS_HOST_PERCPU_H
#define TESTS_HOST_PERCPU_H

#define this_cpu i386_this_cpu
#define get_current i386_get_current
#include_next <nopage/percpu.h>
#undef this_cpu
#undef get_current
#undef this_cpu_inc
#undef this_cpu_dec
#undef this_cpu_read

#define this_cpu()		(&cpus[0])
#define get_current()		(cpus[0].current_task)
#define this_cpu_inc(member)	(cpus[0].member++)
#define this_cpu_dec(member)	(cpus[0].member--)
#define this_cpu_read(member)	(cpus[0].member)

#endif
