/* SPDX-License-Identifier: MIT */
/*
 * locks.c - advisory locks on files: flock(), and fcntl() on ranges of bytes.
 *
 * A lock belongs to an owner: the descriptor table of a process (fcntl), or an open file (flock,
 * and fcntl's F_OFD_*). flock and fcntl do not see each other. An owner's ranges do not overlap:
 * setting one cuts, joins or splits those it had. They stand together in the list of the file, in
 * order; owners in the order in which they came. So F_GETLK finds the same one as on Linux.
 *
 * Locks: locks_lock, a leaf, for all lists. Who has to wait sleeps on one queue for all files:
 * every unlock lets all look again. Sources: flock(2), fcntl(2), POSIX fcntl().
 */
#include "internal.h"
#include <nopage/mm.h>
#include <nopage/sched.h>
#include <nopage/slab.h>
#include <nopage/syscalls.h>
#include <asm/uaccess.h>

#define OFFSET_MAX	0x7fffffffffffffffLL

struct file_lock {
	struct file_lock *next;		/* of inode->locks */
	const void *owner;
	bool whole;			/* by flock() */
	short type;			/* F_RDLCK, F_WRLCK; of a request also F_UNLCK */
	loff_t start, end;		/* both included */
	pid_t pid;			/* for F_GETLK; -1: of an open file */
};

/* Who waits for whom, so that a circle is noticed. */
struct blocked {
	struct list_head list;		/* of blocked_list */
	const void *owner, *by;
};

static DEFINE_SPINLOCK(locks_lock);
static LIST_HEAD(blocked_list);
static wait_queue_head_t locks_wait = WAIT_QUEUE_INIT(locks_wait);
static struct kmem_cache *lock_cachep;

void locks_init(void)
{
	lock_cachep = kmem_cache_create("file_lock", sizeof(struct file_lock), 0);
	BUG_ON(!lock_cachep);
}

/* ------------------------------------------------------------------ the list of a file */

static bool same_owner(const struct file_lock *a, const struct file_lock *b)
{
	return a->owner == b->owner && a->whole == b->whole;
}

static bool conflicts(const struct file_lock *l, const struct file_lock *new)
{
	return l->whole == new->whole && l->owner != new->owner &&
	       (l->type == F_WRLCK || new->type == F_WRLCK) &&
	       l->start <= new->end && new->start <= l->end;
}

/* The first lock that stands in the way of new, or NULL. Caller holds locks_lock. */
static struct file_lock *find_conflict(const struct inode *inode, const struct file_lock *new)
{
	struct file_lock *l;

	assert_spin_locked(&locks_lock);
	if (new->type == F_UNLCK)
		return NULL;
	for (l = inode->locks; l; l = l->next)
		if (conflicts(l, new))
			break;
	return l;
}

/* Take *link out; it goes to the list of those to be freed. */
static void take_out(struct file_lock **link, struct file_lock **unused)
{
	struct file_lock *l = *link;

	*link = l->next;
	l->next = *unused;
	*unused = l;
}

static void put_in(struct file_lock **link, const struct file_lock *new,
		   struct file_lock **unused)
{
	struct file_lock *l = *unused;

	BUG_ON(!l);
	*unused = l->next;
	*l = *new;
	l->next = *link;
	*link = l;
}

/* Does new continue or overlap l? */
static bool touches(const struct file_lock *l, const struct file_lock *new)
{
	return (new->end == OFFSET_MAX || l->start <= new->end + 1) &&
	       (l->end == OFFSET_MAX || new->start <= l->end + 1);
}

/*
 * Make the owner's locks be what new says. *unused: at least two; what is left over, or not needed
 * any more, is left there for the caller to free. Caller holds locks_lock.
 */
static void set_lock(struct inode *inode, struct file_lock *new, struct file_lock **unused)
{
	struct file_lock **first = &inode->locks, **link, *l;

	while (*first && !same_owner(*first, new))
		first = &(*first)->next;
	for (link = first; (l = *link) && same_owner(l, new);) {
		if (l->type == new->type && touches(l, new)) {
			new->start = min(new->start, l->start);
			new->end = max(new->end, l->end);
			take_out(link, unused);
			continue;
		}
		if (l->start > new->end || new->start > l->end) {
			link = &l->next;
			continue;
		}
		if (l->end > new->end) {
			struct file_lock upper = *l;

			upper.start = new->end + 1;
			put_in(&l->next, &upper, unused);
		}
		if (l->start < new->start) {
			l->end = new->start - 1;
			link = &l->next;
		} else {
			take_out(link, unused);
		}
	}
	if (new->type == F_UNLCK)
		return;
	for (link = first; *link && same_owner(*link, new) && (*link)->start < new->start;)
		link = &(*link)->next;
	put_in(link, new, unused);
}

/* Take out the lock that new's owner has by flock(). Was there one? Caller holds locks_lock. */
static bool give_up(struct inode *inode, const struct file_lock *new, struct file_lock **unused)
{
	struct file_lock **link = &inode->locks;

	while (*link && !same_owner(*link, new))
		link = &(*link)->next;
	if (!*link)
		return false;
	take_out(link, unused);
	return true;
}

static void free_locks(struct file_lock *l)
{
	while (l) {
		struct file_lock *next = l->next;

		kmem_cache_free(lock_cachep, l);
		l = next;
	}
}

/* Two fresh ones, or NULL. */
static struct file_lock *alloc_locks(void)
{
	struct file_lock *list = NULL, *l;

	for (int i = 0; i < 2; i++) {
		l = kmem_cache_alloc(lock_cachep, GFP_KERNEL);
		if (!l) {
			free_locks(list);
			return NULL;
		}
		l->next = list;
		list = l;
	}
	return list;
}

/* ------------------------------------------------------------------ waiting */

/* Would owner, waiting for by, wait for itself? Caller holds locks_lock. */
static bool is_circle(const void *owner, const void *by)
{
	struct blocked *b;

	for (int depth = 0; depth < 64; depth++) {
		const void *next = NULL;

		if (by == owner)
			return true;
		list_for_each_entry(b, &blocked_list, list)
			if (b->owner == by)
				next = b->by;
		if (!next)
			return false;
		by = next;
	}
	return true;
}

/*
 * Set, change or take away a lock; with wait, when nothing is in the way any more. 0, -ENOMEM,
 * -EAGAIN (without wait), -EDEADLK (fcntl only) or -ERESTARTSYS. flock() gives up the lock that is
 * to become another one before it asks for that, also when it fails.
 */
static int apply_lock(struct inode *inode, struct file_lock *new, bool wait)
{
	struct file_lock *unused = alloc_locks(), *l;
	struct blocked b = { LIST_HEAD_INIT(b.list), .owner = new->owner };
	bool gave_up;
	int error = 0;
	DEFINE_WAIT(w);

	if (!unused)
		return -ENOMEM;
	do {
		prepare_to_wait(&locks_wait, &w, TASK_INTERRUPTIBLE);
		spin_lock(&locks_lock);
		list_del_init(&b.list);
		l = find_conflict(inode, new);
		gave_up = l && new->whole && give_up(inode, new, &unused);
		if (!l) {
			set_lock(inode, new, &unused);
		} else if (!wait) {
			error = -EAGAIN;
		} else if (!new->whole && is_circle(b.owner, l->owner)) {
			error = -EDEADLK;
		} else if (signal_pending(current)) {
			error = -ERESTARTSYS;
		} else {
			b.by = l->owner;
			list_add_tail(&b.list, &blocked_list);
		}
		spin_unlock(&locks_lock);
		if (gave_up)
			wake_up_all(&locks_wait);
		if (l && !error)
			schedule();
	} while (l && !error);
	finish_wait(&locks_wait, &w);
	free_locks(unused);
	if (!error)
		wake_up_all(&locks_wait);	/* a write lock may have become a read lock */
	return error;
}

void locks_remove(struct inode *inode, const void *owner)
{
	struct file_lock **link = &inode->locks, *unused = NULL;

	spin_lock(&locks_lock);
	while (*link) {
		if ((*link)->owner == owner)
			take_out(link, &unused);
		else
			link = &(*link)->next;
	}
	spin_unlock(&locks_lock);
	if (!unused)
		return;
	free_locks(unused);
	wake_up_all(&locks_wait);
}

/* ------------------------------------------------------------------ flock */

long sys_flock(long fd, long op)
{
	struct file_lock new = { .whole = true, .end = OFFSET_MAX };
	bool wait = !(op & LOCK_NB);
	struct file *file;
	long error;

	if (op & LOCK_MAND)
		return 0;		/* Linux has given up such locks, but not the programs */
	switch (op & ~LOCK_NB) {
	case LOCK_SH:
		new.type = F_RDLCK;
		break;
	case LOCK_EX:
		new.type = F_WRLCK;
		break;
	case LOCK_UN:
		new.type = F_UNLCK;
		break;
	default:
		return -EINVAL;
	}
	file = fget(fd);
	if (!file)
		return -EBADF;
	new.owner = file;
	error = file->mode & (FMODE_READ | FMODE_WRITE) ? apply_lock(file->inode, &new, wait)
							 : -EBADF;
	fput(file);
	return error;
}

/* ------------------------------------------------------------------ fcntl */

/* The range in a user's request, from its three numbers. 0, -EINVAL or -EOVERFLOW. */
static int set_range(struct file_lock *l, const struct file *file, const struct flock64 *user)
{
	loff_t start = 0, len = user->l_len;

	if (user->l_whence == SEEK_CUR)
		start = file->pos;
	else if (user->l_whence == SEEK_END)
		start = i_size_read(file->inode);
	else if (user->l_whence != SEEK_SET)
		return -EINVAL;
	if (user->l_start > OFFSET_MAX - start)
		return -EOVERFLOW;
	start += user->l_start;
	if (start < 0 || (len < 0 && start + len < 0))
		return -EINVAL;
	if (len > 0 && start > OFFSET_MAX - (len - 1))
		return -EOVERFLOW;
	l->start = len < 0 ? start + len : start;
	l->end = len > 0 ? start + len - 1 : len < 0 ? start - 1 : OFFSET_MAX;
	return 0;
}

/* F_GETLK: what would be in the way. */
static void test_lock(struct inode *inode, const struct file_lock *new, struct flock64 *user)
{
	struct file_lock *l;

	spin_lock(&locks_lock);
	l = find_conflict(inode, new);
	if (l) {
		user->l_type = l->type;
		user->l_whence = SEEK_SET;
		user->l_start = l->start;
		user->l_len = l->end == OFFSET_MAX ? 0 : l->end - l->start + 1;
		user->l_pid = l->pid;
	} else {
		user->l_type = F_UNLCK;
	}
	spin_unlock(&locks_lock);
}

enum lock_op { TEST, SET, SET_WAIT };

static int do_fcntl_lock(struct file *file, enum lock_op op, bool ofd, struct flock64 *user)
{
	struct file_lock new = { .type = user->l_type, .pid = ofd ? -1 : current->tgid };
	bool valid = new.type == F_RDLCK || new.type == F_WRLCK ||
		     (new.type == F_UNLCK && op != TEST);
	int error = valid || op != TEST ? set_range(&new, file, user) : 0;

	new.owner = ofd ? (const void *)file : current->files;
	if (error || !valid)
		return error ?: -EINVAL;
	if (op != TEST && ((new.type == F_RDLCK && !(file->mode & FMODE_READ)) ||
			   (new.type == F_WRLCK && !(file->mode & FMODE_WRITE))))
		return -EBADF;
	if (ofd && user->l_pid)
		return -EINVAL;
	if (op == TEST) {
		test_lock(file->inode, &new, user);
		return 0;
	}
	return apply_lock(file->inode, &new, op == SET_WAIT);
}

static int get_flock(struct flock64 *lock, const void *user, bool large)
{
	struct flock small;

	if (large)
		return copy_from_user(lock, user, sizeof(*lock)) ? -EFAULT : 0;
	if (copy_from_user(&small, user, sizeof(small)))
		return -EFAULT;
	*lock = (struct flock64){ small.l_type, small.l_whence, small.l_start, small.l_len,
				  small.l_pid };
	return 0;
}

static int put_flock(const struct flock64 *lock, void *user, bool large)
{
	const struct flock small = { lock->l_type, lock->l_whence, lock->l_start, lock->l_len,
				     lock->l_pid };

	if (large)
		return copy_to_user(user, lock, sizeof(*lock)) ? -EFAULT : 0;
	if (small.l_start != lock->l_start || small.l_len != lock->l_len)
		return -EOVERFLOW;
	return copy_to_user(user, &small, sizeof(small)) ? -EFAULT : 0;
}

long fcntl_lock(struct file *file, unsigned int cmd, void *user)
{
	bool ofd = cmd >= F_OFD_GETLK, large = cmd >= F_GETLK64;
	enum lock_op op = cmd - (ofd ? F_OFD_GETLK : large ? F_GETLK64 : F_GETLK);
	struct flock64 lock;
	int error = get_flock(&lock, user, large);

	if (!error)
		error = do_fcntl_lock(file, op, ofd, &lock);
	if (!error && op == TEST)
		error = put_flock(&lock, user, large);
	return error;
}
