/* SPDX-License-Identifier: MIT */
/* Memory that costs nothing until it is touched: bss, huge sparse mappings. */
#include "tap.h"

#define GIB (1UL << 30)
#define BIG_BSS (8UL << 20)

static char big[BIG_BSS];

static int sparse_child(void *arg)
{
	char *p = arg;

	for (unsigned long i = 0; i < 64; i++)
		if (p[i * (GIB / 64)] != (char)(i + 1))
			return 1;
	for (unsigned long i = 0; i < 64; i++)
		p[i * (GIB / 64) + 1] = 7;
	return 0;
}

static void test_bss(void)
{
	unsigned long dirty = 0;

	for (unsigned long i = 0; i < BIG_BSS; i++)
		dirty += big[i] != 0;
	is(dirty, 0, "8 MiB of bss read as zero");
	for (unsigned long i = 0; i < BIG_BSS; i += 16 * PAGE)
		big[i] = 1;
	for (unsigned long i = 0; i < BIG_BSS; i++)
		dirty += big[i];
	is(dirty, BIG_BSS / (16 * PAGE), "written here and there, they hold just that");
}

static void test_sparse(void)
{
	char *p = map(GIB / PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE);
	unsigned long sum = 0, good = 0;

	for (unsigned long i = 0; i < 64; i++)
		p[i * (GIB / 64)] = i + 1;
	for (unsigned long i = 0; i < 64; i++)
		good += p[i * (GIB / 64)] == (char)(i + 1);
	is(good, 64, "1 GiB mapped, touched in 64 places");
	for (unsigned long i = 0; i < 4096; i++)
		sum += p[i * (GIB / 4096) + 100];
	is(sum, 0, "read in 4096 others");
	p[GIB - 1] = 5;
	is(p[GIB - 1], 5, "the last byte");
	exits(in_child(sparse_child, p), 0, "a child sees the same and writes its own");
	for (unsigned long i = 0; i < 64; i++)
		sum += p[i * (GIB / 64) + 1];
	is(sum, 0, "which the parent does not see");
	is(munmap(p, GIB), 0, "and all is given back");
}

static void test_reserved(void)
{
	char *p = map(GIB / PAGE, PROT_NONE, MAP_PRIVATE | MAP_NORESERVE);
	char *middle = p + GIB / 2;

	killed_by(in_child(read_byte, middle), SIGSEGV, "1 GiB reserved without rights");
	is(mprotect(middle, 4 * PAGE, PROT_READ | PROT_WRITE), 0, "four pages of it made usable");
	memset(middle, 3, 4 * PAGE);
	ok(middle[0] == 3 && middle[4 * PAGE - 1] == 3, "they are");
	killed_by(in_child(read_byte, middle - 1), SIGSEGV, "the byte before them is not");
	killed_by(in_child(read_byte, middle + 4 * PAGE), SIGSEGV, "nor the byte behind");
	munmap(p, GIB);
}

/* A page full of zeroes that was only read, then written: the other readers must not notice. */
static void test_zero_page(void)
{
	volatile char *p = map(64, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	int sum = 0;

	for (int i = 0; i < 64; i++)
		sum += p[i * PAGE];
	for (int i = 0; i < 64; i += 2)
		p[i * PAGE] = 1;
	for (int i = 1; i < 64; i += 2)
		sum += p[i * PAGE];
	is(sum, 0, "every second page written, the others stay zero");
	munmap((void *)p, 64 * PAGE);
}

int main(void)
{
	plan(14);
	test_bss();
	test_sparse();
	test_reserved();
	test_zero_page();
	return done();
}
