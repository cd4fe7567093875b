# SPDX-License-Identifier: MIT
"""gdb_session - what the GDB tests share: a machine under test, a scripted GDB, and TAP.

A test file is a list of checks, functions marked with @check("what must hold"); run_checks() prints
the plan first and then a line for each. A check fails by an assertion or by any other exception.
"""
import functools
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
KERNEL = os.environ.get("DEBUG_KERNEL", "build/debug/nopage.elf")
RELEASE = os.environ.get("KERNEL", "build/nopage.elf")
INITRD = os.environ.get("INITRD", "build/initramfs.cpio")
GDB = os.environ.get("GDB", "gdb")
SCRIPT = "tools/gdb/nopage.py"
TIMEOUT = 100  # seconds for one session, on a slow and busy machine
SUCCESS = 33   # QEMU's exit status when the kernel says success

_checks = []


def check(what):
    def mark(function):
        _checks.append((what, function))
        return function
    return mark


def run_checks():
    print("TAP version 13\n1..%d" % len(_checks), flush=True)
    failed = 0
    for number, (what, function) in enumerate(_checks, 1):
        try:
            function()
            print("ok %d - %s" % (number, what), flush=True)
        except Exception as error:  # whatever went wrong, the check has failed
            failed += 1
            where = traceback.extract_tb(error.__traceback__)[-1]
            print("not ok %d - %s" % (number, what))
            print("# %s:%d: %s" % (os.path.basename(where.filename), where.lineno, where.line))
            for line in (str(error) or type(error).__name__).splitlines()[:30]:
                print("#   " + line)
            sys.stdout.flush()
    sys.exit(1 if failed else 0)


def once(function):
    """A session that several checks look at is run once; if it fails, the first check shows how."""
    results = {}

    @functools.wraps(function)
    def cached(*arguments):
        if arguments not in results:
            results[arguments] = AssertionError("the session failed, as shown above")
            results[arguments] = function(*arguments)
        if isinstance(results[arguments], Exception):
            raise results[arguments]
        return results[arguments]
    return cached


class Machine:
    """QEMU, halted before its first instruction, with its GDB server at a socket of its own."""

    def __init__(self, append="", initrd=None, kernel=KERNEL):
        assert os.path.exists(os.path.join(ROOT, kernel)), kernel + " is not built"
        self.kernel = kernel
        self.folder = tempfile.mkdtemp(prefix="nopage-gdb-")
        self.socket = os.path.join(self.folder, "gdb")
        self.log_path = os.path.join(self.folder, "serial.log")
        command = ["tools/run", "--kernel", kernel, "--initrd", initrd or INITRD, "--debug-exit",
                   "--timeout", str(TIMEOUT), "--gdb", self.socket, "--append", append]
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=subprocess.STDOUT, start_new_session=True)
        self.wait_for_socket()

    def wait_for_socket(self):
        end = time.monotonic() + 20
        while not os.path.exists(self.socket):
            if self.process.poll() is not None or time.monotonic() > end:
                log = self.log()
                self.close()
                raise AssertionError("QEMU did not start:\n" + log)
            time.sleep(0.05)

    def log(self):
        """What the serial console has shown so far."""
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read().replace("\r", "")

    def status(self):
        """The exit status, waiting for the end."""
        return self.process.wait(TIMEOUT)

    def close(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.close()


def run_gdb(arguments):
    """GDB in batch mode; its output and errors as one text."""
    done = subprocess.run([GDB, "-q", "-nx", "-batch", *arguments], cwd=ROOT,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=TIMEOUT, text=True, errors="replace",
                          check=False)
    raised = re.search(r"(.*\n){0,10}.*(Traceback|Python Exception|no longer as)(.*\n){0,10}",
                       done.stdout)
    assert not raised, raised.group(0)
    return done.stdout


class Session:
    """GDB commands, run in order; what they print is kept in named sections.

    Each command is an argument of its own: GDB goes on with the next when one fails."""

    def __init__(self, machine, steps):
        arguments = [machine.kernel, "-ex", "set width 0", "-ex", "target remote " + machine.socket,
                     "-x", SCRIPT]
        for step in steps:
            if isinstance(step, tuple):
                arguments += ["-ex", r"echo \n@@%s\n" % step[0]]
                step = step[1]
            arguments += ["-ex", step]
        self.output = run_gdb(arguments + ["-ex", r"echo \n@@(finished)\n"])
        self.log = machine.log()
        parts = re.split(r"^@@(.*)\n", self.output, flags=re.M)
        self.sections = dict(zip(parts[1::2], (part.strip("\n") for part in parts[2::2])))

    def __getitem__(self, name):
        return self.sections[name]

    def find(self, name, pattern):
        """The match of a regular expression in a section; the section is shown if there is none."""
        match = re.search(pattern, self.sections[name], re.M)
        assert match, "no /%s/ in section %s:\n%s" % (pattern, name, self.sections[name])
        return match

    def number(self, name):
        """The value that a `print` command has shown in a section: $1 = 42 or $1 = 0x2a."""
        return int(self.find(name, r"^\$\d+ = (?:\([^)]*\) )?(0x[0-9a-f]+|-?\d+)").group(1), 0)
