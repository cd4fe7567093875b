/* SPDX-License-Identifier: MIT */
/* support.c - TAP, the heap behind kmalloc(), and the end of a BUG() on the host. */
#include <stdarg.h>
#include <string.h>

#include "host.h"
#include <nopage/bug.h>
#include <nopage/slab.h>

bool test_failed;
int kmalloc_live, kmalloc_fail_at;

static int tests_run, complaints;
static uint64_t random_state;

void plan(int tests)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("TAP version 13\n1..%d\n", tests);
}

void run_test(const char *name, void (*fn)(void))
{
	test_failed = false;
	complaints = 0;
	random_state = 0x2545f4914f6cdd1dULL;
	kmalloc_fail_at = 0;
	fn();
	CHECK_EQ(kmalloc_live, 0);
	printf("%sok %d - %s\n", test_failed ? "not " : "", ++tests_run, name);
}

bool check_at(bool good, const char *what, const char *file, int line)
{
	if (good)
		return true;
	test_failed = true;
	if (complaints++ < 10)
		printf("# %s:%d: %s\n", file, line, what);
	return false;
}

bool check_eq(long long got, long long want, const char *what, const char *file, int line)
{
	char text[200];

	snprintf(text, sizeof(text), "%s: expected %lld, got %lld", what, want, got);
	return check_at(got == want, text, file, line);
}

/* xorshift64*, Marsaglia and Vigna. */
uint32_t random32(void)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (random_state * 0x2545f4914f6cdd1dULL) >> 32;
}

static void *read_stream(FILE *stream, size_t *size)
{
	size_t room = 65536, used = 0, got;
	char *buf = malloc(room), *exact;

	while ((got = fread(buf + used, 1, room - used, stream)) > 0) {
		used += got;
		if (used == room)
			buf = realloc(buf, room *= 2);
	}
	exact = malloc(used);		/* so that the sanitizer sees a byte too far */
	memcpy(exact, buf, used);
	free(buf);
	*size = used;
	return exact;
}

void *read_file(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");
	void *buf;

	if (!file) {
		printf("Bail out! cannot open %s\n", path);
		exit(1);
	}
	buf = read_stream(file, size);
	fclose(file);
	return buf;
}

void *read_command(const char *command, size_t *size)
{
	FILE *pipe = popen(command, "r");
	void *buf = pipe ? read_stream(pipe, size) : NULL;

	if (!pipe || pclose(pipe) != 0) {
		printf("Bail out! this failed: %s\n", command);
		exit(1);
	}
	return buf;
}

/* Caches are only a size: every object is an allocation of its own, which the sanitizer guards. */
struct kmem_cache {
	size_t size;
	unsigned long inuse;
};

struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align)
{
	static struct kmem_cache caches[8];
	static int used;

	BUG_ON(used == ARRAY_SIZE(caches));
	caches[used].size = size;
	return &caches[used++];
}

void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp)
{
	void *obj = kzalloc(cache->size, gfp);

	cache->inuse += obj != NULL;
	return obj;
}

void kmem_cache_free(struct kmem_cache *cache, void *obj)
{
	cache->inuse--;
	kfree(obj);
}

unsigned long kmem_cache_inuse(struct kmem_cache *cache)
{
	return cache->inuse;
}

void *kmalloc(size_t size, gfp_t gfp)
{
	if (kmalloc_fail_at && --kmalloc_fail_at == 0)
		return NULL;
	kmalloc_live++;
	return calloc(1, size);
}

void kfree(const void *obj)
{
	if (!obj)
		return;
	kmalloc_live--;
	free((void *)obj);
}

void bug_at(const char *file, int line, const char *what)
{
	printf("Bail out! BUG at %s:%d: %s\n", file, line, what);
	fflush(stdout);
	abort();
}

void panic(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	printf("Bail out! panic: ");
	vprintf(fmt, args);
	printf("\n");
	va_end(args);
	fflush(stdout);
	abort();
}
