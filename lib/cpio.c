/* SPDX-License-Identifier: MIT */
/* cpio.c - reader of "newc" archives. All lengths are checked by subtraction, so none can wrap. */
#include <nopage/cpio.h>
#include <nopage/printf.h>
#include <nopage/string.h>
#include <uapi/errno.h>

#define HEADER_SIZE	110
#define MAGIC_SIZE	6
#define NAME_MAX_SIZE	4096		/* PATH_MAX, with the NUL */
#define TRAILER		"TRAILER!!!"

/* The header's numbers in their order. */
enum field {
	F_INO, F_MODE, F_UID, F_GID, F_NLINK, F_MTIME, F_FILESIZE, F_DEVMAJOR, F_DEVMINOR,
	F_RDEVMAJOR, F_RDEVMINOR, F_NAMESIZE, F_CHECK, NR_FIELDS
};

/* Record what is wrong with the entry that starts at it->pos. */
static int damaged(struct cpio_iter *it, const char *what)
{
	snprintf(it->error, sizeof(it->error), "%s in the entry at offset %zu", what, it->pos);
	return -EINVAL;
}

/* Eight hexadecimal digits at p. */
static bool parse_hex(const u8 *p, u32 *value)
{
	u32 v = 0;

	for (int i = 0; i < 8; i++) {
		u8 c = p[i];

		if (c >= '0' && c <= '9')
			v = v << 4 | (c - '0');
		else if (c >= 'a' && c <= 'f')
			v = v << 4 | (c - 'a' + 10);
		else if (c >= 'A' && c <= 'F')
			v = v << 4 | (c - 'A' + 10);
		else
			return false;
	}
	*value = v;
	return true;
}

/* Up to a header or the end of the buffer: archives may be filled up with zeros. */
static void skip_zeros(struct cpio_iter *it)
{
	while (it->pos < it->size && it->buf[it->pos] == 0)
		it->pos++;
}

/* What stands where a header should, by its first bytes: gzip, bzip2, xz, zstd? */
static const char *what_else(const u8 *p)
{
	static const char magic[][4] = { "\x1f\x8b\x08", "BZh", "\xfd\x37\x7a", "\x28\xb5\x2f" };

	for (unsigned int i = 0; i < ARRAY_SIZE(magic); i++)
		if (!memcmp(p, magic[i], 3))
			return "compressed, unpack it first: no \"newc\" magic";
	return "no \"newc\" magic";
}

/* At least one byte, and all of them zero? */
static bool all_zero(const u8 *p, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (p[i])
			return false;
	return size > 0;
}

/* The header at it->pos: magic and numbers. 0 or -EINVAL. */
static int parse_header(struct cpio_iter *it, u32 *field)
{
	const u8 *p = it->buf + it->pos;

	if (it->size - it->pos < HEADER_SIZE)
		return damaged(it, "header cut off");
	if (memcmp(p, "070701", MAGIC_SIZE))
		return damaged(it, what_else(p));
	for (int i = 0; i < NR_FIELDS; i++)
		if (!parse_hex(p + MAGIC_SIZE + 8 * i, &field[i]))
			return damaged(it, "a number that is not hexadecimal");
	return 0;
}

/* Name and data behind the header. Sets *next to the offset behind them. 0 or -EINVAL. */
static int parse_body(struct cpio_iter *it, const u32 *field, struct cpio_entry *e, size_t *next)
{
	size_t left = it->size - it->pos, name_end, data_end;
	const u8 *p = it->buf + it->pos;

	e->name = (const char *)p + HEADER_SIZE;
	if (field[F_NAMESIZE] < 2 || field[F_NAMESIZE] > NAME_MAX_SIZE)
		return damaged(it, "impossible length of the name");
	if (field[F_NAMESIZE] > left - HEADER_SIZE)
		return damaged(it, "name cut off");
	e->name_len = strnlen(e->name, field[F_NAMESIZE]);
	if (!e->name_len || !all_zero(p + HEADER_SIZE + e->name_len,
				      field[F_NAMESIZE] - e->name_len))
		return damaged(it, "name not terminated where it should be");

	name_end = ALIGN((size_t)HEADER_SIZE + field[F_NAMESIZE], 4);
	e->size = field[F_FILESIZE];
	if (e->size && (name_end > left || e->size > left - name_end))
		return damaged(it, "data cut off");
	e->data = e->size ? p + name_end : NULL;
	data_end = e->size ? name_end + e->size : min(name_end, left);
	/* The padding of an archive's last entry may be missing. */
	*next = it->pos + min(ALIGN(data_end, 4), left);
	return 0;
}

static void fill_entry(struct cpio_entry *e, const u32 *field)
{
	e->ino = field[F_INO];
	e->mode = field[F_MODE];
	e->uid = field[F_UID];
	e->gid = field[F_GID];
	e->nlink = field[F_NLINK];
	e->mtime = field[F_MTIME];
	e->dev_major = field[F_DEVMAJOR];
	e->dev_minor = field[F_DEVMINOR];
	e->rdev_major = field[F_RDEVMAJOR];
	e->rdev_minor = field[F_RDEVMINOR];
}

void cpio_open(struct cpio_iter *it, const void *buf, size_t size)
{
	it->buf = buf;
	it->size = size;
	it->pos = 0;
	it->done = false;
	it->error[0] = '\0';
}

int cpio_next(struct cpio_iter *it, struct cpio_entry *e)
{
	u32 field[NR_FIELDS];
	size_t next;

	while (!it->done) {
		if (it->pos == it->size)
			return damaged(it, "the end of the buffer, not TRAILER!!!,");
		if (parse_header(it, field) || parse_body(it, field, e, &next))
			return -EINVAL;
		it->pos = next;
		if (strcmp(e->name, TRAILER)) {
			fill_entry(e, field);
			return 1;
		}
		skip_zeros(it);
		it->done = it->pos == it->size;
	}
	return 0;
}
