/* SPDX-License-Identifier: MIT */
/* test_cpio.c - archives of GNU cpio, and damaged ones.  sources: lib/cpio.c */
#include <errno.h>
#include <string.h>

#include "host.h"
#include <nopage/cpio.h>

#define HEADER	110

/* A small tree with files of awkward sizes, a link and an empty file. */
#define MAKE_ARCHIVE								\
	"set -e; d=$(mktemp -d); cd $d; mkdir -p dir/sub; printf x >one; : >empty;"	\
	"printf 12345 >dir/five; printf '%4096s' ' ' >dir/sub/page; ln -s ../one dir/link;"	\
	"find . | sort | sed 1d | cpio --quiet --reproducible -o -H newc; rm -r $d"

struct archive {
	unsigned char *data;
	size_t size;
};

/* The archive in memory of exactly its size, so that the sanitizer sees a byte too far. */
static struct archive load(const char *command)
{
	struct archive a;

	a.data = read_command(command, &a.size);
	return a;
}

static struct archive join(struct archive a, size_t zeros, struct archive b)
{
	struct archive c = { malloc(a.size + zeros + b.size), a.size + zeros + b.size };

	memcpy(c.data, a.data, a.size);
	memset(c.data + a.size, 0, zeros);
	if (b.size)
		memcpy(c.data + a.size + zeros, b.data, b.size);
	return c;
}

/* Read everything, touching all bytes handed out. Entries read, or -EINVAL. */
static int read_all(struct archive a, char error[96])
{
	struct cpio_iter it;
	struct cpio_entry e;
	volatile unsigned char sum = 0;
	int n = 0, ret;

	cpio_open(&it, a.data, a.size);
	while ((ret = cpio_next(&it, &e)) == 1) {
		CHECK(strlen(e.name) == e.name_len && e.name_len > 0);
		for (size_t i = 0; i < e.size; i++)
			sum += ((const unsigned char *)e.data)[i];
		n++;
	}
	if (ret == 0) {
		CHECK_EQ(cpio_next(&it, &e), 0);
		return n;
	}
	CHECK_EQ(ret, -EINVAL);
	CHECK(strlen(it.error) > 10 && strstr(it.error, "at offset"));
	CHECK_EQ(cpio_next(&it, &e), -EINVAL);
	if (error)
		strcpy(error, it.error);
	return ret;
}

/* The error an archive gives must contain this text. */
static void expect_error(struct archive a, const char *text)
{
	char error[96] = "";

	CHECK_EQ(read_all(a, error), -EINVAL);
	if (!CHECK(strstr(error, text)))
		printf("# expected \"%s\", got \"%s\"\n", text, error);
}

static void contents(const char *command)
{
	struct archive a = load(command);
	struct cpio_iter it;
	struct cpio_entry e;
	int n = 0;

	cpio_open(&it, a.data, a.size);
	while (cpio_next(&it, &e) == 1) {
		n++;
		if (!strcmp(e.name, "dir"))
			CHECK((e.mode & 0170000) == 0040000 && e.size == 0);
		if (!strcmp(e.name, "one"))
			CHECK((e.mode & 0170000) == 0100000 && e.size == 1 &&
			      *(char *)e.data == 'x');
		if (!strcmp(e.name, "empty"))
			CHECK_EQ(e.size, 0);
		if (!strcmp(e.name, "dir/five"))
			CHECK(e.size == 5 && !memcmp(e.data, "12345", 5));
		if (!strcmp(e.name, "dir/sub/page"))
			CHECK_EQ(e.size, 4096);
		if (!strcmp(e.name, "dir/link"))
			CHECK((e.mode & 0170000) == 0120000 && e.size == 6 &&
			      !memcmp(e.data, "../one", 6));
	}
	CHECK_EQ(n, 7);
	CHECK(!it.error[0]);
	free(a.data);
}

static void newc(void)
{
	contents(MAKE_ARCHIVE);
}

static void several(void)
{
	static const size_t zeros[] = { 0, 4, 100, 512, 4096 };
	struct archive a = load(MAKE_ARCHIVE), none = { NULL, 0 };

	for (int i = 0; i < 5; i++) {
		struct archive two = join(a, zeros[i], a), padded = join(two, zeros[i], none);

		CHECK_EQ(read_all(two, NULL), 14);
		CHECK_EQ(read_all(padded, NULL), 14);
		free(two.data);
		free(padded.data);
	}
	free(a.data);
}

/* Overwrite bytes of a copy and expect an error. */
static void damage(struct archive a, size_t at, const char *bytes, const char *text)
{
	struct archive b = join(a, 0, (struct archive){ NULL, 0 });

	memcpy(b.data + at, bytes, strlen(bytes));
	expect_error(b, text);
	free(b.data);
}

/* The first entry, "dir", is at offset 0; its name fills bytes 110 to 113. */
static void named_damage(void)
{
	struct archive a = load(MAKE_ARCHIVE), tiny = { (unsigned char *)"", 0 };

	expect_error(tiny, "TRAILER!!!");
	damage(a, 0, "07070X", "magic");
	damage(a, 0, "070707", "magic");
	damage(a, 0, "070702", "magic");
	damage(a, 6, "0000000g", "hexadecimal");
	damage(a, HEADER - 16, "00000000", "length of the name");
	damage(a, HEADER - 16, "00000001", "length of the name");
	damage(a, HEADER - 16, "00001001", "length of the name");
	damage(a, HEADER - 16, "ffffffff", "length of the name");
	damage(a, HEADER - 16, "00000003", "not terminated");
	damage(a, HEADER - 16, "00000007", "not terminated");
	damage(a, 54, "ffffffff", "data cut off");
	damage(a, 54, "fffffffd", "data cut off");
	damage(a, 54, "00000004", "magic");
	free(a.data);
}

/* Cut at every length: an error always, but where only zeros behind the trailer are lost. */
static void truncated(void)
{
	struct archive a = load(MAKE_ARCHIVE);
	size_t trailer = a.size;

	while (memcmp(a.data + trailer - 10, "TRAILER!!!", 10))
		trailer--;
	for (size_t size = 0; size < a.size; size++) {
		struct archive b = { malloc(size), size };

		memcpy(b.data, a.data, size);
		if (size > trailer)
			CHECK_EQ(read_all(b, NULL), 7);
		else
			CHECK_EQ(read_all(b, NULL), -EINVAL);
		free(b.data);
	}
	free(a.data);
}

/* Thousands of archives with some bytes changed, mostly in headers: any answer, no bad access. */
static void mutations(void)
{
	struct archive a = load(MAKE_ARCHIVE), b = { malloc(a.size), a.size };
	int refused = 0;

	for (int i = 0; i < 20000; i++) {
		memcpy(b.data, a.data, a.size);
		for (unsigned int k = 1 + random_below(4); k > 0; k--) {
			size_t at = random_below(2) ? random_below(a.size) : random_below(700);

			b.data[at] = random_below(2) ? "0123456789abcdef"[random_below(16)]
						     : random32();
		}
		refused += read_all(b, NULL) < 0;
	}
	CHECK(refused > 5000);
	free(a.data);
	free(b.data);
}

static void noise(void)
{
	for (int i = 0; i < 2000; i++) {
		struct archive a = { malloc(300), random_below(300) };

		for (size_t k = 0; k < 300; k++)
			a.data[k] = i % 2 ? random32() : 0;
		if (i % 3 == 0)
			memcpy(a.data, "070701", 6);
		CHECK_EQ(read_all(a, NULL), -EINVAL);
		free(a.data);
	}
}

int main(void)
{
	plan(6);
	RUN(newc);
	RUN(several);
	RUN(named_damage);
	RUN(truncated);
	RUN(mutations);
	RUN(noise);
	return 0;
}
