/* SPDX-License-Identifier: MIT */
/*
 * tour.c - the narrated scenarios of process memory: `tour` on the kernel command line.
 *
 * Each is a line of prose, then the events as they happen, then a verdict. Those that concern
 * programs run one of user/tour/; those that concern kernel threads and the kernel's own memory
 * are functions here.
 */
#include <nopage/init.h>
#include <nopage/events.h>
#include <nopage/mm.h>
#include <nopage/printk.h>
#include <nopage/sched.h>
#include <nopage/slab.h>
#include <nopage/syscalls.h>
#include <asm/tlb.h>
#include <asm/uaccess.h>
#include <uapi/mman.h>

struct scenario {
	const char *id, *title;
	const char *prose;		/* what to look for in the lines that follow */
	const char *trace;		/* event classes shown meanwhile */
	const char *program;		/* a user program that must exit with status 0, or ... */
	bool (*run)(void);		/* ... a function that must return true */
};

#define SCENE_ADDR	0x10000000UL
#define SCENE_PAGES	4

/* A fresh mm with a few touched pages, owned by the current kernel thread alone.
 * False: no memory. */
static bool own_an_mm(void)
{
	struct mm_struct *mm = mm_alloc();
	unsigned long addr;

	if (!mm)
		return false;
	use_mm(mm);
	mmput(mm, EVM_UNUSE_MM);
	down_write(&mm->mmap_sem);
	addr = do_mmap(mm, NULL, SCENE_ADDR, SCENE_PAGES * PAGE_SIZE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0);
	up_write(&mm->mmap_sem);
	if (IS_ERR_VALUE(addr))
		return false;
	for (int i = 0; i < SCENE_PAGES; i++)
		if (put_user(i, (int *)(addr + i * PAGE_SIZE)))
			return false;
	return true;
}

/* ------------------------------------------------------------------ S6 and S7: the borrowed mm */

/* Two kernel threads on one CPU. The owner has an mm; the borrower has none. */
struct borrow {
	struct completion owner_ready, borrower_go, borrower_done;
	bool owner_exits;		/* S7: before the borrower runs */
	/* What the borrower found. */
	struct mm_struct *borrowed;
	int users, count;
	unsigned long rss;
	bool loaded;			/* CR3 is still the borrowed directory */
	u32 cr3_loads;			/* while switching from owner to borrower and back */
};

static int borrower_thread(void *arg)
{
	struct borrow *b = arg;
	struct mm_struct *mm;

	wait_for_completion(&b->borrower_go);
	mm = current->active_mm;
	b->borrowed = mm;
	b->users = atomic_read(&mm->mm_users);
	b->count = atomic_read(&mm->mm_count);
	b->rss = mm->rss;
	b->loaded = read_cr3().addr == __pa(mm->pgd).addr;
	complete(&b->borrower_done);
	return 0;
}

static int owner_thread(void *arg)
{
	struct borrow *b = arg;
	u32 loads;

	if (!own_an_mm())
		return -ENOMEM;
	complete(&b->owner_ready);
	loads = this_cpu()->stat.cr3_loads;
	complete(&b->borrower_go);	/* runnable now: it is next when this thread stops */
	if (!b->owner_exits)
		wait_for_completion(&b->borrower_done);
	b->cr3_loads = this_cpu()->stat.cr3_loads - loads;
	return 0;			/* do_exit(): the last user of the mm */
}

static bool run_borrow(struct borrow *b)
{
	struct task_struct *owner, *borrower;
	bool ok;

	init_completion(&b->owner_ready);
	init_completion(&b->borrower_go);
	init_completion(&b->borrower_done);
	borrower = kthread_run(borrower_thread, b, "borrower");
	if (IS_ERR(borrower))
		return false;
	owner = kthread_run(owner_thread, b, "owner");
	ok = !IS_ERR(owner) && kthread_join(owner) == 0;
	if (!ok)
		complete(&b->borrower_go);	/* the owner never came so far */
	kthread_join(borrower);
	return ok;
}

static bool scene_borrow(void)
{
	struct borrow b = { .owner_exits = false };

	if (!run_borrow(&b))
		return false;
	printk_raw("      borrower: mm NULL, active_mm %p, mm_users %d, mm_count %d, "
		   "CR3 written %u times\n", b.borrowed, b.users, b.count, b.cr3_loads);
	return b.loaded && b.users == 1 && b.count == 2 && b.cr3_loads == 0;
}

static bool scene_dead_mm(void)
{
	struct borrow b = { .owner_exits = true };

	if (!run_borrow(&b))
		return false;
	printk_raw("      borrower: owner is gone, active_mm %p, mm_users %d, mm_count %d, rss %lu, "
		   "CR3 still there: %s\n", b.borrowed, b.users, b.count, b.rss,
		   b.loaded ? "yes" : "no");
	return b.loaded && b.users == 0 && b.count >= 1 && b.rss == 0;
}

/* ------------------------------------------------------------------ S12, S13, S15 */

static bool kernel_half_equal(const struct mm_struct *mm)
{
	for (int i = USER_PTRS_PER_PGD; i < PTRS_PER_PGD; i++)
		if (mm->pgd[i].val != init_mm.pgd[i].val)
			return false;
	return true;
}

static int kernel_half_thread(void *arg __unused)
{
	struct mm_struct *mm, *other = mm_alloc();
	bool ok = own_an_mm();

	if (!ok || !other)
		return -ENOMEM;
	spin_lock(&mmlist_lock);
	list_for_each_entry(mm, &mmlist, mmlist) {
		bool equal = kernel_half_equal(mm);

		printk_raw("      mm %p, pgd %p: entries %u..%d %s those of the kernel's own "
			   "directory\n", mm, mm->pgd, USER_PTRS_PER_PGD, PTRS_PER_PGD - 1,
			   equal ? "equal" : "DIFFER from");
		ok = ok && equal;
	}
	spin_unlock(&mmlist_lock);
	mmput(other, EVM_LOOK);
	return ok ? 0 : -EINVAL;
}

/* Write through the user address, read back at the physical address that the walk gives. */
static int walk_thread(void *arg __unused)
{
	const unsigned long addr = SCENE_ADDR + PAGE_SIZE + 0x124;
	const u32 mark = 0x15151515;
	pte_t pte;

	if (!own_an_mm() || put_user(mark, (u32 *)addr))
		return -ENOMEM;
	show_walk(current->mm->pgd, addr);
	show_walk(current->mm->pgd, (unsigned long)page_address(mem_map + max_low_pfn - 1));
	show_walk(current->mm->pgd, (unsigned long)&init_mm);
	show_walk(current->mm->pgd, (unsigned long)current->stack);
	pte = *pte_offset(pgd_offset(current->mm, addr), addr);
	return *(u32 *)(page_address(pte_page(pte)) + (addr & ~PAGE_MASK)) == mark ? 0 : -EINVAL;
}

static bool run_in_thread(int (*fn)(void *))
{
	struct task_struct *p = kthread_run(fn, NULL, "tour-scene");

	return !IS_ERR(p) && kthread_join(p) == 0;
}

static bool scene_kernel_half(void)
{
	return run_in_thread(kernel_half_thread);
}

static bool scene_walk(void)
{
	return run_in_thread(walk_thread);
}

static bool scene_kernel_memory(void)
{
	const size_t size = 4 * PAGE_SIZE;
	char *direct = kmalloc(size, GFP_KERNEL), *virt = vmalloc(size);
	unsigned long first;
	bool contiguous = true;

	if (!direct || !virt) {
		kfree(direct);
		vfree(virt);
		return false;
	}
	first = page_to_pfn(virt_to_page(direct));
	for (unsigned long i = 0; i < size >> PAGE_SHIFT; i++) {
		unsigned long d = page_to_pfn(virt_to_page(direct + i * PAGE_SIZE));
		unsigned long v = page_to_pfn(vmalloc_to_page(virt + i * PAGE_SIZE));

		printk_raw("      kmalloc %p -> frame %05lx    vmalloc %p -> frame %05lx\n",
			   direct + i * PAGE_SIZE, d, virt + i * PAGE_SIZE, v);
		contiguous = contiguous && d == first + i &&
			     (unsigned long)direct + i * PAGE_SIZE == PAGE_OFFSET + (d << PAGE_SHIFT);
	}
	kfree(direct);
	vfree(virt);
	return contiguous;
}

/* ------------------------------------------------------------------ the tour */

static const struct scenario scenarios[] = {
	{ "S1", "The same address in two processes",
	  "Parent and child write different bytes to one virtual address. The same frame stands at\n"
	  "that address in both page tables until one of them writes: then there are two frames.",
	  "cow", "/tour/s1-same-address", NULL },
	{ "S2", "bss costs nothing",
	  "A large array without initial value is not in the ELF file. Reading it maps the one zero\n"
	  "page (rss stays); the first write to a page brings a private frame.",
	  "fault", "/tour/s2-bss", NULL },
	{ "S3", "malloc only draws a line on the map",
	  "brk and mmap make an area (vma lines). A frame comes with the first touch of each page.\n"
	  "The first areas and faults are exec's: the program's segments, stack and vDSO.",
	  "vma,fault", "/tour/s3-malloc", NULL },
	{ "S4", "fork copies nothing",
	  "After fork both processes share every frame, write-protected. The first writer gets a\n"
	  "copy; the last owner just gets its write bit back. The copies that come right after fork\n"
	  "are those of the stack and of libc's data, which both sides write at once.",
	  "cow,task", "/tour/s4-cow", NULL },
	{ "S5", "Threads and vfork share an mm",
	  "clone(CLONE_VM) counts up mm_users, and mm_count stays 1: all users together are one\n"
	  "reference to the struct. A vfork child runs in its parent's mm while the parent waits.\n"
	  "The first lines are the tour's own: a kernel thread, it borrows the mm of the last process.",
	  "mm,task", "/tour/s5-threads", NULL },
	{ "S6", "A kernel thread borrows an mm",
	  "A kernel thread has mm == NULL and runs on the page tables that are loaded: active_mm.\n"
	  "mm_count goes up, mm_users does not, and CR3 is not written. Two threads are made: the\n"
	  "first is the borrower; the second, the owner, gets itself an mm, as a process has one.",
	  "mm,switch", NULL, scene_borrow },
	{ "S7", "The mm that outlives its process",
	  "The owner exits while the borrower runs: mm_users 0, the user half is unmapped, but\n"
	  "mm_count keeps mm_struct and page directory alive until the borrower has moved on. The\n"
	  "two threads are made as in S6.",
	  "mm,switch,task", NULL, scene_dead_mm },
	{ "S8", "When CR3 is written",
	  "Between two threads of one process the page tables stay; between two processes CR3 is\n"
	  "loaded once per switch.",
	  "switch", "/tour/s8-switch", NULL },
	{ "S9", "Three faults: resolved, grown, fatal",
	  "Within an area a fault is resolved and the instruction runs again; below the stack the\n"
	  "stack grows; anywhere else it is SIGSEGV.",
	  "fault,vma,signal", "/tour/s9-faults", NULL },
	{ "S12", "One kernel half for all",
	  "Directory entries 768 to 1023 are the same in every page directory, for ever.",
	  "", NULL, scene_kernel_half },
	{ "S13", "kmalloc and vmalloc",
	  "kmalloc memory is contiguous in RAM, at PAGE_OFFSET + physical address. vmalloc memory is\n"
	  "contiguous only in virtual addresses: look at the frames.",
	  "", NULL, scene_kernel_memory },
	{ "S15", "From linear to physical address",
	  "10 bits choose the directory entry, 10 bits the table entry, 12 bits the byte: for a\n"
	  "user address; the last frame of RAM, in the direct map, whose 4 MiB pages need no second\n"
	  "level; a variable of the kernel, whose own 4 MiB are in small pages so that its code can\n"
	  "be write-protected; and a kernel stack in the vmalloc area. Flags: Present, Writable,\n"
	  "User, Accessed, Dirty, 4 MiB in Size, Global.",
	  "", NULL, scene_walk },
	{ "S18", "A program that is its own pager",
	  "Four pages without rights, room for two. Each fault becomes SIGSEGV, whose handler throws\n"
	  "one page out, brings the other in, and returns: the instruction runs again.",
	  "fault,signal", "/tour/s18-pager", NULL },
	{ "S19", "Threads as programs know them",
	  "pthreads: tasks of one mm, with stacks made by mmap, and thread-local variables that %gs\n"
	  "leads to. They wait for each other by futex, and between them CR3 is not written. A thread\n"
	  "that ends is reaped at once: it is nobody's child.",
	  "mm,task,vma", "/tour/s19-pthreads", NULL },
};

static bool run_program(const char *path)
{
	const char *const argv[] = { path, NULL }, *const envp[] = { NULL };
	pid_t pid = spawn_user(path, argv, envp);
	int status = 0;

	if (pid < 0) {
		pr_err("tour: %s cannot be started (error %d)\n", path, -pid);
		return false;
	}
	return kernel_wait(pid, &status, 0) == pid && status == 0;
}

static bool run_scenario(const struct scenario *s)
{
	u32 saved = trace_mask;
	bool ok;

	printk_raw("\n---- %s  %s\n%s\n\n", s->id, s->title, s->prose);
	trace_set(s->trace);
	ok = s->program ? run_program(s->program) : s->run();
	trace_mask = saved;
	printk_raw("%s  %s\n", s->id, ok ? "as it should be" : "FAILED");
	return ok;
}

int run_tour(void)
{
	int failed = 0;

	printk_raw("\nA tour of process memory. Lines with a time stamp are the kernel's events; [4] at\n"
		   "their end is the process. Where faults are shown, the first ones load the program:\n"
		   "its pages come one by one, when they are touched. To read a fault:\n\n"
		   "  write 50000000 user    what was tried, at which address; user mode or kernel\n"
		   "  area 50000000 (tree)   the VMA there, by its start; found in the tree or mmap_cache\n"
		   "  pte 0 -> 07f95067      the page table entry before and after: frame 07f95, flags 067:\n"
		   "                         1 present, 2 writable, 4 user, 20 accessed, 40 dirty\n"
		   "  frame 07f95 count 1    how many refer to the frame: page tables, the page cache\n");
	for (unsigned int i = 0; i < ARRAY_SIZE(scenarios); i++)
		if (!run_scenario(&scenarios[i]))
			failed++;
	printk_raw("\nThe tour is over: %u scenarios, %d failed.\n",
		   (unsigned int)ARRAY_SIZE(scenarios), failed);
	return failed;
}
