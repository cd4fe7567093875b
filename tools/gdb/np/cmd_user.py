# SPDX-License-Identifier: MIT
"""np-user: symbols of user programs; $np_current(), $np_regs() and $np_comm() for
conditions and expressions.

The programs in the archive are stripped; the same ones with symbols lie in build/. All are linked
at the same addresses, so GDB can know only one of them at a time.
"""
import os

import gdb

from np import kernel
from np.command import command

FOLDERS = (("/tour/", "build/user/tour"), ("/tests/", "build/tests/user"), ("/bin/", "build/user"),
           ("/", "build/user"))
loaded = None  # path of the program whose symbols GDB has


def candidates(path):
    """Where the program with symbols may lie for one at path in the machine."""
    for prefix, folder in FOLDERS:
        if path.startswith(prefix):
            yield os.path.join(kernel.ROOT, folder, path[len(prefix):])


def find_program(name):
    """The file with symbols for a path in the machine, a bare name, or a path on this machine."""
    paths = [name] if os.sep in name else []
    if name.startswith("/"):
        paths.extend(candidates(name))
    elif os.sep not in name:
        paths.extend(os.path.join(kernel.ROOT, folder, name) for _, folder in FOLDERS)
    for path in paths:
        if os.path.isfile(path):
            return os.path.abspath(path)
    return None


def program_path(task):
    """The path in the machine of the program a task runs, or None for a kernel thread."""
    mm, borrowed = kernel.task_mm(task)
    if borrowed:
        return None
    code = int(mm["start_code"])
    for vma in kernel.areas(mm):
        if int(vma["vm_start"]) <= code < int(vma["vm_end"]) and int(vma["vm_file"]):
            return kernel.file_path(vma["vm_file"])
    return "/" + kernel.text(task["comm"])


def load(path):
    global loaded
    if path == loaded:
        return
    unload()
    gdb.execute('add-symbol-file "%s"' % path, to_string=True)
    loaded = path


def unload():
    global loaded
    if loaded:
        try:
            gdb.execute('remove-symbol-file "%s"' % loaded, to_string=True)
        except gdb.error:
            pass  # the user has removed it himself
    loaded = None


def load_for_task(task):
    path = program_path(task)
    if path is None:
        raise gdb.GdbError("%s is a kernel thread: it runs no program." % kernel.task_name(task))
    file = find_program(path)
    if not file:
        raise gdb.GdbError("%s runs %s, which is not in build/: no symbols."
                           % (kernel.task_name(task), path))
    load(file)


def is_pid(word):
    return word.isdigit()


@command("np-user", "[PID|PROGRAM]", most=1)
def np_user(words):
    """Load the symbols of a user program: of the current task, of a pid, or by name.

By name it works before the program runs, so that a breakpoint can wait for it:
  np-user s4-cow
  break main if $np_comm("s4-cow")
All programs are linked at the same addresses, so only one is loaded at a time, and a breakpoint in
it would stop others too: the condition lets only tasks of that name stop."""
    if words and not is_pid(words[0]):
        file = find_program(words[0])
        if not file:
            raise gdb.GdbError("%s: no such program in build/user, build/user/tour or"
                               " build/tests/user." % words[0])
        load(file)
    else:
        load_for_task(kernel.task_argument(words[0] if words else None))
    name = os.path.relpath(loaded, kernel.ROOT)
    print("Symbols of %s. Stop only in it with: break main if $np_comm(\"%s\")"
          % (name, os.path.basename(loaded)[:15]))


def on_stop(_event):
    """Stopped in user mode: load the program's symbols, or say that others are loaded."""
    try:
        if not kernel.paging_on() or kernel.register("cs") & 3 != 3:
            return
        task = kernel.current()
        path = program_path(task)
        file = find_program(path) if path else None
        if loaded is None and file:
            load(file)
            print("np: %s runs %s; its symbols are loaded." % (kernel.task_name(task), path))
        elif file != loaded:
            print("np: this is %s, running %s, but the symbols are those of %s: np-user changes"
                  " that." % (kernel.task_name(task), path, os.path.basename(loaded)))
    except (gdb.error, gdb.GdbError, TypeError):
        pass  # a courtesy: where it cannot be had, the stop itself is what matters


class CurrentTask(gdb.Function):
    """$np_current() is the task_struct of the task that runs: p $np_current()->mm->mm_users

In a condition with && it must stand on the left: GDB does not know the type of the result before
it has called the function."""

    def __init__(self):
        super().__init__("np_current")

    def invoke(self):
        return kernel.current()


class Registers(gdb.Function):
    """$np_regs() points to the registers with which the current task entered the kernel from user
mode: p/x $np_regs()->ip; tbreak *$np_regs()->ip stops where it goes on."""

    def __init__(self):
        super().__init__("np_regs")

    def invoke(self):
        task = kernel.current()
        top = kernel.address(task["stack"]) + kernel.THREAD_SIZE
        if not int(task["stack"]) or not int(task["mm"]):
            raise gdb.GdbError("%s does not come from user mode." % kernel.task_name(task))
        return kernel.pointer("pt_regs", top - kernel.struct("pt_regs").sizeof)


class Comm(gdb.Function):
    """$np_comm("NAME") is 1 while a task of that name runs: break find_vma if $np_comm("s4-cow")"""

    def __init__(self):
        super().__init__("np_comm")

    def invoke(self, name):
        try:
            return int(kernel.text(kernel.current()["comm"]) == name.string())
        except gdb.GdbError:
            return 0  # no task yet


def install():
    CurrentTask()
    Registers()
    Comm()
    gdb.events.stop.connect(on_stop)
