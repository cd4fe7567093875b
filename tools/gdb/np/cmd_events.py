# SPDX-License-Identifier: MIT
"""np-events: the ring of event records, as the log prints them.

The sentences are put together here as kernel/events.c does; the words that differ from record to
record come out of the kernel's own tables. tests/tools/gdb-events.py compares the result with the
log, so that neither side can change alone.
"""
import struct

import gdb

from np import kernel
from np.command import command

RECORD = struct.Struct("<QIHHi7I")  # struct event


class Names:
    """The kernel's tables of words, read once per command."""

    def __init__(self):
        self.paths = strings("path_text")
        self.mm = [(row["text"].string() if int(row["text"]) else "?", int(row["users"]),
                    int(row["count"])) for row in array("mm_text")]
        self.classes = [row["name"].string() for row in array("classes")]
        self.vma_ops = strings("vma_text::ops")
        self.path = enum("fault_path")
        self.found = enum("fault_found")
        self.task = enum("task_ev")
        self.calls = {number: name[len("__NR_"):] for name, number in enum("syscall_nr").items()}
        self.fault_bits = kernel.defines("nopage/event_types.h", "FA_")
        self.switch_bits = kernel.defines("nopage/event_types.h", "SW_")


def array(name):
    value = kernel.symbol(name)
    return [value[i] for i in range(value.type.range()[1] + 1)]


def strings(name):
    return [value.string() if int(value) else "?" for value in array(name)]


def enum(name):
    """{value name: number} of an enum."""
    return {field.name: field.enumval for field in gdb.lookup_type("enum " + name).fields()}


def signed(value):
    return value - (1 << 32) if value & 0x80000000 else value


def pick(names, index, other="?"):
    return names[index] if index < len(names) else other


class Record:
    def __init__(self, data, offset):
        (self.tsc, self.seq, self.type, self.cpu, self.pid,
         *self.arg) = RECORD.unpack_from(data, offset)


def signal_name(number):
    return pick(strings("signal_name::names"), number, "SIG?")


def fault_text(names, arg):
    bits, found, path = arg[1] & 0xff, arg[1] >> 8 & 0xff, arg[1] >> 16
    text = "%s %08x %s, " % ("write" if bits & names.fault_bits["WRITE"] else "read", arg[0],
                             "user" if bits & names.fault_bits["USER"] else "kernel")
    if arg[2]:
        how = "cache" if found == names.found["FOUND_CACHE"] else "tree"
        text += "area %08x (%s): " % (arg[2], how)
    else:
        text += "no area: "
    text += pick(names.paths, path)
    if path == names.path["PATH_COW_COPY"]:
        text += ", frame %05x -> %05x" % (arg[3] >> kernel.PAGE_SHIFT, arg[4] >> kernel.PAGE_SHIFT)
    if arg[3] or arg[4]:
        text += ", pte %08x -> %08x" % (arg[3], arg[4])
    if arg[4]:
        text += ", frame %05x count %u" % (arg[4] >> kernel.PAGE_SHIFT, arg[5])
    if bits & names.fault_bits["FLUSHED"]:
        text += ", TLB flushed"
    return text


def count_text(name, after, delta):
    return "%s %d -> %d" % (name, after - delta, after) if delta else "%s %d" % (name, after)


def mm_text(names, arg):
    text, users, count = pick(names.mm, arg[1], names.mm[enum("mm_why")["EVM_LOOK"]])
    return "%08x %s, %s: %s" % (arg[0], count_text("users", signed(arg[2]), users),
                                count_text("count", signed(arg[3]), count), text)


def switch_text(names, arg):
    lazy = arg[3] & names.switch_bits["LAZY"]
    text = "%d -> %d, %s %08x, " % (signed(arg[0]), signed(arg[1]),
                                    "kernel thread borrows mm" if lazy else "mm", arg[2])
    if arg[3] & names.switch_bits["CR3"]:
        return text + "CR3 written"
    return text + "CR3 kept" + ("" if lazy else ", it is loaded already")


def vma_text(names, arg):
    flags = "".join(letter if arg[4] & kernel.VM[name] else "-" for letter, name in
                    (("r", "READ"), ("w", "WRITE"), ("x", "EXEC")))
    flags += "s" if arg[4] & kernel.VM["SHARED"] else "p"
    return "mm %08x: %08x-%08x %s %s, %u area%s" % (
        arg[0], arg[2], arg[3], flags, pick(names.vma_ops, arg[1]), arg[5],
        "" if arg[5] == 1 else "s")


def task_text(names, arg):
    pid, what, value = signed(arg[0]), arg[1], arg[2]
    if what == names.task["TASK_EV_FORK"]:
        return "%d made by %d, clone flags %08x" % (pid, signed(value), arg[3])
    if what == names.task["TASK_EV_EXEC"]:
        return "%d runs another program, entry %08x" % (pid, value)
    if what == names.task["TASK_EV_EXIT"]:
        if arg[3]:
            return "%d ends, a kernel thread, result %d" % (pid, signed(value))
        if value & 0x7f:
            return "%d killed by %s" % (pid, signal_name(value & 0x7f))
        return "%d exits with status %u" % (pid, value >> 8 & 0xff)
    if what == names.task["TASK_EV_REAP"]:
        return "%d reaped by %d" % (pid, signed(value))
    return "%d made, a kernel thread" % pid


def syscall_text(names, arg):
    name = names.calls.get(arg[0], "%u" % arg[0])
    return "%s(%08x, %08x, %08x) = %d" % (name, arg[2], arg[3], arg[4], signed(arg[1]))


def signal_text(_names, arg):
    text = "%s %s %d" % (signal_name(arg[0]), "kills" if arg[3] else "sent to", signed(arg[1]))
    return text + (", address %08x" % arg[2] if arg[2] else "")


TEXTS = {"fault": fault_text, "cow": fault_text, "mm": mm_text, "switch": switch_text,
         "vma": vma_text, "task": task_text, "syscall": syscall_text, "signal": signal_text}


def event_class(names, record):
    """The name of a record's class: faults on write-protected private pages are their own."""
    name = pick(names.classes, record.type)
    return "cow" if name == "fault" and record.arg[1] >> 16 >= names.path["PATH_COW"] else name


def event_text(names, record):
    name = event_class(names, record)
    if name not in TEXTS:
        return "event %u?" % record.type
    return "%s: %s [%d]" % (class_of(names, record), TEXTS[name](names, record.arg), record.pid)


def class_of(names, record):
    """The class trace= knows a record by: as event_class() of nopage/event_types.h."""
    name = pick(names.classes, record.type)
    if name == "fault" and record.arg[1] >> 16 >= names.path["PATH_COW"]:
        return "cow"
    return name


def records():
    """The records of the ring in sequence order. A slot that is being written is left out."""
    ring = kernel.symbol("event_ring")
    slots = ring.type.range()[1] + 1
    if ring.type.target().sizeof != RECORD.size:
        raise gdb.GdbError("struct event is not what tools/gdb/np/cmd_events.py expects.")
    data = gdb.selected_inferior().read_memory(kernel.address(ring), slots * RECORD.size).tobytes()
    last = int(kernel.symbol("event_next"))
    for seq in range(max(1, last - slots + 1), last + 1):
        record = Record(data, seq % slots * RECORD.size)
        if record.seq == seq:
            yield record


@command("np-events", "[N] [CLASS]", most=2)
def np_events(words):
    """Print the last N (20) events, or those of one class, oldest first, as the log has them.

Classes: fault (with cow), cow, mm, switch, vma, task, syscall, signal. Every event is recorded,
whether trace= prints it or not. The first column is the sequence number."""
    kernel.need_paging()
    count, wanted = 20, None
    names = Names()
    for word in words:
        if word in names.classes:
            wanted = {word, "cow"} if word == "fault" else {word}
        elif word[0].isdigit():
            count = kernel.number(word, "how many")
        else:
            raise gdb.GdbError("%s is no class of events: %s" % (word, " ".join(names.classes)))
    found = [r for r in records() if not wanted or class_of(names, r) in wanted]
    if not found:
        print("No event of that kind is in the ring." if wanted else "No event has happened yet.")
    for record in found[-count:] if count else []:
        print("%6u  %s" % (record.seq, event_text(names, record)))
