/* SPDX-License-Identifier: MIT */
/*
 * cpio.h - reader of cpio archives in the "newc" format, over a buffer in memory.
 *
 * Format (cpio(5), "New ASCII Format"): each entry is a header of 110 ASCII characters, magic
 * 070701 and 13 numbers of eight hexadecimal digits; then the name with its NUL, or several, so
 * that the data of large files can be made to begin on the border of a page; then the data, both
 * padded with zeros to a multiple of four from the entry's start. An entry called TRAILER!!! ends
 * an archive; further archives may follow after zeros.
 */
#ifndef NOPAGE_CPIO_H
#define NOPAGE_CPIO_H

#include <nopage/types.h>

struct cpio_entry {
	const char *name;	/* in the buffer, NUL terminated, not empty */
	size_t name_len;	/* without the NUL */
	const void *data;	/* in the buffer, size bytes; for a symlink its target */
	size_t size;
	u32 ino, mode, uid, gid, nlink, mtime;
	u32 dev_major, dev_minor, rdev_major, rdev_minor;
};

struct cpio_iter {
	const u8 *buf;
	size_t size;
	size_t pos;		/* where the next header is looked for */
	bool done;		/* the last trailer has been read */
	char error[96];		/* after -EINVAL: what is damaged, and where */
};

/* cpio_open - start reading at buf, which stays the caller's. */
void cpio_open(struct cpio_iter *it, const void *buf, size_t size);
/*
 * cpio_next - the next entry. Never reads outside the buffer, whatever it contains. Returns 1
 * with *e filled, 0 behind the last archive's trailer, -EINVAL with it->error filled (and
 * again -EINVAL if called once more).
 */
int __must_check cpio_next(struct cpio_iter *it, struct cpio_entry *e);

#endif
