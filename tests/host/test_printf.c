/* SPDX-License-Identifier: MIT */
/*
 * test_printf.c - the kernel's vsnprintf against the host's.  sources:
 *
 * The kernel's functions are compiled under other names, np_..., beside the host's.
 */
#include <stdarg.h>
#include <string.h>

#include "host.h"
#include <nopage/types.h>

#define vsnprintf	np_vsnprintf
#define snprintf	np_snprintf
#define vscnprintf	np_vscnprintf
#define scnprintf	np_scnprintf

int np_vsnprintf(char *buf, size_t size, const char *fmt, va_list args);
int np_snprintf(char *buf, size_t size, const char *fmt, ...);
int np_vscnprintf(char *buf, size_t size, const char *fmt, va_list args);
int np_scnprintf(char *buf, size_t size, const char *fmt, ...);

#include "../../lib/vsnprintf.c"

#undef vsnprintf
#undef snprintf
#undef vscnprintf
#undef scnprintf

/* Formats are made at run time here: the compiler cannot check them. */
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"

#define ROOM	128

/* The same arguments to both, into a buffer of size bytes; what is behind it must stay. */
#define SAME(size, fmt, ...) same(size, fmt, ##__VA_ARGS__)

static void same(size_t size, const char *fmt, ...)
{
	char ours[ROOM + 8], theirs[ROOM + 8], text[2 * ROOM + 100];
	int our_len, their_len;
	va_list args;

	memset(ours, '~', sizeof(ours));
	memset(theirs, '~', sizeof(theirs));
	va_start(args, fmt);
	our_len = np_vsnprintf(ours, size, fmt, args);
	va_end(args);
	va_start(args, fmt);
	their_len = vsnprintf(theirs, size, fmt, args);
	va_end(args);
	CHECK_EQ(our_len, their_len);
	if (memcmp(ours, theirs, sizeof(ours))) {
		snprintf(text, sizeof(text), "\"%s\": expected \"%.*s\", got \"%.*s\"", fmt, ROOM,
			 theirs, ROOM, ours);
		check_at(false, text, __FILE__, __LINE__);
	}
}

static const unsigned long long values[] = {
	0, 1, 7, 8, 9, 10, 15, 16, 99, 100, 255, 256, 4095, 32767, 32768, 65535, 65536, 1000000,
	0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, 9999999999, 10000000000,
	0x7fffffffffffffff, 0x8000000000000000, 0xffffffffffffffff,
};

/* Every flag combination with some widths, every length, every value. */
static void integers(void)
{
	static const char *const flags[] = { "", "-", "0", "-0" };
	static const char *const lengths[] = { "", "l", "ll", "z" };
	static const char *const widths[] = { "", "1", "5", "24" };
	char fmt[40];

	for (unsigned int i = 0; i < 4 * 4 * 4 * 4; i++) {
		snprintf(fmt, sizeof(fmt), "<%%%s%s%s%c>", flags[i % 4], widths[i / 4 % 4],
			 lengths[i / 16 % 4], "duxo"[i / 64]);
		for (unsigned int v = 0; v < ARRAY_SIZE(values); v++)
			SAME(ROOM, fmt, values[v]);
	}
}

static void text(void)
{
	SAME(ROOM, "%s", "hello");
	SAME(ROOM, "[%10s] [%-10s] [%.2s]", "abc", "abc", "abc");
	SAME(ROOM, "[%6.3s] [%-6.3s]", "abcdef", "abcdef");
	SAME(ROOM, "%c%c [%3c] [%-3c]", 'a', 'b', 'c', 'd');
	SAME(ROOM, "100%% of %s", "it");
	SAME(ROOM, "%.*s|%*s|%-*s|%*s", 2, "abcd", 6, "ab", 6, "ab", -6, "ab");
	SAME(ROOM, "%.*s|%*d", -1, "all", 8, -42);
	SAME(ROOM, "%s", "");
	SAME(ROOM, "");
}

/* A string of unterminated bytes, as names in structures may be. */
static void unterminated(void)
{
	char *exact = malloc(4);

	memcpy(exact, "abcd", 4);
	SAME(ROOM, "%.4s|%.3s", exact, exact);
	free(exact);
}

static void pointers(void)
{
	char buf[ROOM];

	CHECK_EQ(np_snprintf(buf, ROOM, "%p", (void *)0xc0101234), 8);
	CHECK(!strcmp(buf, "c0101234"));
	np_snprintf(buf, ROOM, "%p", NULL);
	CHECK(!strcmp(buf, "00000000"));
	np_snprintf(buf, ROOM, "%s", (char *)NULL);
	CHECK(!strcmp(buf, "(null)"));
}

static void truncation(void)
{
	char buf[8];

	for (size_t size = 0; size <= 20; size++) {
		SAME(size, "%s-%05d-%x", "abc", 42, 0xbeef);
		SAME(size, "%10s", "x");
	}
	CHECK_EQ(np_scnprintf(buf, 8, "%s", "123456789"), 7);
	CHECK_EQ(np_scnprintf(buf, 8, "%s", "123"), 3);
	CHECK_EQ(np_scnprintf(buf, 0, "%s", "123"), 0);
	CHECK_EQ(np_snprintf(NULL, 0, "%s", "12345"), 5);
}

/* What is no conversion of ours is copied, and never reads past the end of the format. */
static void unknown(void)
{
	char buf[ROOM];

	np_snprintf(buf, ROOM, "%y and %d%", 3);
	CHECK(!strcmp(buf, "%y and 3%"));
	np_snprintf(buf, ROOM, "%-08.3l");
	CHECK(!strcmp(buf, "%-08.3l"));
}

static void random_formats(void)
{
	char fmt[40];

	for (int i = 0; i < 50000; i++) {
		int n = 1;

		fmt[0] = '%';
		for (unsigned int k = random_below(3); k > 0; k--)
			fmt[n++] = "-0"[random_below(2)];
		if (random_below(2))
			n += snprintf(fmt + n, 4, "%u", random_below(40));
		snprintf(fmt + n, 4, "ll%c", "duxo"[random_below(4)]);
		SAME(random_below(60), fmt, (unsigned long long)random32() << random_below(33));
	}
}

int main(void)
{
	plan(7);
	RUN(integers);
	RUN(text);
	RUN(unterminated);
	RUN(pointers);
	RUN(truncation);
	RUN(unknown);
	RUN(random_formats);
	return 0;
}
