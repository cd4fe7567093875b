/* SPDX-License-Identifier: MIT */
/* Private mappings of a file: pages of the page cache mapped to be read, and copied to be written.
 *
 * The file is 1 MiB written to /tmp or, where that cannot be, to the root directory.
 */
#include "bench.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#define WINDOW 16UL			/* pages: 64 KiB */

static int make_file(void)
{
	static const char *const paths[] = { "/tmp/bench.data", "/bench.data" };
	static char page[PAGE_SIZE];

	for (int i = 0; i < 2; i++) {
		int fd = open(paths[i], O_RDWR | O_CREAT | O_TRUNC, 0600);
		unsigned long pages = 0;

		if (fd < 0)
			continue;
		unlink(paths[i]);
		while (pages < PAGES && write(fd, page, PAGE_SIZE) == (ssize_t)PAGE_SIZE)
			pages++;
		if (pages == PAGES)
			return fd;
		close(fd);
	}
	return -1;
}

static void map_file(int fd, unsigned long pages, unsigned long pgoff)
{
	long p = sys6(SYS_mmap2, (long)arena, pages * PAGE_SIZE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_FIXED, fd, pgoff);

	if (p != (long)arena)
		die("mmap of a file");
}

/* Mappings of one page: one fault each, whatever a kernel maps around the page it was asked for. */
static ticks_t read_single_pages(void *fd)
{
	ticks_t total = 0;

	for (unsigned long i = 0; i < PAGES; i++) {
		ticks_t start;

		map_file((long)fd, 1, i);
		start = rdtsc();
		*(volatile char *)arena;
		total += minus(rdtsc() - start, rdtsc_cost);
		unmap((unsigned long)arena, PAGE_SIZE);
	}
	return total;
}

static ticks_t read_all(void *fd)
{
	ticks_t ticks;

	map_file((long)fd, PAGES, 0);
	ticks = time_reads(arena, PAGES);
	unmap((unsigned long)arena, PAGES * PAGE_SIZE);
	return minus(ticks, page_loop_cost);
}

static ticks_t write_all(void *fd)
{
	ticks_t ticks;

	map_file((long)fd, PAGES, 0);
	ticks = time_writes(arena, PAGES);
	unmap((unsigned long)arena, PAGES * PAGE_SIZE);
	return minus(ticks, page_loop_cost);
}

void bench_files(void)
{
	long fd = make_file();

	if (fd < 0)
		die("making a file of 1 MiB");
	measure("file-read-page", read_single_pages, (void *)fd, PAGES);
	measure("file-read-64k", read_all, (void *)fd, PAGES / WINDOW);
	measure("file-write-fault", write_all, (void *)fd, PAGES);
	sys1(SYS_close, fd);
}
