/* SPDX-License-Identifier: MIT */
/*
 * host.h - tests that run on the host: TAP, and what the kernel's files expect around them.
 *
 * A test is a function without arguments; main() calls RUN() for each after plan(). A check
 * that fails prints where, and the test is "not ok".
 */
#ifndef TESTS_HOST_H
#define TESTS_HOST_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

extern bool test_failed;

void plan(int tests);
void run_test(const char *name, void (*fn)(void));
#define RUN(fn)		run_test(#fn, fn)

/* check_at - note a failure and go on; after the tenth in one test, silently. Returns good. */
bool check_at(bool good, const char *what, const char *file, int line);
#define CHECK(cond)	check_at((cond), #cond, __FILE__, __LINE__)
#define CHECK_EQ(a, b)	check_eq((long long)(a), (long long)(b), #a " == " #b, __FILE__, __LINE__)
bool check_eq(long long got, long long want, const char *what, const char *file, int line);

/* The heap behind kzalloc() and kmem_cache_alloc(): objects allocated and not freed. */
extern int kmalloc_live;
/* The n-th allocation from now fails; 0: none does. */
extern int kmalloc_fail_at;

/* A generator with a fixed seed at the start of every test: failures repeat. */
uint32_t random32(void);
static inline uint32_t random_below(uint32_t n)
{
	return random32() % n;
}

/* read_file - a whole file into malloc()ed memory of exactly its size; exits on an error. */
void *read_file(const char *path, size_t *size);
/* read_command - the same with the standard output of a shell command. */
void *read_command(const char *command, size_t *size);

#endif
