/* SPDX-License-Identifier: MIT */
/* memory.c - the memory of the whole system: meminfo, vmstat and the insides of the allocators. */
#include "internal.h"
#include <nopage/slab.h>

/* All figures at one moment, in pages but for the stacks. */
struct memory {
	struct mm_usage mm;
	unsigned long total, free, cached, slab, slab_empty, stacks_kib;
};

static void get_memory(struct memory *m)
{
	struct slab_stat stat;

	count_mm_usage(&m->mm);
	m->total = totalram_pages();
	m->free = nr_free_pages();
	m->cached = nr_cached_pages();
	m->slab = 0;
	m->slab_empty = 0;
	for (unsigned int i = 0; slab_stat(i, &stat); i++) {
		m->slab += stat.slabs * stat.pages;
		m->slab_empty += stat.empty * stat.pages;
	}
	m->stacks_kib = READ_ONCE(nr_tasks) * (THREAD_SIZE >> 10);
}

static void kib_line(struct seq *s, const char *name, unsigned long kib)
{
	seq_printf(s, "%-16s%8lu kB\n", name, kib);
}

/* Files are in memory only: they cannot be given up, and count as in use. */
int show_meminfo(struct seq *s, const struct proc_target *t __unused)
{
	struct memory m;

	get_memory(&m);
	kib_line(s, "MemTotal:", KIB(m.total));
	kib_line(s, "MemFree:", KIB(m.free));
	kib_line(s, "MemAvailable:", KIB(m.free + m.slab_empty));
	kib_line(s, "Buffers:", 0);
	kib_line(s, "Cached:", KIB(m.cached));
	kib_line(s, "SwapCached:", 0);
	kib_line(s, "Active:", KIB(m.mm.anon + m.cached));
	kib_line(s, "Inactive:", 0);
	kib_line(s, "Unevictable:", 0);
	kib_line(s, "Mlocked:", 0);
	kib_line(s, "SwapTotal:", 0);
	kib_line(s, "SwapFree:", 0);
	kib_line(s, "Dirty:", 0);
	kib_line(s, "Writeback:", 0);
	kib_line(s, "AnonPages:", KIB(m.mm.anon));
	kib_line(s, "Mapped:", KIB(m.mm.mapped));
	kib_line(s, "Shmem:", KIB(m.cached));
	kib_line(s, "KReclaimable:", KIB(m.slab_empty));
	kib_line(s, "Slab:", KIB(m.slab));
	kib_line(s, "SReclaimable:", KIB(m.slab_empty));
	kib_line(s, "SUnreclaim:", KIB(m.slab - m.slab_empty));
	kib_line(s, "KernelStack:", m.stacks_kib);
	kib_line(s, "PageTables:", KIB(m.mm.page_tables));
	kib_line(s, "CommitLimit:", KIB(m.total));
	kib_line(s, "Committed_AS:", KIB(m.mm.total_vm));
	kib_line(s, "VmallocTotal:", (VMALLOC_END - VMALLOC_START) >> 10);
	kib_line(s, "VmallocUsed:", KIB(nr_vmalloc_pages()));
	kib_line(s, "VmallocChunk:", 0);
	return 0;
}

int show_vmstat(struct seq *s, const struct proc_target *t __unused)
{
	const struct cpu_stat *stat = &this_cpu()->stat;
	struct memory m;

	get_memory(&m);
	seq_printf(s, "nr_free_pages %lu\n", m.free);
	seq_printf(s, "nr_slab_reclaimable %lu\n", m.slab_empty);
	seq_printf(s, "nr_slab_unreclaimable %lu\n", m.slab - m.slab_empty);
	seq_printf(s, "nr_anon_pages %lu\n", m.mm.anon);
	seq_printf(s, "nr_mapped %lu\n", m.mm.mapped);
	seq_printf(s, "nr_file_pages %lu\n", m.cached);
	seq_printf(s, "nr_shmem %lu\n", m.cached);
	seq_printf(s, "nr_kernel_stack %lu\n", m.stacks_kib);
	seq_printf(s, "nr_page_table_pages %lu\n", m.mm.page_tables);
	seq_printf(s, "pgfault %u\n", stat->faults);
	seq_printf(s, "pgmajfault %u\n", stat->major_faults);
	/* Nopage's own: what the design of address spaces and their switches costs and saves. */
	seq_printf(s, "context_switches %u\n", stat->switches);
	seq_printf(s, "cr3_loads %u\n", stat->cr3_loads);
	seq_printf(s, "cr3_kept %u\n", stat->cr3_kept);
	seq_printf(s, "lazy_tlb %u\n", stat->lazy);
	seq_printf(s, "tlb_flush_page %u\n", stat->flush_page);
	seq_printf(s, "tlb_flush_all %u\n", stat->flush_all);
	seq_printf(s, "nr_mm %lu\n", nr_mms());
	seq_printf(s, "nr_vma %lu\n", nr_vmas());
	return 0;
}

int show_buddyinfo(struct seq *s, const struct proc_target *t __unused)
{
	seq_printf(s, "Node 0, zone %8s ", "Normal");
	for (unsigned int order = 0; order < MAX_ORDER; order++)
		seq_printf(s, "%6lu ", nr_free_blocks(order));
	seq_puts(s, "\n");
	return 0;
}

int show_zoneinfo(struct seq *s, const struct proc_target *t __unused)
{
	seq_printf(s, "Node 0, zone %8s\n", "Normal");
	seq_printf(s, "  pages free     %lu\n", nr_free_pages());
	seq_printf(s, "        spanned  %lu\n        present  %lu\n        managed  %lu\n",
		   max_low_pfn, max_low_pfn, totalram_pages());
	seq_printf(s, "  pagesets\n    cpu: 0\n              count: %u\n", this_cpu()->hot.count);
	return 0;
}

int show_slabinfo(struct seq *s, const struct proc_target *t __unused)
{
	struct slab_stat stat;

	seq_puts(s, "slabinfo - version: 2.1\n");
	seq_puts(s, "# name            <active_objs> <num_objs> <objsize> <objperslab> "
		 "<pagesperslab>");
	seq_puts(s, " : tunables <limit> <batchcount> <sharedfactor>");
	seq_puts(s, " : slabdata <active_slabs> <num_slabs> <sharedavail>\n");
	for (unsigned int i = 0; slab_stat(i, &stat); i++)
		seq_printf(s, "%-17s %6lu %6lu %6u %4u %4u : tunables %4u %4u %4u : slabdata "
			   "%6lu %6lu %6u\n", stat.name, stat.inuse, stat.objects, stat.size,
			   stat.per_slab, stat.pages, 0, 0, 0, stat.slabs - stat.empty, stat.slabs,
			   0);
	return 0;
}

int show_vmallocinfo(struct seq *s, const struct proc_target *t __unused)
{
	struct vmalloc_area area = { 0 };

	while (!s->error && vmalloc_next(area.start + 1, &area))
		seq_printf(s, "0x%08lx-0x%08lx %7lu %s pages=%lu vmalloc\n", area.start,
			   area.start + area.size + PAGE_SIZE, area.size + PAGE_SIZE,
			   area.stack ? "alloc_stack" : "vmalloc", area.size >> PAGE_SHIFT);
	return 0;
}
