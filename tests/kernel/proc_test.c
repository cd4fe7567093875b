/* SPDX-License-Identifier: MIT */
/* proc_test.c - /proc: texts, look-ups, and processes that go while their files are open. */
#include "../../fs/proc/internal.h"
#include "fs_test.h"
#include "task_test.h"
#include <nopage/events.h>
#include <nopage/printf.h>
#include <nopage/printk.h>
#include <nopage/slab.h>
#include <nopage/syscalls.h>

/* ------------------------------------------------------------------ texts */

/* Copy the text from pos on; bytes. */
static size_t seq_get(const struct seq *s, size_t pos, void *buf, size_t count)
{
	size_t start = 0, done = 0, part;
	struct page *page;

	list_for_each_entry(page, &s->pages, list) {
		size_t end = min(start + (size_t)PAGE_SIZE, s->len);

		if (pos < end && done < count) {
			part = min(end - pos, count - done);
			memcpy(buf + done, (char *)page_address(page) + (pos - start), part);
			done += part;
			pos += part;
		}
		start = end;
	}
	return done;
}

KTEST(proc, text_over_pages)
{
	char line[32], *back = kmalloc(3 * PAGE_SIZE, GFP_KERNEL);
	struct seq s;
	size_t len;

	KT_ASSERT(back);
	seq_init(&s);
	for (unsigned int i = 0; i < 1500; i++)
		seq_printf(&s, "%06u\n", i);
	KT_EQ(s.len, 1500 * 7);
	KT_EQ(seq_get(&s, 0, back, 3 * PAGE_SIZE), 1500 * 7);
	KT_TRUE(!memcmp(back, "000000\n000001\n", 14));
	/* 4096 = 7 * 585 + 1: a line lies across the border of two pages. */
	KT_EQ(seq_get(&s, 585 * 7, line, 14), 14);
	KT_TRUE(!memcmp(line, "000585\n000586\n", 14));
	KT_EQ(seq_get(&s, 1500 * 7 - 3, line, 14), 3);
	KT_EQ(seq_get(&s, 1500 * 7, line, 14), 0);
	KT_EQ(seq_get(&s, ~0UL, line, 14), 0);
	seq_free(&s);
	KT_EQ(s.len, 0);
	seq_escape(&s, "a b\\\n", " \\\n");
	len = seq_get(&s, 0, line, sizeof(line));
	KT_TRUE(len == 14 && !memcmp(line, "a\\040b\\134\\012", 14));
	seq_free(&s);
	kfree(back);
}

static bool fill_seq(void)
{
	struct seq s;
	int error;

	seq_init(&s);
	for (unsigned int i = 0; i < 1000; i++)
		seq_puts(&s, "0123456789");
	error = s.error;
	KT_TRUE(error || s.len == 10000);
	seq_free(&s);
	return !error;
}

KTEST(proc, text_without_memory)
{
	KT_EQ(kt_fail_every(fill_seq, NULL, 10), 3);
}

/* ------------------------------------------------------------------ a mounted proc */

static bool mount_proc(void)
{
	struct dentry *dir;
	int error;

	if (!test_dir_make())
		return false;
	dir = path_lookup(NULL, TEST_DIR, 0);
	error = do_mount("proc", dir, "proc", 0, "");
	dput(dir);
	return KT_EQ(error, 0);
}

static void umount_proc(void)
{
	KT_EQ(do_umount(path_lookup(NULL, TEST_DIR, 0), 0), 0);
	test_dir_remove();
}

/* The file's whole text into buf, with a NUL; its length or -Exxx. */
static long get_text(const char *path, char *buf, size_t size)
{
	struct dentry *dentry = path_lookup(NULL, path, LOOKUP_FOLLOW);
	struct seq s;
	long n;

	if (IS_ERR(dentry))
		return PTR_ERR(dentry);
	seq_init(&s);
	n = proc_show(proc_node(dentry->inode), &s);
	if (!n) {
		n = seq_get(&s, 0, buf, size - 1);
		buf[n] = '\0';
	}
	seq_free(&s);
	dput(dentry);
	return n;
}

/* The number behind "name" at the start of a line, or -1. */
static long field(const char *text, const char *name)
{
	size_t len = strlen(name);
	long value = 0;

	while (text && strncmp(text, name, len)) {
		text = strchr(text, '\n');
		text += text != NULL;
	}
	if (!text)
		return -1;
	for (text += len; *text == ' ' || *text == '\t'; text++)
		;
	while (*text >= '0' && *text <= '9')
		value = value * 10 + (*text++ - '0');
	return value;
}

KTEST(proc, names)
{
	char path[64];

	KT_ASSERT(mount_proc());
	KT_EQ(test_walk(TEST_DIR "/meminfo", 0), 0);
	KT_EQ(test_walk(TEST_DIR "/sys/kernel/random/uuid", 0), 0);
	KT_EQ(test_walk(TEST_DIR "/none", 0), -ENOENT);
	KT_EQ(test_walk(TEST_DIR "/1", LOOKUP_DIRECTORY), 0);
	KT_EQ(test_walk(TEST_DIR "/01", 0), -ENOENT);
	KT_EQ(test_walk(TEST_DIR "/0", 0), -ENOENT);
	KT_EQ(test_walk(TEST_DIR "/99999", 0), -ENOENT);
	KT_EQ(test_walk(TEST_DIR "/4294967297", 0), -ENOENT);
	KT_EQ(test_walk(TEST_DIR "/self/task/1", 0), -ENOENT);	/* another process's thread */
	KT_EQ(test_walk(TEST_DIR "/self/stat", 0), 0);
	KT_EQ(test_walk(TEST_DIR "/thread-self/stat", 0), 0);
	KT_EQ(test_walk(TEST_DIR "/meminfo/x", 0), -ENOTDIR);
	scnprintf(path, sizeof(path), TEST_DIR "/%d", current->pid);
	KT_EQ(test_ino(TEST_DIR "/self"), test_ino(path));
	KT_TRUE(test_ino(path) != test_ino(TEST_DIR "/1"));
	KT_TRUE(test_ino(TEST_DIR "/thread-self") != test_ino(TEST_DIR "/self"));
	umount_proc();
}

/* Every file that a table names can be shown, for a task with an mm and for one without. */
static void show_all(const struct proc_entry *table, const struct proc_node *node)
{
	struct seq s;

	for (; table->name; table++) {
		struct proc_node child = *node;

		child.entry = table;
		if (table->dir)
			show_all(table->dir, node);
		if (!S_ISREG(table->mode) || !table->show)
			continue;
		seq_init(&s);
		KT_EQ(proc_show(&child, &s), 0);
		KT_TRUE(s.len > 0 || node->task.pid);
		seq_free(&s);
	}
}

KTEST(proc, every_file)
{
	struct proc_node node = { .task = { 0, 0 } };
	struct mm_struct *mm;

	show_all(proc_root_entry.dir, &node);
	node.task = (struct task_id){ current->pid, current->start_time };
	/* A kernel thread has no smaps_rollup. */
	mm = test_mm_enter();
	KT_ASSERT(mm);
	KT_EQ(test_map(mm, TEST_BASE, 4, PROT_RW, MAP_ANON_PRIV | MAP_FIXED), TEST_BASE);
	KT_EQ(test_poke(TEST_BASE, 1), 0);
	show_all(proc_tgid_entry.dir, &node);
	show_all(proc_tid_entry.dir, &node);
	test_mm_leave(mm);
}

KTEST(proc, figures)
{
	char *buf = kmalloc(PAGE_SIZE, GFP_KERNEL);
	struct mm_struct *mm;

	KT_ASSERT(buf && mount_proc());
	KT_TRUE(get_text(TEST_DIR "/meminfo", buf, PAGE_SIZE) > 0);
	KT_EQ(field(buf, "MemTotal:"), totalram_pages() * 4);
	KT_EQ(field(buf, "MemFree:"), nr_free_pages() * 4);
	KT_TRUE(get_text(TEST_DIR "/vmstat", buf, PAGE_SIZE) > 0);
	KT_EQ(field(buf, "cr3_loads"), this_cpu()->stat.cr3_loads);
	KT_EQ(field(buf, "nr_mm"), nr_mms());
	mm = test_mm_enter();
	KT_ASSERT(mm);
	KT_EQ(test_map(mm, TEST_BASE, 8, PROT_RW, MAP_ANON_PRIV | MAP_FIXED), TEST_BASE);
	KT_EQ(test_poke(TEST_BASE, 1), 0);
	KT_EQ(test_poke(TEST_BASE + PAGE_SIZE, 1), 0);
	KT_EQ(test_peek(TEST_BASE + 2 * PAGE_SIZE), 0);		/* the zero page: not resident */
	KT_TRUE(get_text(TEST_DIR "/self/smaps_rollup", buf, PAGE_SIZE) > 0);
	KT_EQ(field(buf, "Rss:"), 8);
	KT_EQ(field(buf, "Pss:"), 8);
	KT_EQ(field(buf, "Private_Dirty:"), 8);
	KT_TRUE(get_text(TEST_DIR "/self/status", buf, PAGE_SIZE) > 0);
	KT_EQ(field(buf, "VmRSS:"), 8);
	KT_EQ(field(buf, "VmSize:"), 32);
	KT_EQ(field(buf, "MmUsers:"), atomic_read(&mm->mm_users));
	KT_EQ(field(buf, "MmCount:"), atomic_read(&mm->mm_count));
	KT_EQ(field(buf, "MapCount:"), 1);
	KT_EQ(field(buf, "Dumpable:"), 1);
	KT_EQ(field(buf, "MmapCacheHits:"), mm->cache_hits);
	KT_EQ(field(buf, "MmapCacheMisses:"), mm->cache_misses);
	KT_TRUE(get_text(TEST_DIR "/self/statm", buf, PAGE_SIZE) > 0 && !strncmp(buf, "8 2 0 ", 6));
	test_mm_leave(mm);
	umount_proc();
	kfree(buf);
}

/* A kernel thread sees whose page tables it runs on. */
KTEST(proc, borrowed_mm)
{
	struct mm_struct *mm = test_code_enter();
	char *buf = kmalloc(PAGE_SIZE, GFP_KERNEL), want[64];
	struct mm_struct *active;
	pid_t pid;

	KT_ASSERT(mm && buf && mount_proc());
	pid = test_clone(SIGCHLD, CODE_LOOP, 0);
	test_mm_leave(mm);
	do {				/* until it runs right before us */
		test_sleep(1);
		active = current->active_mm;
		KT_TRUE(get_text(TEST_DIR "/self/status", buf, PAGE_SIZE) > 0);
		scnprintf(want, sizeof(want), "ActiveMm:\t%p (borrowed from pid %d)\n", active, pid);
	} while (active == &init_mm);
	KT_TRUE(strstr(buf, want));
	test_kill(pid, SIGKILL);
	KT_EQ(test_wait(pid), SIGKILL);
	umount_proc();
	kfree(buf);
}

/* ------------------------------------------------------------------ processes that go */

KTEST(proc, process_gone)
{
	struct mm_struct *mm = test_code_enter();
	struct task_id id, other;
	struct proc_node node = { .entry = &proc_tgid_entry };
	struct dentry *dir, *file;
	struct task_struct *p;
	char path[64];
	struct seq s;
	pid_t pid;

	KT_ASSERT(mm && mount_proc());
	pid = test_clone(SIGCHLD, CODE_LOOP, 0);
	test_mm_leave(mm);
	scnprintf(path, sizeof(path), TEST_DIR "/%d", pid);
	dir = path_lookup(NULL, path, 0);
	file = path_lookup(dir, "maps", 0);
	KT_ASSERT(!IS_ERR(dir) && !IS_ERR(file));
	id = proc_node(dir->inode)->task;
	KT_EQ(id.pid, pid);
	seq_init(&s);
	KT_EQ(proc_show(proc_node(file->inode), &s), 0);
	KT_TRUE(s.len > 0);
	seq_free(&s);
	/* Another task with that number is another task. */
	other = (struct task_id){ pid, id.birth + 1 };
	node.task = other;
	KT_TRUE(!node_task(&node));
	node.task = id;
	p = node_task(&node);
	KT_ASSERT(p);
	KT_EQ(p->pid, pid);
	/* A reference keeps the struct, not the process. */
	test_kill(pid, SIGKILL);
	KT_EQ(test_wait(pid), SIGKILL);
	KT_EQ(show_status(&s, &(struct proc_target){ .task = p }), -ESRCH);
	KT_TRUE(!get_task_mm(p));
	put_task_struct(p);
	KT_EQ(proc_show(proc_node(file->inode), &s), -ESRCH);
	KT_EQ(PTR_ERR(path_lookup(dir, "stat", 0)), -ESRCH);
	KT_EQ(test_walk(path, 0), -ENOENT);
	seq_free(&s);
	dput(file);
	dput(dir);
	umount_proc();
}

/* ------------------------------------------------------------------ another's memory */

KTEST(proc, access_memory)
{
	struct mm_struct *mm = test_mm_enter();
	const unsigned long data = TEST_BASE, code = TEST_BASE + PAGE_SIZE;
	char buf[16] = "";
	pte_t pte;

	KT_ASSERT(mm);
	KT_EQ(test_map(mm, data, 1, PROT_RW, MAP_ANON_PRIV | MAP_FIXED), data);
	KT_EQ(test_map(mm, code, 1, PROT_READ | PROT_EXEC, MAP_ANON_PRIV | MAP_FIXED), code);
	/* Across two areas, of which one cannot be written: in the middle of a word. */
	KT_EQ(access_process_vm(mm, code - 3, "abcdef", 6, true), 6);
	KT_EQ(access_process_vm(mm, code - 3, buf, 6, false), 6);
	KT_TRUE(!memcmp(buf, "abcdef", 6));
	pte = test_pte(mm, code);
	KT_TRUE(pte_present(pte) && !pte_write(pte));	/* written, but not writable */
	KT_EQ(test_poke(code, 1), -EFAULT);
	KT_EQ(access_process_vm(mm, code + PAGE_SIZE - 2, buf, 4, false), 2);
	KT_EQ(access_process_vm(mm, code + PAGE_SIZE, buf, 4, false), -EFAULT);
	KT_EQ(access_process_vm(mm, TASK_SIZE, buf, 4, false), -EFAULT);
	KT_EQ(access_process_vm(mm, 0xfffffffe, buf, 4, true), -EFAULT);
	KT_EQ(mm->rss, 2);
	test_mm_leave(mm);
}

/* What a debugger writes into shared frames stays with the process it is written to. */
KTEST(proc, access_breaks_sharing)
{
	struct mm_struct *mm = test_mm_enter(), *child;
	char c = 0;

	KT_ASSERT(mm);
	KT_EQ(test_map(mm, TEST_BASE, 1, PROT_RW, MAP_ANON_PRIV | MAP_FIXED), TEST_BASE);
	KT_EQ(access_process_vm(mm, TEST_BASE, "p", 1, true), 1);
	child = test_fork_mm(mm);
	KT_ASSERT(child);
	KT_EQ(access_process_vm(child, TEST_BASE, "c", 1, true), 1);
	KT_EQ(access_process_vm(mm, TEST_BASE, &c, 1, false), 1);
	KT_EQ(c, 'p');
	mmput(child, EVM_EXIT);
	test_mm_leave(mm);
}

static struct mm_struct *failing_mm;

static bool write_page(void)
{
	return access_process_vm(failing_mm, TEST_BASE, "x", 1, true) == 1;
}

static void unmap_page(void)
{
	test_unmap(failing_mm, TEST_BASE, 1);
	test_map(failing_mm, TEST_BASE, 1, PROT_RW, MAP_ANON_PRIV | MAP_FIXED);
}

KTEST(proc, access_without_memory)
{
	failing_mm = test_mm_enter();
	KT_ASSERT(failing_mm);
	KT_EQ(test_map(failing_mm, TEST_BASE, 2, PROT_RW, MAP_ANON_PRIV | MAP_FIXED), TEST_BASE);
	KT_EQ(test_poke(TEST_BASE + PAGE_SIZE, 1), 0);		/* the page table is there */
	KT_EQ(kt_fail_every(write_page, unmap_page, 10), 1);
	test_mm_leave(failing_mm);
}

/* ------------------------------------------------------------------ without memory */

static bool lookup_file(void)
{
	struct dentry *dentry = path_lookup(NULL, TEST_DIR "/self/status", LOOKUP_FOLLOW);
	struct file *file;

	if (IS_ERR(dentry))
		return false;
	file = alloc_file(dentry, O_RDONLY);
	dput(dentry);
	if (IS_ERR(file))
		return false;
	fput(file);
	return true;
}

KTEST(proc, open_without_memory)
{
	KT_ASSERT(mount_proc());
	KT_TRUE(kt_fail_every(lookup_file, NULL, 40) > 5);
	umount_proc();
}

static bool mount_once(void)
{
	struct dentry *dir = path_lookup(NULL, TEST_DIR, 0);
	int error = do_mount("proc", dir, "proc", 0, "");

	dput(dir);
	return !error;
}

static void umount_once(void)
{
	KT_EQ(do_umount(path_lookup(NULL, TEST_DIR, 0), 0), 0);
}

KTEST(proc, mount_without_memory)
{
	KT_ASSERT(test_dir_make());
	KT_TRUE(kt_fail_every(mount_once, umount_once, 40) > 4);
	test_dir_remove();
}

/* ------------------------------------------------------------------ files that grow */

#define USER	((char *)TEST_BASE)

static struct file *open_entry(const char *path, int flags)
{
	struct dentry *dentry = path_lookup(NULL, path, 0);
	struct file *file;

	if (IS_ERR(dentry))
		return ERR_PTR(PTR_ERR(dentry));
	file = alloc_file(dentry, flags);
	dput(dentry);
	return file;
}

/* Read by way of user memory, with a NUL. Bytes or -Exxx. */
static long read_line(struct file *file, char *line, size_t size)
{
	loff_t pos = 0;
	long n = file->fop->read(file, USER, size - 1, &pos);

	if (n <= 0)
		return n;
	KT_EQ(copy_from_user(line, USER, n), 0);
	line[n] = '\0';
	return n;
}

KTEST(proc, events_file)
{
	struct mm_struct *mm = test_mm_enter();
	struct file *file;
	loff_t pos = 0;
	char line[200];

	KT_ASSERT(mm && mount_proc());
	KT_EQ(test_map(mm, TEST_BASE, 1, PROT_RW, MAP_ANON_PRIV | MAP_FIXED), TEST_BASE);
	file = open_entry(TEST_DIR "/events", O_RDWR | O_NONBLOCK);
	KT_ASSERT(!IS_ERR(file));
	KT_EQ(copy_to_user(USER, "signal\n", 7), 0);
	KT_EQ(file->fop->write(file, USER, 7, &pos), 7);
	while (read_line(file, line, sizeof(line)) > 0)
		;
	KT_EQ(read_line(file, line, sizeof(line)), -EAGAIN);
	/* Nothing that we do ourselves; of others, only what was asked for. */
	event(EV_SIGNAL, 10, 1, 0, 0, 0, 0);
	KT_EQ(read_line(file, line, sizeof(line)), -EAGAIN);
	event(EV_MM, 0, 0, 0, 0, 0, 0);
	event_ring[event_next % EVENT_RING].pid = 1;
	event(EV_SIGNAL, 12, 1, 0, 0, 0, 0);
	event_ring[event_next % EVENT_RING].pid = 1;
	KT_TRUE(read_line(file, line, sizeof(line)) > 0);
	KT_TRUE(strstr(line, " signal: SIGUSR2"));
	KT_EQ(read_line(file, line, sizeof(line)), -EAGAIN);
	/* A switch to us is ours as well: it is the next look that makes it. */
	KT_EQ(copy_to_user(USER, "switch", 6), 0);
	KT_EQ(file->fop->write(file, USER, 6, &pos), 6);
	event(EV_SWITCH, 1, current->pid, 0, 0, 0, 0);
	event_ring[event_next % EVENT_RING].pid = 1;
	KT_EQ(read_line(file, line, sizeof(line)), -EAGAIN);
	event(EV_SWITCH, 1, current->pid + 1, 0, 0, 0, 0);
	event_ring[event_next % EVENT_RING].pid = 1;
	KT_TRUE(read_line(file, line, sizeof(line)) > 0);
	KT_TRUE(strstr(line, " switch: 1 -> "));
	KT_EQ(copy_to_user(USER, "signal", 6), 0);
	KT_EQ(file->fop->write(file, USER, 6, &pos), 6);
	KT_EQ(copy_to_user(USER, "nothing", 7), 0);
	KT_EQ(file->fop->write(file, USER, 7, &pos), -EINVAL);
	KT_EQ(file->fop->llseek(file, 0, SEEK_SET), -ESPIPE);
	/* Overrun: what was lost is said. */
	for (unsigned int i = 0; i < EVENT_RING + 10; i++)
		event(EV_SIGNAL, 10, 1, 0, 0, 0, 0);
	event_ring[event_next % EVENT_RING].pid = 1;
	KT_TRUE(read_line(file, line, sizeof(line)) > 0);
	KT_TRUE(line[0] == '(' && strstr(line, " lost)\n"));
	fput(file);
	umount_proc();
	test_mm_leave(mm);
}

/* ------------------------------------------------------------------ settings */

static int store(const char *name, const char *value)
{
	const struct proc_entry *e = proc_sys_entries;
	char text[32];

	for (const struct proc_entry *dir = e; dir->name; dir++) {
		for (e = dir->dir; e->name; e++) {
			if (strcmp(e->name, name))
				continue;
			strscpy(text, value, sizeof(text));
			return e->store(&(struct proc_target){ .data = e->data }, text);
		}
	}
	return -ENOENT;
}

KTEST(proc, settings)
{
	int areas = sysctl_max_map_count;
	u32 mask = trace_mask;

	KT_EQ(store("max_map_count", "100"), 0);
	KT_EQ(sysctl_max_map_count, 100);
	KT_EQ(store("max_map_count", " 200 "), 0);
	KT_EQ(sysctl_max_map_count, 200);
	KT_EQ(store("max_map_count", ""), -EINVAL);
	KT_EQ(store("max_map_count", "-1"), -EINVAL);
	KT_EQ(store("max_map_count", "4294967296"), -EINVAL);
	KT_EQ(sysctl_max_map_count, 200);
	KT_EQ(store("drop_caches", "0"), -EINVAL);
	KT_EQ(store("drop_caches", "3"), 0);
	KT_EQ(store("trace", "nothing"), -EINVAL);
	KT_EQ(trace_mask, mask);
	sysctl_max_map_count = areas;
}
