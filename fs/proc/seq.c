/* SPDX-License-Identifier: MIT */
/*
 * seq.c - text that grows page by page.
 *
 * The files of /proc are written whole, when they are first read, into a chain of pages; what the
 * reader gets in pieces, at whatever positions, is one consistent text. When a page cannot be had,
 * the text ends there and s->error says so.
 */
#include "internal.h"
#include <nopage/printf.h>
#include <nopage/string.h>
#include <asm/uaccess.h>

void seq_init(struct seq *s)
{
	INIT_LIST_HEAD(&s->pages);
	s->len = 0;
	s->error = 0;
}

void seq_free(struct seq *s)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, &s->pages, list)
		put_page(page);
	seq_init(s);
}

/* The page that the next byte goes to; NULL: no memory. */
static struct page *last_page(struct seq *s)
{
	struct page *page;

	if (s->len & ~PAGE_MASK)
		return list_last_entry(&s->pages, struct page, list);
	page = alloc_page(GFP_KERNEL);
	if (page)
		list_add_tail(&page->list, &s->pages);
	else
		s->error = -ENOMEM;
	return page;
}

void seq_write(struct seq *s, const void *data, size_t len)
{
	size_t part;

	for (; len && !s->error; data += part, len -= part) {
		struct page *page = last_page(s);
		size_t used = s->len & ~PAGE_MASK;

		if (!page)
			return;
		part = min(len, (size_t)PAGE_SIZE - used);
		memcpy((char *)page_address(page) + used, data, part);
		s->len += part;
	}
}

void seq_puts(struct seq *s, const char *text)
{
	seq_write(s, text, strlen(text));
}

void seq_printf(struct seq *s, const char *fmt, ...)
{
	char line[SEQ_LINE];
	va_list args;
	int len;

	va_start(args, fmt);
	len = vscnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	seq_write(s, line, len);
}

void seq_escape(struct seq *s, const char *text, const char *special)
{
	for (; *text; text++) {
		if (strchr(special, *text))
			seq_printf(s, "\\%03o", (u8)*text);
		else
			seq_write(s, text, 1);
	}
}

ssize_t seq_to_user(const struct seq *s, size_t pos, char *buf, size_t count)
{
	size_t start = 0, done = 0, part, left = 0;
	struct page *page;

	list_for_each_entry(page, &s->pages, list) {
		size_t end = min(start + (size_t)PAGE_SIZE, s->len);

		if (pos < end && done < count) {
			part = min(end - pos, count - done);
			left = copy_to_user(buf + done, (char *)page_address(page) + (pos - start),
					    part);
			done += part - left;
			pos += part - left;
			if (left)
				break;
		}
		start = end;
	}
	return done || !left ? (ssize_t)done : -EFAULT;
}
