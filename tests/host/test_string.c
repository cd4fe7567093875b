/* SPDX-License-Identifier: MIT */
/*
 * test_string.c - the kernel's strings and numbers against the host's.  sources: lib/kstrtox.c
 *
 * The kernel's functions are compiled under other names, np_..., beside the host's.
 */
#include <errno.h>
#include <string.h>

#include "host.h"
#include <nopage/bug.h>
#include <nopage/kstrtox.h>
#include "../kernel/glob.h"

#define memcpy		np_memcpy
#define memmove		np_memmove
#define memset		np_memset
#define memcmp		np_memcmp
#define memchr		np_memchr
#define memchr_inv	np_memchr_inv
#define strlen		np_strlen
#define strnlen		np_strnlen
#define strcmp		np_strcmp
#define strncmp		np_strncmp
#define strcpy		np_strcpy
#define strchr		np_strchr
#define strrchr		np_strrchr
#define strstr		np_strstr

void *np_memcpy(void *to, const void *from, size_t n);
void *np_memmove(void *to, const void *from, size_t n);
void *np_memset(void *to, int c, size_t n);
int np_memcmp(const void *a, const void *b, size_t n);
void *np_memchr(const void *s, int c, size_t n);
void *np_memchr_inv(const void *s, int c, size_t n);
size_t np_strlen(const char *s);
size_t np_strnlen(const char *s, size_t max);
int np_strcmp(const char *a, const char *b);
int np_strncmp(const char *a, const char *b, size_t n);
char *np_strcpy(char *to, const char *from);
char *np_strchr(const char *s, int c);
char *np_strrchr(const char *s, int c);
char *np_strstr(const char *s, const char *what);
ssize_t strscpy(char *to, const char *from, size_t size);

#include "../../lib/string.c"

#undef memcpy
#undef memmove
#undef memset
#undef memcmp
#undef memchr
#undef strlen
#undef strnlen
#undef strcmp
#undef strncmp
#undef strcpy
#undef strchr
#undef strrchr
#undef strstr

static int sign(int n)
{
	return (n > 0) - (n < 0);
}

/* Text of at most max - 1 letters out of few, so that comparisons meet equal and unequal ones. */
static void random_text(char *s, unsigned int max)
{
	unsigned int n = random_below(max);

	for (unsigned int i = 0; i < n; i++)
		s[i] = "ab\xe4"[random_below(3)];
	s[n] = '\0';
}

static void memory(void)
{
	char a[64], b[64], source[64];

	for (int i = 0; i < 20000; i++) {
		size_t from = random_below(32), to = random_below(32), n = random_below(33);

		for (size_t k = 0; k < sizeof(a); k++)
			a[k] = b[k] = (char)random32();
		memcpy(source, a, sizeof(a));
		memmove(a + to, a + from, n);
		CHECK(np_memmove(b + to, b + from, n) == b + to);
		CHECK(!memcmp(a, b, sizeof(a)));
		memcpy(a + to, source + from, n);
		CHECK(np_memcpy(b + to, source + from, n) == b + to);
		CHECK(!memcmp(a, b, sizeof(a)));
		memset(a + to, (int)from, n);
		CHECK(np_memset(b + to, (int)from, n) == b + to);
		CHECK(!memcmp(a, b, sizeof(a)));
		CHECK_EQ(sign(np_memcmp(a + from, source + from, n)),
			 sign(memcmp(a + from, source + from, n)));
		CHECK(np_memchr(a, source[0], n) == memchr(a, source[0], n));
	}
}

static void strings(void)
{
	char a[12], b[12];

	for (int i = 0; i < 50000; i++) {
		size_t n = random_below(12);

		random_text(a, sizeof(a));
		random_text(b, i % 2 ? sizeof(b) : 3);
		CHECK_EQ(np_strlen(a), strlen(a));
		CHECK_EQ(np_strnlen(a, n), strnlen(a, n));
		CHECK_EQ(sign(np_strcmp(a, b)), sign(strcmp(a, b)));
		CHECK_EQ(sign(np_strncmp(a, b, n)), sign(strncmp(a, b, n)));
		CHECK(np_strchr(a, 'b') == strchr(a, 'b'));
		CHECK(np_strchr(a, 0) == strchr(a, 0));
		CHECK(np_strrchr(a, 'a') == strrchr(a, 'a'));
		CHECK(np_strrchr(a, 0) == strrchr(a, 0));
		CHECK(np_strstr(a, b) == strstr(a, b));
	}
}

static void bounded_copy(void)
{
	char to[8];

	CHECK_EQ(strscpy(to, "abc", 8), 3);
	CHECK(!strcmp(to, "abc"));
	CHECK_EQ(strscpy(to, "abcdefg", 8), 7);
	CHECK(!strcmp(to, "abcdefg"));
	CHECK_EQ(strscpy(to, "abcdefgh", 8), -E2BIG);
	CHECK(!strcmp(to, "abcdefg"));
	CHECK_EQ(strscpy(to, "x", 1), -E2BIG);
	CHECK_EQ(to[0], 0);
	CHECK(np_strcpy(to, "xyz") == to && !strcmp(to, "xyz"));
}

static void inverse_search(void)
{
	char poison[32];

	memset(poison, 0x6b, sizeof(poison));
	CHECK(!np_memchr_inv(poison, 0x6b, sizeof(poison)));
	poison[31] = 0;
	CHECK(np_memchr_inv(poison, 0x6b, sizeof(poison)) == poison + 31);
	CHECK(!np_memchr_inv(poison, 0x6b, 31));
}

static void globs(void)
{
	CHECK(glob_match("*", "") && glob_match("", "") && !glob_match("", "a"));
	CHECK(glob_match("buddy.*", "buddy.split") && !glob_match("buddy.*", "slab.split"));
	CHECK(glob_match("*split*", "buddy.split_and_join"));
	CHECK(glob_match("b?ddy*", "buddy") && !glob_match("b?ddy", "bddy"));
	CHECK(glob_match("*a*b*c", "xxaxxbxxbxc") && !glob_match("*a*b*c", "xxaxxbxxcx"));
	CHECK(!glob_match("?", "") && glob_match("**", "abc"));
}

static void numbers(void)
{
	unsigned long value;

	CHECK(!kstrtoul("0", 0, &value) && value == 0);
	CHECK(!kstrtoul("123", 10, &value) && value == 123);
	CHECK(!kstrtoul("0x1F", 0, &value) && value == 31);
	CHECK(!kstrtoul("1f", 16, &value) && value == 31);
	CHECK(!kstrtoul("0x1f", 16, &value) && value == 31);
	CHECK(!kstrtoul("0755", 0, &value) && value == 0755);
	CHECK(!kstrtoul("18446744073709551615", 10, &value) && value == ~0UL);
	CHECK(!kstrtoul("0xffffffffffffffff", 0, &value) && value == ~0UL);
	CHECK_EQ(kstrtoul("18446744073709551616", 10, &value), -ERANGE);
	CHECK_EQ(kstrtoul("99999999999999999999", 10, &value), -ERANGE);
	CHECK_EQ(kstrtoul("0x10000000000000000", 0, &value), -ERANGE);
	CHECK_EQ(kstrtoul("", 0, &value), -EINVAL);
	CHECK_EQ(kstrtoul("0x", 0, &value), -EINVAL);
	CHECK_EQ(kstrtoul(" 1", 0, &value), -EINVAL);
	CHECK_EQ(kstrtoul("+1", 0, &value), -EINVAL);
	CHECK_EQ(kstrtoul("-1", 0, &value), -EINVAL);
	CHECK_EQ(kstrtoul("1 ", 0, &value), -EINVAL);
	CHECK_EQ(kstrtoul("12a", 10, &value), -EINVAL);
	CHECK_EQ(kstrtoul("08", 0, &value), -EINVAL);
}

static void sizes(void)
{
	u64 size;

	CHECK(!memparse("64", &size) && size == 64);
	CHECK(!memparse("64K", &size) && size == 64 << 10);
	CHECK(!memparse("0x40m", &size) && size == 64 << 20);
	CHECK(!memparse("3G", &size) && size == 3ULL << 30);
	CHECK(!memparse("17179869183g", &size) && size == 17179869183ULL << 30);
	CHECK_EQ(memparse("17179869184g", &size), -ERANGE);
	CHECK_EQ(memparse("64X", &size), -EINVAL);
	CHECK_EQ(memparse("64KB", &size), -EINVAL);
	CHECK_EQ(memparse("K", &size), -EINVAL);
	CHECK_EQ(memparse("", &size), -EINVAL);
}

int main(void)
{
	plan(7);
	RUN(memory);
	RUN(strings);
	RUN(bounded_copy);
	RUN(inverse_search);
	RUN(globs);
	RUN(numbers);
	RUN(sizes);
	return 0;
}
