/* SPDX-License-Identifier: MIT */
/* Stock musl at work: printf, malloc under stress, qsort, stdio on files. */
#include "tap.h"

#include <stdint.h>

#define SLOTS 300
#define ROUNDS 20000
#define SORTED 5000

static uint32_t seed = 12345;

static uint32_t next_random(void)
{
	seed = seed * 1664525 + 1013904223;
	return seed >> 8;
}

static void test_printf(void)
{
	volatile size_t room = 5;
	char text[200];

	snprintf(text, sizeof(text), "%d %u %x %o %c %s %%", -42, 42u, 0xbeef, 8, 'c', "string");
	is_str(text, "-42 42 beef 10 c string %", "integers and strings");
	snprintf(text, sizeof(text), "[%8d|%-8d|%08d|%+d|%.3s]", 1, 2, 3, 4, "abcdef");
	is_str(text, "[       1|2       |00000003|+4|abc]", "widths and precision");
	snprintf(text, sizeof(text), "%lld %llx", -1234567890123LL, 0x123456789abcdefULL);
	is_str(text, "-1234567890123 123456789abcdef", "64-bit numbers");
	snprintf(text, sizeof(text), "%.3f %g %e %.10g", 3.14159, 1e10, 12345.678, 1.0 / 3);
	is_str(text, "3.142 1e+10 1.234568e+04 0.3333333333", "floating point");
	is(snprintf(text, room, "too long"), 8, "what does not fit is counted");
	is_str(text, "too ", "and cut off");
	is(strtol("-0x7f", NULL, 16), -127, "strtol");
	ok(strtod("2.5e3", NULL) == 2500.0, "strtod");
}

struct block {
	unsigned char *data;
	size_t size;
	unsigned char tag;
};

static struct block blocks[SLOTS];

static int block_good(const struct block *b)
{
	for (size_t i = 0; i < b->size; i += 61)
		if (b->data[i] != (unsigned char)(b->tag + i))
			return 0;
	return 1;
}

static void block_fill(struct block *b)
{
	for (size_t i = 0; i < b->size; i += 61)
		b->data[i] = b->tag + i;
}

/* A block grows or shrinks, and its common part must stay. */
static int block_resize(struct block *b, size_t size)
{
	unsigned char *data = realloc(b->data, size);

	if (!data)
		return 0;
	b->data = data;
	b->size = size < b->size ? size : b->size;
	return block_good(b);
}

static size_t random_size(void)
{
	return 1 + next_random() % (next_random() % 50 ? 2000 : 300000);
}

static int malloc_round(struct block *b)
{
	if (b->data && !block_good(b))
		return 0;
	if (b->data && next_random() % 3) {
		free(b->data);
		b->data = NULL;
		return 1;
	}
	if (b->data)
		return block_resize(b, random_size());
	b->size = random_size();
	b->data = malloc(b->size);
	b->tag = next_random();
	if (b->data)
		block_fill(b);
	return b->data != NULL;
}

static void test_malloc(void)
{
	int good = 0, sum = 0;
	volatile size_t impossible = 0xfffff000;
	unsigned char *zeroed;

	for (int i = 0; i < ROUNDS; i++)
		good += malloc_round(&blocks[next_random() % SLOTS]);
	is(good, ROUNDS, "twenty thousand rounds of malloc, realloc and free keep every byte");
	good = 0;
	for (int i = 0; i < SLOTS; i++) {
		good += !blocks[i].data || block_good(&blocks[i]);
		free(blocks[i].data);
	}
	is(good, SLOTS, "to the end");
	zeroed = calloc(1000, 1000);
	for (int i = 0; zeroed && i < 1000000; i++)
		sum += zeroed[i];
	ok(zeroed && sum == 0, "calloc gives zeroes");
	free(zeroed);
	fails(malloc(impossible) ? 0 : -1, ENOMEM, "an impossible malloc: ENOMEM");
}

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void test_qsort(void)
{
	static uint32_t numbers[SORTED];
	uint32_t before = 0, after = 0, key;
	int ordered = 1;

	for (int i = 0; i < SORTED; i++)
		before += numbers[i] = next_random();
	key = numbers[77];
	qsort(numbers, SORTED, sizeof(*numbers), compare);
	for (int i = 0; i < SORTED; i++) {
		after += numbers[i];
		ordered &= !i || numbers[i - 1] <= numbers[i];
	}
	ok(ordered && before == after, "qsort");
	ok(bsearch(&key, numbers, SORTED, sizeof(*numbers), compare), "bsearch");
}

static void test_file(const char *self)
{
	char line[100];
	FILE *f = fopen(data_path(self, "text", 0), "r");

	ok(f && fgets(line, sizeof(line), f), "fopen and fgets");
	is_str(line, "Nopage test data, first line\n", "the first line");
	is(fgetc(f), 's', "fgetc");
	is(ungetc('S', f), 'S', "ungetc");
	ok(fscanf(f, "%99s", line) == 1 && !strcmp(line, "Second"), "fscanf");
	is(fseek(f, -4, SEEK_END), 0, "fseek");
	ok(fgets(line, sizeof(line), f) && !strcmp(line, "end\n"), "the last word");
	ok(fgetc(f) == EOF && feof(f) && !ferror(f), "the end of the file");
	is(fclose(f), 0, "fclose");
	ok(!fopen("/no/such/file", "r") && errno == ENOENT, "a file that is not there");
}

int main(int argc, char **argv)
{
	char line[300];

	(void)argc;
	plan(26);
	test_printf();
	test_malloc();
	test_qsort();
	test_file(argv[0]);
	printf("# printf on standard output, buffered: %s\n", "written at exit");
	fflush(stdout);
	setvbuf(stdout, NULL, _IOFBF, BUFSIZ);
	is(printf("# and flushed by hand\n"), 22, "printf counts what it prints");
	fflush(stdout);
	puts("# puts");
	fflush(stdout);
	for (int i = 0; i < 300; i++)
		line[i] = i % 70 == 69 ? '\t' : 'a' + i % 23;
	printf("# %.300s\n", line);		/* the terminal takes it in pieces */
	fflush(stdout);
	is(ferror(stdout), 0, "without an error");
	return done();
}
