# SPDX-License-Identifier: MIT
"""kernel - finding the kernel's structures in the stopped machine.

Everything is read through debug information and symbols; constants, which debug information does
not have, come from the headers themselves. Nothing is cached between two stops.
"""
import os
import re

import gdb

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
LIST_LIMIT = 70000  # no list of the kernel is longer: beyond it, it is damaged


def defines(header, prefix):
    """The numbers a header gives to names that start with prefix: {name without prefix: value}."""
    pattern = re.compile(r"^#define\s+%s(\w+)\s+\(?(-?(?:0x[0-9a-fA-F]+|\d+))\b(?!\s*[|<(])"
                         % prefix, re.M)
    with open(os.path.join(ROOT, "include", header), encoding="utf-8") as file:
        return {name: int(number, 0) for name, number in pattern.findall(file.read())}


PAGE = defines("asm/page.h", "PAGE_")
PAGE_SHIFT = PAGE["SHIFT"]
PAGE_SIZE = 1 << PAGE_SHIFT
PAGE_OFFSET = PAGE["OFFSET"]
LOWMEM_MAX = defines("asm/page.h", "LOWMEM_")["MAX"]
TASK_SIZE = defines("asm/page.h", "TASK_")["SIZE"]
THREAD_SIZE = defines("asm/page.h", "THREAD_")["SIZE"]
VM = defines("nopage/mm_types.h", "VM_")
PG = defines("nopage/mm_types.h", "PG_")
TASK_STATES = {value: name for name, value in defines("nopage/sched.h", "TASK_").items()
               if name not in ("COMM_LEN",)}
PID_MAX = defines("nopage/sched.h", "PID_")["MAX"]


# ---- The state of the machine ------------------------------------------------------------------

def register(name):
    """A register of the selected CPU as a number, or None where GDB has no such register."""
    value = gdb.parse_and_eval("$" + name)
    return None if value.type.code == gdb.TYPE_CODE_VOID else int(value) & 0xffffffff


def need_machine():
    if not gdb.selected_thread():
        raise gdb.GdbError("No machine is attached: run `make debug` in another terminal, then"
                           " `target remote 127.0.0.1:1234`.")


def paging_on():
    cr0 = register("cr0")
    return cr0 is None or bool(cr0 & 0x80000000)


def need_paging():
    """Until boot.S has turned paging on, nothing stands at the addresses of the symbols."""
    need_machine()
    if not paging_on():
        raise gdb.GdbError("Paging is still off, so the kernel is not yet at its addresses."
                           " Go on to its first C function: `tbreak kernel_main`, `continue`.")


def need_tasks():
    need_paging()
    if not int(this_cpu()["current_task"]):
        raise gdb.GdbError("No task runs yet: this CPU's data are not set up."
                           " Go on: `tbreak cpu_idle`, `continue`.")


def symbol(expression):
    """The value of a variable. GDB's own error message says when there is none of that name."""
    return gdb.parse_and_eval(expression)


def struct(name):
    return gdb.lookup_type("struct " + name)


def pointer(name, address):
    return gdb.Value(address).cast(struct(name).pointer())


def address(value):
    """The number in a pointer, or the address of a structure."""
    if value.type.strip_typedefs().code == gdb.TYPE_CODE_PTR:
        return int(value) & 0xffffffff
    return int(value.address) & 0xffffffff


def text(value):
    """A NUL-terminated array of char that may contain anything."""
    data = bytes(int(value[i]) & 0xff for i in range(value.type.range()[1] + 1))
    return data.split(b"\0")[0].decode("utf-8", "replace")


# ---- Lists -------------------------------------------------------------------------------------

def container_of(node, type_name, member):
    offset = next(f.bitpos // 8 for f in struct(type_name).fields() if f.name == member)
    return pointer(type_name, address(node) - offset)


def list_entries(head, type_name, member):
    """Pointers to what hangs on a struct list_head. A list that is still all zero is empty."""
    node, end = head["next"], address(head)
    for _ in range(LIST_LIMIT):
        if address(node) in (end, 0):
            return
        yield container_of(node.dereference(), type_name, member)
        node = node["next"]
    raise gdb.GdbError("The list at 0x%08x has no end: it is damaged or just being changed." % end)


# ---- Tasks -------------------------------------------------------------------------------------

def this_cpu():
    """The struct cpu of the CPU that GDB has selected: its thread n is CPU n - 1."""
    cpus = symbol("cpus")
    return cpus[min(gdb.selected_thread().num - 1, cpus.type.range()[1])]


def current():
    need_tasks()
    return this_cpu()["current_task"]


def tasks():
    """All tasks by pid, each once: the idle tasks (pid 0) and those on task_list."""
    need_tasks()
    cpus = symbol("cpus")
    found = {}
    for number in range(cpus.type.range()[1] + 1):
        for task in (cpus[number]["idle"], cpus[number]["current_task"]):
            if int(task):
                found[address(task)] = task
    for task in list_entries(symbol("task_list"), "task_struct", "tasks"):
        found[address(task)] = task
    return sorted(found.values(), key=lambda task: int(task["pid"]))


def task_by_pid(pid):
    for task in tasks():
        if int(task["pid"]) == pid:
            return task
    raise gdb.GdbError("No task has the pid %d; np-tasks lists them." % pid)


def task_argument(word):
    """The task that an optional argument [pid] of a command means: without it, the current one."""
    return task_by_pid(number(word, "pid")) if word else current()


def task_name(task):
    return "%s[%d]" % (text(task["comm"]), int(task["pid"]))


def number(word, what):
    """A number or any expression GDB can evaluate: 0x8048000, $eip, &counter, pid + 1."""
    try:
        value = gdb.parse_and_eval(word)
        if value.type.strip_typedefs().code == gdb.TYPE_CODE_FUNC:
            value = value.address
        return int(value) & 0xffffffff
    except (gdb.error, TypeError, ValueError, OverflowError) as error:
        raise gdb.GdbError("%s: not a number for %s (%s)" % (word, what, error)) from None


# ---- Address spaces ----------------------------------------------------------------------------

def areas(mm):
    """The vm_area_structs of an mm in the order of its list."""
    vma = mm["mmap"]
    for _ in range(LIST_LIMIT):
        if not int(vma):
            return
        yield vma
        vma = vma["vm_next"]
    raise gdb.GdbError("The list of areas of mm 0x%08x has no end." % address(mm))


def all_mms():
    """Every mm_struct there is: those on mmlist, and init_mm."""
    yield symbol("&init_mm")
    yield from list_entries(symbol("mmlist"), "mm_struct", "mmlist")


def task_mm(task):
    """The address space a task runs on, and whether it is only borrowed."""
    if int(task["mm"]):
        return task["mm"], False
    if int(task["active_mm"]):
        return task["active_mm"], True
    return symbol("&init_mm"), True


def file_path(file):
    """The path of a struct file from the root; a description where it has no name."""
    dentry = file["dentry"]
    if not int(dentry):
        return "(shared memory)"
    names = []
    while int(dentry["parent"]) != int(dentry) and int(dentry["parent"]):
        names.append(dentry["name"].string("utf-8", "replace", int(dentry["len"])))
        dentry = dentry["parent"]
    return "/" + "/".join(reversed(names))


def frame_count(pfn):
    """page->count of a frame, or None when no struct page describes it (yet)."""
    if not int(symbol("mem_map")) or pfn >= int(symbol("max_low_pfn")):
        return None
    return int(symbol("mem_map")[pfn]["count"]["counter"])
