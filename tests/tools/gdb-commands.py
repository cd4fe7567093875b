#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the GDB commands show is true: compared with the structures, each other and QEMU's MMU.

One boot of the tour, stopped at five places of its programs and threads.
"""
import re
import sys

sys.dont_write_bytecode = True
from gdb_session import ROOT, Machine, Session, check, once, run_checks  # noqa: E402

PAGE = 0x50000000  # the page that s4-cow shares with its child


def line_of(path, text):
    """FILE:LINE of the first line that contains a text."""
    with open("%s/%s" % (ROOT, path), encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if text in line:
                return "%s:%d" % (path, number)
    raise AssertionError("no line with %r in %s" % (text, path))


def fields(place, task):
    """Steps that print what np-mm shows, straight from the structure."""
    return [("%s:%s" % (place, name), "print/d %s->mm->%s" % (task, name))
            for name in ("map_count", "total_vm", "rss", "mm_users.counter", "mm_count.counter")]


@once
def tour():
    # By registers and not by arguments: where an inlined function begins at the breakpoint's
    # address, GDB does not find the names of the function around it.
    fault = "$np_comm(\"s4-cow\") && $cr2 == 0x%x" % PAGE
    last_user = "((struct mm_struct *)$eax)->mm_users.counter == 0"
    steps = [
        # 1: main of s4-cow, in user mode.
        ("np-user", "np-user s4-cow"), 'break main if $np_comm("s4-cow")', ("main", "continue"),
        "set $stack = (unsigned int)$np_current()->stack",
        ("main:bt", "backtrace 1"), ("main:tasks", "np-tasks"), ("main:maps", "np-maps"),
        ("main:mm", "np-mm"), *fields("main", "$np_current()"),
        ("main:kernel-walk", "np-walk $stack"),
        ("main:kernel-gpa", "eval \"monitor gva2gpa 0x%x\", $stack"),
        ("main:pid", "print $np_current()->pid"), ("main:vma", "np-vma $pc"),
        ("main:maps-of-1", "np-maps 1"), ("main:vma-hole", "np-vma 0x20000000"), ("main:page-slab", "np-page $np_current()"),
        ("main:page-zero", "np-page zero_page"), ("main:page-struct", "np-page &mem_map[0x100]"),
        # 2: its child writes to the shared page.
        "tbreak do_wp_page if " + fault, ("wp", "continue"),
        ("wp:child", "print $np_current()->pid"), ("wp:parent", "print $np_current()->parent->pid"),
        ("wp:walk", "np-walk 0x%x" % PAGE),
        ("wp:walk-parent", "np-walk 0x%x $np_current()->parent->pid" % PAGE),
        ("wp:gpa", "monitor gva2gpa 0x%x" % PAGE), ("wp:page", "np-page 0x%x" % PAGE),
        ("wp:mm-parent", "np-mm $np_current()->parent->pid"),
        ("wp:parent-mm", "print/x $np_current()->parent->mm"),
        ("wp:maps-parent", "np-maps $np_current()->parent->pid"),
        ("wp:maps", "np-maps"), *fields("wp", "$np_current()"),
        # 3: after the fault, back at the instruction that runs again.
        "tbreak *$np_regs()->ip", ("again", "continue"), ("again:walk", "np-walk 0x%x" % PAGE),
        ("again:gpa", "monitor gva2gpa 0x%x" % PAGE), ("again:event", "np-events 1 cow"),
        ("again:page", "np-page 0x%x" % PAGE), ("again:maps", "np-maps"), ("again:mm", "np-mm"),
        "delete",
        # 4: three threads of one process.
        "np-user s5-threads",
        "tbreak %s if $np_comm(\"s5-threads\")"
        % line_of("user/tour/s5-threads.c", "three threads"),
        ("threads", "continue"), ("threads:mm", "np-mm"), ("threads:tasks", "np-tasks"),
        *fields("threads", "$np_current()"),
        # 5: a kernel thread on the page tables of a process that is gone.
        "tbreak %s if $np_current()->active_mm->mm_users.counter == 0"
        % line_of("kernel/tour.c", "b->borrowed = mm;"),
        ("dead", "continue"), ("dead:mm", "np-mm"), ("dead:tasks", "np-tasks"),
        ("dead:maps", "np-maps"),
        ("dead:address", "print/x (unsigned int)$np_current()->active_mm"),
        ("dead:mm-by-address", "np-mm (unsigned int)$np_current()->active_mm"),
        "tbreak mmdrop if " + last_user, ("drop", "continue"), ("drop:mm", "np-mm $eax"),
        ("drop:event", "np-events 3 mm"),
    ]
    with Machine("tour") as machine:
        return Session(machine, steps)


# ---- np-user -----------------------------------------------------------------------------------

@check("np-user: a breakpoint on main of a user program stops in it, with its source")
def user_main():
    tour().find("np-user", r"^Symbols of build/user/tour/s4-cow\.")
    tour().find("main:bt", r"^#0 +main \(\) at user/tour/s4-cow\.c:\d+")


# ---- np-tasks ----------------------------------------------------------------------------------

def task_rows(place):
    """(mark, pid, tgid, state, comm, mm, active_mm) of each line of np-tasks."""
    heading, *lines = tour()[place].splitlines()
    assert heading.split() == "PID TGID STATE COMM MM ACTIVE_MM".split(), heading
    return [[line[:1].strip()] + line[1:].split() for line in lines]


@check("np-tasks: one task is current, the one GDB stopped in")
def tasks_current():
    marked = [row for row in task_rows("main:tasks") if row[0]]
    pid = str(tour().number("main:pid"))
    assert len(marked) == 1 and marked[0][1:5] == [pid, pid, "running", "s4-cow"], marked


@check("np-tasks: user tasks have mm = active_mm, kernel threads that do not run have neither")
def tasks_mm():
    rows = task_rows("main:tasks")
    assert any(row[4] == "idle" and row[1] == "0" for row in rows), rows
    for row in rows:
        assert row[5] == row[6], row
    assert {row[4]: row[5] for row in rows}["s4-cow"].startswith("0x")


@check("np-tasks: a running kernel thread has no mm, and an active_mm")
def tasks_borrower():
    (row,) = [row for row in task_rows("dead:tasks") if row[0]]
    assert row[4] == "borrower" and row[5] == "-" and row[6].startswith("0x"), row


@check("np-tasks: threads share one mm")
def tasks_threads():
    mms = [row[5] for row in task_rows("threads:tasks") if row[4] == "s5-threads"]
    assert len(mms) == 3 and len(set(mms)) == 1, mms


# ---- np-maps -----------------------------------------------------------------------------------

MAPS_LINE = re.compile(r"^([0-9a-f]{8})-([0-9a-f]{8}) ([r-][w-][x-][ps]) ([0-9a-f]{8})  "
                       r"(\d+)/(\d+)(?: \+\d+ zero)? *(.*)$")


def maps(place):
    *lines, total = tour()[place].splitlines()
    rows = [MAPS_LINE.match(line) for line in lines]
    assert all(rows), "\n".join(lines)
    sums = re.match(r"^(\d+) areas, (\d+) pages, (\d+) resident$", total)
    assert sums, "the sums do not agree with the mm_struct:\n" + "\n".join(lines + [total])
    return [row.groups() for row in rows], [int(word) for word in sums.groups()]


@check("np-maps: sorted and disjoint, with the program's path, [heap] or bss, and [stack]")
def maps_content():
    rows, _ = maps("main:maps")
    ends = [int(row[1], 16) for row in rows]
    starts = [int(row[0], 16) for row in rows]
    assert all(end <= start for end, start in zip(ends, starts[1:])), rows
    assert [row for row in rows if row[6] == "/tour/s4-cow" and row[2] == "r-xp"], rows
    assert rows[-1][6] == "[stack]" and rows[-1][1] == "c0000000" and rows[-1][2][:2] == "rw", rows


@check("np-maps: areas, pages and resident pages are map_count, total_vm and rss")
def maps_sums():
    for place in ("main", "wp"):
        rows, sums = maps(place + ":maps")
        assert len(rows) == sums[0] == tour().number(place + ":map_count")
        pages = sum((int(row[1], 16) - int(row[0], 16)) >> 12 for row in rows)
        assert pages == sums[1] == tour().number(place + ":total_vm")
        resident = sum(int(row[4]) for row in rows)
        assert resident == sums[2] == tour().number(place + ":rss"), (resident, sums)


@check("np-maps: the shared page is an anonymous area with one resident page")
def maps_page():
    rows, _ = maps("again:maps")
    assert ("50000000", "50001000", "rw-p", "00000000", "1", "1", "") in rows, rows


@check("np-maps PID: another process than the current one")
def maps_pid():
    tour().find("main:maps-of-1", r"is a kernel thread: it has no areas of its own")
    rows, _ = maps("wp:maps-parent")
    assert [row[:4] for row in rows] == [row[:4] for row in maps("wp:maps")[0]], rows


# ---- np-walk -----------------------------------------------------------------------------------

class Walk:
    """The numbers of one np-walk section."""

    def __init__(self, place):
        find = tour().find
        self.indices = [int(word) for word in find(
            place, r"^  directory index (\d+) \(0x\w+\), table index (\d+) \(0x\w+\), offset (\d+)"
        ).groups()]
        self.pde = int(find(place, r"pgd\[ *\d+\] +at phys \w{8} = (\w{8})").group(1), 16)
        pte = re.search(r"pte\[ *\d+\] +at phys \w{8} = (\w{8})  frame (\w{5})  (.*)",
                        tour()[place])
        self.pte = int(pte.group(1), 16) if pte else None
        self.bits = pte.group(3).split() if pte else None
        self.phys = int(find(place, r"^  physical +0x(\w{8})").group(1), 16)


def gpa(place):
    return int(tour().find(place, r"gpa: 0x([0-9a-f]+)").group(1), 16)


@check("np-walk: indices, offset and binary digits are those of the address")
def walk_indices():
    assert Walk("wp:walk").indices == [PAGE >> 22, PAGE >> 12 & 1023, PAGE & 4095]
    tour().find("wp:walk", r"binary +0101000000 0000000000 000000000000$")


@check("np-walk: the physical address is the one QEMU's MMU finds (gva2gpa)")
def walk_gpa():
    for place in ("wp", "again"):
        assert Walk(place + ":walk").phys == gpa(place + ":gpa")


@check("np-walk: a kernel address stands in a 4 MiB or 4 KiB page of the direct map")
def walk_kernel():
    assert Walk("main:kernel-walk").phys == gpa("main:kernel-gpa")


@check("np-walk: before the copy, parent and child have the same write-protected frame")
def walk_shared():
    child, parent = Walk("wp:walk"), Walk("wp:walk-parent")
    assert child.phys == parent.phys and child.pte >> 12 == parent.pte >> 12
    for walk in (child, parent):
        assert "PRESENT" in walk.bits and "USER" in walk.bits and "RW" not in walk.bits, walk.bits


@check("np-walk: after the copy, the child has a writable frame of its own")
def walk_copied():
    before, after = Walk("wp:walk"), Walk("again:walk")
    assert after.phys != before.phys and {"RW", "DIRTY"} <= set(after.bits), after.bits


@check("np-walk agrees with the event record: entries before and after, frames")
def walk_event():
    before, after = Walk("wp:walk"), Walk("again:walk")
    event = tour().find("again:event", r"cow: write (\w{8}) user, area (\w{8}) \(\w+\): copied, "
                        r"frame (\w{5}) -> (\w{5}), pte (\w{8}) -> (\w{8}), frame (\w{5}) count 1,"
                        r" TLB flushed \[(\d+)\]$").groups()
    address, area, old, new, pte_before, pte_after, frame = (int(word, 16) for word in event[:7])
    assert (address, area) == (PAGE, PAGE)
    assert (pte_before, pte_after) == (before.pte, after.pte)
    assert (old, new, frame) == (before.phys >> 12, after.phys >> 12, after.phys >> 12)
    assert int(event[7]) == tour().number("wp:child")


# ---- np-mm -------------------------------------------------------------------------------------

def mm_number(place, name):
    return int(tour().find(place + ":mm", r"^ +%s +(\d+)" % name).group(1))


@check("np-mm: the numbers are those of the structure")
def mm_numbers():
    for place in ("main", "threads"):
        for name in ("map_count", "total_vm", "rss"):
            assert mm_number(place, name) == tour().number("%s:%s" % (place, name)), name
        for name in ("mm_users", "mm_count"):
            assert mm_number(place, name) == tour().number("%s:%s.counter" % (place, name)), name


@check("np-mm: every field of struct mm_struct is shown")
def mm_fields():
    with open(ROOT + "/include/nopage/mm_types.h", encoding="utf-8") as file:
        body = re.search(r"struct mm_struct \{(.*?)\n\};", file.read(), re.S).group(1)
    body = re.sub(r"/\*.*?\*/", "", body, flags=re.S)
    names = re.findall(r"[\s*](\w+)(?=[,;])", body)
    assert "mm_users" in names and "arg_end" in names and len(names) > 25, names
    for name in names:
        tour().find("main:mm", r"^    %s +\S" % name)


@check("np-mm: one process is its own only holder")
def mm_single():
    tour().find("main:mm", r"mm_users +1,[^\n]*\n +1  task s4-cow\[\d+\]\n +"
                r"= 1, as mm_users says\n +mm_count +1,[^\n]*\n +1  all users together\n +"
                r"= 1, as mm_count says")


@check("np-mm: three threads make mm_users 3 and mm_count 1 (S5)")
def mm_threads():
    users = re.findall(r"^ +1  task s5-threads\[\d+\]$", tour()["threads:mm"], re.M)
    assert len(users) == 3 and mm_number("threads", "mm_users") == 3, tour()["threads:mm"]
    assert mm_number("threads", "mm_count") == 1
    tour().find("threads:mm", r"= 3, as mm_users says")
    tour().find("threads:mm", r"= 1, as mm_count says")


@check("np-mm: a dead mm is kept by the kernel thread that borrows it (S7)")
def mm_dead():
    tour().find("dead:mm", r"^mm_struct 0x[0-9a-f]{8} borrowed by borrower\[\d+\]$")
    tour().find("dead:mm", r"mm_users +0,[^\n]*\n += 0, as mm_users says\n +mm_count +1,[^\n]*\n +"
                r"1  borrower\[\d+\] borrows it as active_mm\n += 1, as mm_count says")
    tour().find("dead:mm", r"A dead address space")
    assert mm_number("dead", "rss") == 0
    tour().find("dead:maps", r"^0 areas, 0 pages, 0 resident$")


@check("np-mm PID: another process than the current one")
def mm_pid():
    tour().find("wp:mm-parent", r"^mm_struct 0x%08x of s4-cow\[%d\]$"
                % (tour().number("wp:parent-mm"), tour().number("wp:parent")))


@check("np-mm: takes the address of an mm as well")
def mm_by_address():
    address = tour().number("dead:address")
    tour().find("dead:mm-by-address", r"^mm_struct 0x%08x$" % address)


@check("np-mm: in mmdrop() it says that one reference is held by no task")
def mm_in_flight():
    tour().find("drop", r"^Temporary breakpoint \d+, mmdrop")
    found, count = tour().find(
        "drop:mm", r"= (\d+), but mm_count is (\d+): \+1 is held elsewhere").groups()
    assert int(count) == int(found) + 1
    tour().find("drop:event", r"mm: %08x users 0" % tour().number("dead:address"))


# ---- np-vma ------------------------------------------------------------------------------------

@check("np-vma: the area of the program counter, with all fields")
def vma_fields():
    tour().find("main:vma", r"mmap_cache (hit|miss|is empty)")
    tour().find("main:vma", r"r-xp [0-9a-f]{8} /tour/s4-cow$")
    tour().find("main:vma", r"^ +vm_flags +0x[0-9a-f]{8}  READ EXEC MAYREAD MAYWRITE MAYEXEC$")
    tour().find("main:vma", r"^ +vm_file +0x[0-9a-f]{8}$")
    tour().find("main:vma", r"^ +vm_ops +0x[0-9a-f]+ <\w+>")


@check("np-vma: an address without area is searched in the tree, down to the next area above")
def vma_hole():
    tour().find("main:vma-hole", r"^  tree, step 1: ")
    tour().find("main:vma-hole", r"nothing is mapped here")


# ---- np-page -----------------------------------------------------------------------------------

@check("np-page: the shared frame has count 2 and stands in parent and child")
def page_shared():
    tour().find("wp:page", r"^frame %05x," % (Walk("wp:walk").phys >> 12))
    tour().find("wp:page", r"^  count +2$")
    pids = re.findall(r"^    50000000 in s4-cow\[(\d+)\]: PRESENT USER", tour()["wp:page"], re.M)
    assert sorted(map(int, pids)) == sorted([tour().number("wp:child"), tour().number("wp:parent")])


@check("np-page: the copy has count 1 and stands in the child only")
def page_copy():
    tour().find("again:page", r"^  count +1$")
    pids = re.findall(r"^    \w{8} in s4-cow\[(\d+)\]", tour()["again:page"], re.M)
    assert pids == [str(tour().number("wp:child"))], tour()["again:page"]


@check("np-page: tells slab pages, the zero page and the kernel image")
def page_kinds():
    tour().find("main:page-slab", r"state +slab task_struct, \d+ objects in use$")
    tour().find("main:page-zero", r"state +reserved: never freed, the zero page$")
    tour().find("main:page-struct", r"^frame 00100, ")


run_checks()
