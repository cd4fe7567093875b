#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""make debug, make gdb and make debug-gdb, as a user types them."""
import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
from gdb_session import ROOT, TIMEOUT, check, once, run_checks  # noqa: E402

HOME = tempfile.TemporaryDirectory(prefix="nopage-home-")
GDBINIT = "echo the user's own .gdbinit was read\\n\n"
APPEND = "APPEND=init=/tour/s4-cow"


def environment(**more):
    """No make around us, and a home directory with a .gdbinit that must not matter."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    with open(os.path.join(HOME.name, ".gdbinit"), "w", encoding="utf-8") as file:
        file.write(GDBINIT)
    return dict(env, HOME=HOME.name, TERM="dumb", **more)


class Terminal:
    """A program on a terminal of its own, spoken to as a person would."""

    def __init__(self, command):
        self.text = ""
        env = environment()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(ROOT)
            os.execvpe(command[0], command, env)

    def expect(self, pattern):
        """Read until the new output matches; the match's text is consumed."""
        end = time.monotonic() + TIMEOUT
        while True:
            match = re.search(pattern, self.text)
            if match:
                self.text = self.text[match.end():]
                return match
            assert time.monotonic() < end and self.read(), "no /%s/ in:\n%s" % (pattern, self.text)

    def read(self):
        """Wait a little for output; False when the program has closed the terminal."""
        if not select.select([self.fd], [], [], 1)[0]:
            return True
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            data = b""
        self.text += data.decode("utf-8", "replace").replace("\r", "")
        return bool(data)

    def send(self, text):
        os.write(self.fd, text.encode())

    def finish(self):
        """Its exit status; everything it has started must be gone by then."""
        while self.read():
            pass
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def kill(self):
        try:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass  # it has ended already
        os.close(self.fd)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def qemus(word):
    """Process numbers of the QEMUs whose command line contains a word."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/cmdline" % pid, "rb") as file:
                command = file.read().decode("utf-8", "replace")
        except OSError:
            continue
        if "qemu-system" in command.split("\0")[0] and word in command:
            found.append(pid)
    return found


@once
def two_terminals():
    """make debug in one place, make gdb in another: GDB's result and the machine's console."""
    port = free_port()
    machine = subprocess.Popen(["make", "debug", "GDB_PORT=%d" % port, APPEND], cwd=ROOT,
                               env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, start_new_session=True)
    try:
        end = time.monotonic() + TIMEOUT
        while not qemus("tcp:127.0.0.1:%d" % port):
            assert machine.poll() is None and time.monotonic() < end, "QEMU did not start"
            time.sleep(0.1)
        time.sleep(0.3)
        commands = "np-help\ntbreak do_page_fault\ncontinue\nnp-tasks\nquit\n"
        gdb = subprocess.run(["make", "gdb", "GDB_PORT=%d" % port], cwd=ROOT, env=environment(),
                             input=commands, text=True, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, timeout=TIMEOUT, check=False)
        console = machine.communicate(timeout=TIMEOUT)[0].decode("utf-8", "replace")
    finally:
        if machine.poll() is None:
            os.killpg(machine.pid, signal.SIGKILL)
            machine.wait()
    return gdb, console


@check("make debug, make gdb: attached, with symbols and the Nopage commands")
def gdb_attached():
    gdb, _console = two_terminals()
    assert gdb.returncode == 0, gdb.stdout
    assert "np-walk ADDR [PID]" in gdb.stdout, gdb.stdout
    assert re.search(r"Temporary breakpoint \d+, do_page_fault", gdb.stdout), gdb.stdout
    assert re.search(r"^\* +1 +1 +running", gdb.stdout, re.M), gdb.stdout


@check("make gdb reads no .gdbinit, and nothing is refused for auto-load safety")
def gdb_init():
    gdb, _console = two_terminals()
    for text in (".gdbinit was read", "auto-load", "warning:", "Traceback", "Python Exception"):
        assert text not in gdb.stdout, gdb.stdout


@check("quitting make gdb lets the machine of make debug go on to its end")
def machine_goes_on():
    _gdb, console = two_terminals()
    assert "init exited with status 0" in console, console


@check("make debug-gdb: both in one terminal; the console shows, Ctrl-C stops, quit ends QEMU silently")
def one_terminal():
    terminal = Terminal(["make", "debug-gdb", "APPEND=init=/tour/s4-cow unique=%d" % os.getpid()])
    try:
        terminal.expect(r"Nopage commands are loaded(.|\n)*\(gdb\) ")
        assert len(qemus("unique=%d" % os.getpid())) == 1
        terminal.send("np-user s4-cow\n")
        terminal.expect(r"Symbols of .*s4-cow(.|\n)*\(gdb\) ")
        terminal.send('tbreak main if $np_comm("s4-cow")\n')
        terminal.expect(r"Temporary breakpoint \d+ at(.|\n)*\(gdb\) ")
        terminal.send("continue\n")
        terminal.expect(r"\[ *\d+\.\d+\] ")  # the console
        terminal.expect(r"main \(\) at user/tour/s4-cow\.c:\d+(.|\n)*\(gdb\) ")
        terminal.send("set *(unsigned short *)$pc = 0xfeeb\n")  # jump to itself
        terminal.expect(r"\(gdb\) ")
        terminal.send("continue\n")
        terminal.expect(r"Continuing")
        time.sleep(0.5)
        terminal.send("\x03")
        terminal.expect(r"SIGINT(.|\n)*\(gdb\) ")
        terminal.send("quit\n")
        terminal.finish()
        assert terminal.text.split() == ["quit"], terminal.text
        assert not qemus("unique=%d" % os.getpid()), "QEMU still runs"
    finally:
        terminal.kill()


@check("the user's home directory is as it was")
def home_untouched():
    assert os.listdir(HOME.name) == [".gdbinit"], os.listdir(HOME.name)
    with open(os.path.join(HOME.name, ".gdbinit"), encoding="utf-8") as file:
        assert file.read() == GDBINIT


run_checks()
