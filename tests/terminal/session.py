# SPDX-License-Identifier: MIT
"""session - what the terminal tests share: a shell on Nopage, at a pseudo-terminal, and TAP.

A test file registers functions and ends with main():

    @test("Ctrl-C ends a program")
    def _(shell):
        shell.send("sleep 100\\r")
        shell.send(CTRL_C)
        shell.prompt()

All tests of a file type into one session, in which each must leave an idle prompt behind; after a
failed one the next begins a new session. What tests of their own make with Session() is theirs.
"""
import atexit
import os
import re
import sys
import time

import pexpect

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
os.chdir(ROOT)

RELEASE = os.environ.get("KERNEL", "build/nopage.elf")
DEBUG = os.environ.get("DEBUG_KERNEL", "build/debug/nopage.elf")
INITRD = os.environ.get("INITRD", "build/initramfs.cpio")

PROMPT, ASKS = "~ # ", "\x1b[6n"
QEMU_KEY = "\x01"       # for QEMU itself; twice it is a Ctrl-A for the machine
SECONDS = 40            # without what is expected: far more than it takes on a slow machine
ROWS, COLUMNS = 30, 100

CTRL_A, CTRL_C, CTRL_D, CTRL_E, CTRL_K = "\x01\x01", "\x03", "\x04", "\x05", "\x0b"
CTRL_U, CTRL_V, CTRL_W, CTRL_Z, CTRL_BACKSLASH = "\x15", "\x16", "\x17", "\x1a", "\x1c"
ESCAPE, TAB, ENTER, BACKSPACE = "\x1b", "\t", "\r", "\x7f"
UP, DOWN, RIGHT, LEFT = "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D"
HOME, DELETE = "\x1b[1~", "\x1b[3~"

ESCAPES = re.compile(r"\x1b(\[[0-9;?]*[A-Za-z]|[()78=>].?)")


class Session:
    """A machine whose serial line is our pseudo-terminal. command: instead of tools/run."""

    def __init__(self, *options, command=None):
        command = command or ["tools/run", "--kernel", DEBUG, "--initrd", INITRD, "--session",
                              *options]
        self.seen = ""      # all output, for whoever has to find out why a test fails
        self.child = pexpect.spawn(command[0], command[1:], timeout=SECONDS, encoding="utf-8",
                                   codec_errors="replace", dimensions=(ROWS, COLUMNS), echo=False,
                                   env=dict(os.environ, TERM="linux"))
        self.child.logfile_read = self
        self.child.delaybeforesend = None
        atexit.register(self.child.close, True)

    def write(self, text):
        self.seen += text

    def flush(self):
        pass

    def send(self, text):
        self.child.send(text)

    def expect(self, pattern):
        r"""Wait for output like this; returns the match. The output up to its end is used up.
        \n in a pattern is an end of line: our pseudo-terminal adds a \r to those of the machine."""
        try:
            if pattern is not pexpect.EOF:
                pattern = re.sub(r"\n|\\n", r"\\r*\n", pattern)
            self.child.expect(pattern)
        except (pexpect.TIMEOUT, pexpect.EOF) as error:
            raise AssertionError("no /%s/ but %s" % (pattern, type(error).__name__)) from None
        return self.child.match

    def start(self, command):
        """Type a command, see its echo, and give it time to become the one in the foreground:
        keys that come before that are the shell's, here as on Linux."""
        self.send(command + ENTER)
        self.expect("\n")
        time.sleep(0.7)

    def prompt(self):
        """Wait for a new prompt: unlike one that line editing draws again, it is followed by a
        question to the terminal where the cursor is. Returns the lines before it, without escape
        sequences."""
        self.expect(re.escape(PROMPT + ASKS))
        text = ESCAPES.sub("", self.child.before)
        return text.replace("\r", "").split("\n")

    def run(self, command):
        """Type a line; returns the lines that it prints."""
        self.send(command + ENTER)
        return self.prompt()[1:-1]

    def says(self, command, *lines):
        found = self.run(command)
        assert found == list(lines), "%s: %r, not %r" % (command, found, list(lines))

    def end(self):
        """Wait for the end of the machine: tools/run's status."""
        self.expect(pexpect.EOF)
        self.child.close()
        return self.child.exitstatus

    def kill(self):
        self.child.close(True)


TESTS = []


def test(name):
    def register(function):
        TESTS.append((name, function))
        return function
    return register


def login(*options):
    shell = Session(*options)
    shell.prompt()
    return shell


def explain(error, shell):
    print("# " + (str(error) or type(error).__name__))
    for line in (shell.seen if shell else "").replace("\r", "").split("\n")[-20:]:
        print("#   " + line.replace("\x1b", "<ESC>"))


def main():
    print("1..%d" % len(TESTS), flush=True)
    shell, failed = None, 0
    for number, (name, function) in enumerate(TESTS, 1):
        try:
            takes = function.__code__.co_argcount
            shell = shell or (login() if takes else None)
            function(*[shell] * takes)
            print("ok %d - %s" % (number, name), flush=True)
        except Exception as error:  # whatever goes wrong, the next test has its turn
            print("not ok %d - %s" % (number, name))
            explain(error, shell)
            sys.stdout.flush()
            failed += 1
            if shell:
                shell.kill()
            shell = None
    if shell:
        shell.kill()
    sys.exit(1 if failed else 0)
