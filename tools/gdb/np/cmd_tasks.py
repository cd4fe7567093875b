# SPDX-License-Identifier: MIT
"""np-tasks and np-mm: who runs on which address space, and who holds it."""
import gdb

from np import kernel, paging
from np.command import command, table


def state_of(task):
    state = int(task["state"])
    if state == 0 and task == kernel.this_cpu()["current_task"]:
        return "running"
    if state == 0:
        return "runnable"
    return kernel.TASK_STATES.get(state, "state %d" % state).lower().replace("_", " ")


def mm_cell(mm):
    return "0x%08x" % kernel.address(mm) if int(mm) else "-"


@command("np-tasks")
def np_tasks(_words):
    """List all tasks: pid, thread group, state, name, own and loaded address space.

A * marks the task that runs on the selected CPU. MM is "-" for a kernel thread, which has no
address space of its own; ACTIVE_MM is the one whose page tables are loaded while the task runs.
A kernel thread that does not run has none: it borrows one when it is switched to."""
    current = kernel.current()
    rows = [("", "PID", "TGID", "STATE", "COMM", "MM", "ACTIVE_MM")]
    for task in kernel.tasks():
        rows.append(("*" if task == current else "", str(int(task["pid"])), str(int(task["tgid"])),
                     state_of(task), kernel.text(task["comm"]), mm_cell(task["mm"]),
                     mm_cell(task["active_mm"])))
    table(rows, right=(1, 2))


# Field names of struct mm_struct by theme. A field that is in none of them is shown under "other".
GROUPS = (
    ("areas", ("mmap", "mm_rb", "map_count", "mmap_cache", "cache_hits", "cache_misses",
               "mmap_base", "free_area_cache", "cached_hole_size")),
    ("program", ("start_code", "end_code", "start_data", "end_data", "start_brk", "brk",
                 "start_stack", "arg_start", "arg_end", "env_start", "env_end", "vdso",
                 "dumpable")),
    ("pages", ("total_vm", "hiwater_vm", "rss", "hiwater_rss", "pgd", "cpu_vm_mask", "context")),
    ("locks and lists", ("mmap_sem", "page_table_lock", "mmlist")),
    ("counts", ("mm_users", "mm_count")),
)
DECIMAL = ("map_count", "cache_hits", "cache_misses", "total_vm", "hiwater_vm", "rss",
           "hiwater_rss", "dumpable", "mm_users", "mm_count")
WIDTH = 17


def semaphore(value):
    """Its count is the readers, plus WRITER if it is held for writing, plus WAITING if somebody
    waits."""
    count = int(value["count"]["counter"])
    bits = kernel.defines("nopage/sync.h", "RWSEM_")
    for written in (0, 1):
        for waiting in (0, 1):
            readers = count - written * bits["WRITER"] - waiting * bits["WAITING"]
            if 0 <= readers <= kernel.PID_MAX:
                held = "%d readers" % readers if readers else "free"
                held = "held for writing" if written else held
                return held + (", others wait" if waiting else "")
    return "count 0x%08x" % (count & 0xffffffff)


def field_text(mm, name):
    value = mm[name]
    if name in ("mm_users", "mm_count"):
        return str(int(value["counter"]))
    if name in DECIMAL:
        return str(int(value))
    if name == "mmap_sem":
        return semaphore(value)
    if name == "page_table_lock":
        return "held" if int(value["locked"]) else "free"
    if name == "mmlist":
        return "next 0x%08x" % kernel.address(value["next"])
    if name == "mm_rb":
        return "root 0x%08x" % kernel.address(value["rb_node"])
    if name == "pgd":
        return "0x%08x, CR3 0x%08x" % (kernel.address(value), paging.pgd_phys(mm))
    if name == "context":
        return "LDT 0x%08x" % kernel.address(value["ldt"])
    if value.type.strip_typedefs().code in (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION):
        return str(value)
    return "0x%08x" % (int(value) & 0xffffffff)


def print_fields(mm):
    grouped = [name for _, names in GROUPS for name in names]
    other = [field.name for field in kernel.struct("mm_struct").fields()
             if field.name not in grouped]
    existing = {field.name for field in kernel.struct("mm_struct").fields()}
    for title, names in GROUPS[:-1] + (("other", other),):
        names = [name for name in names if name in existing]
        if names:
            print("  %s:" % title)
        for name in names:
            print("    %-*s %s" % (WIDTH, name, field_text(mm, name)))


def holders(mm):
    """Who refers to mm: (tasks whose mm it is, tasks without mm that borrow it)."""
    users = [task for task in kernel.tasks() if task["mm"] == mm]
    borrowers = [task for task in kernel.tasks()
                 if not int(task["mm"]) and task["active_mm"] == mm]
    return users, borrowers


def print_sum(name, value, found):
    if value == found:
        print("      = %d, as %s says" % (found, name))
    else:
        print("      = %d, but %s is %d: %+d is held elsewhere. Either a function has just taken or"
              " is about to drop a reference (np-events 5 mm shows the last changes), or it is"
              " a bug." % (found, name, value, value - found))


def print_counts(mm):
    users, borrowers = holders(mm)
    is_init_mm = mm == kernel.symbol("&init_mm")
    mm_users, mm_count = (int(mm[name]["counter"]) for name in ("mm_users", "mm_count"))

    print("  counts:")
    print("    %-*s %d, the tasks that use the user half:" % (WIDTH, "mm_users", mm_users))
    for task in users:
        print("      1  task %s" % kernel.task_name(task))
    if is_init_mm:
        print("      1  the kernel itself, for ever")
    print_sum("mm_users", mm_users, len(users) + is_init_mm)

    print("    %-*s %d, the references to the struct and its page directory:"
          % (WIDTH, "mm_count", mm_count))
    if mm_users > 0:
        print("      1  all users together")
    for task in borrowers:
        print("      1  %s borrows it as active_mm" % kernel.task_name(task))
    print_sum("mm_count", mm_count, len(borrowers) + (mm_users > 0))
    if mm_users == 0 and mm_count > 0:
        print("    A dead address space: its user pages are gone, and only its borrowers keep the"
              " struct and the page directory.")


def choose_mm(word):
    """The mm of a pid, of the current task, or at an address; and a line about the choice."""
    value = kernel.number(word, "pid or mm") if word else None
    if value is not None and value > kernel.PID_MAX:
        for mm in kernel.all_mms():
            if kernel.address(mm) == value:
                return mm, "mm_struct 0x%08x" % value
        raise gdb.GdbError("There is no mm_struct at 0x%08x." % value)
    task = kernel.task_by_pid(value) if word else kernel.current()
    mm, borrowed = kernel.task_mm(task)
    how = "borrowed by" if borrowed else "of"
    return mm, "mm_struct 0x%08x %s %s" % (kernel.address(mm), how, kernel.task_name(task))


@command("np-mm", "[PID|ADDRESS]", most=1)
def np_mm(words):
    """Show an address space: all fields of its mm_struct, and who holds its two counts.

mm_users counts the tasks that use the user half; mm_count the references to the struct itself:
all users together count one, every kernel thread that borrows it as active_mm one more. Both
sums are made from the list of tasks and compared with the counters.
Without PID: the current task's; a kernel thread's is the one it borrows."""
    kernel.need_tasks()
    mm, title = choose_mm(words[0] if words else None)
    print(title)
    print_fields(mm)
    print_counts(mm)
