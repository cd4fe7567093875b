# SPDX-License-Identifier: MIT
"""boot.py - what the boot tests share: a machine to boot, archives and ELF files made to order.

A test file registers functions and ends with main():

    @test("a text file as /init is refused")
    def _():
        run = boot(initrd=archive({"init": b"hello"}))
        run.ends(PANIC)
        run.says(r"init.*not a program")

main() prints TAP, the plan first. Failed checks raise Wrong; what the machine wrote follows as a
comment. A machine that writes nothing for SILENCE seconds, or without end, is stopped and counts
as hung: nothing here depends on how fast this computer is.
"""
import atexit
import fcntl
import json
import os
import re
import selectors
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
os.chdir(ROOT)

RELEASE = os.environ.get("KERNEL", "build/nopage.elf")
DEBUG = os.environ.get("DEBUG_KERNEL", "build/debug/nopage.elf")
INITRD = os.environ.get("INITRD", "build/initramfs.cpio")
TEST_INITRD = os.environ.get("TEST_INITRD", "build/initramfs-test.cpio")

SUCCESS, FAILURE, PANIC = 33, 35, 37    # isa-debug-exit: 0x10, 0x11, 0x12
HUNG = "hung"
SILENCE = 40                            # seconds
OUTPUT_MAX = 8 << 20

TMP = tempfile.mkdtemp(prefix="nopage-boot-")
atexit.register(shutil.rmtree, TMP, ignore_errors=True)


class Wrong(Exception):
    """A check failed."""


# ---- the machine -------------------------------------------------------------------------------

class Run:
    """How one boot went: exit status of QEMU (HUNG: was stopped) and what it wrote."""

    def __init__(self, status, text):
        self.status, self.text = status, text

    def ends(self, *statuses):
        if self.status not in statuses:
            raise Wrong("the machine ended with status %s, not %s"
                        % (self.status, " or ".join(map(str, statuses))), self.text)

    def says(self, *patterns):
        for pattern in patterns:
            if not re.search(pattern, self.text, re.MULTILINE):
                raise Wrong("no line is like /%s/" % pattern, self.text)

    def never_says(self, *patterns):
        for pattern in patterns:
            found = re.search(pattern, self.text, re.MULTILINE)
            if found:
                raise Wrong("unexpected: " + found.group(0), self.text)

    def lines(self, pattern):
        return re.findall(pattern, self.text, re.MULTILINE)


def collect(process):
    """All output of a process, and whether it came to an end by itself."""
    chunks, size = [], 0
    os.set_blocking(process.stdout.fileno(), False)
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while size < OUTPUT_MAX and selector.select(SILENCE):
            data = os.read(process.stdout.fileno(), 65536)
            if not data:
                return b"".join(chunks), True
            chunks.append(data)
            size += len(data)
    return b"".join(chunks), False


def boot(append="", kernel=None, initrd=None, mem=128, debug_exit=True, iso=None, extra=(),
         script=None):
    """Boot to the end. initrd: a path, several joined by commas, or "none". script: bytes on
    standard input, as `make run` takes them; then the status is 0 or 1."""
    command = ["tools/run", "--kernel", kernel or DEBUG, "--initrd", initrd or INITRD,
               "--mem", str(mem)]
    if iso:
        command += ["--iso", iso]
    if script is not None:
        command += ["--session"]
    elif debug_exit:
        command += ["--debug-exit"]
    if append:
        command += ["--append", append]
    if extra:
        command += ["--", *extra]
    print("# " + " ".join(command).replace(TMP, "TMP"), flush=True)
    with open(save(script or b""), "rb") as stdin:
        process = subprocess.Popen(command, stdin=stdin, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT)
    output, ended = collect(process)
    if not ended:
        process.kill()
    status = process.wait()
    process.stdout.close()
    text = output.decode("utf-8", "replace").replace("\r", "")
    return Run(status if ended else HUNG, text)


class Qmp:
    """A machine that is asked questions while it runs, by QEMU's machine protocol."""

    def __init__(self, append, *extra):
        folder = tempfile.mkdtemp(dir=TMP)
        self.log = folder + "/log"
        command = ["tools/run", "--kernel", RELEASE, "--append", append, "--",
                   "-qmp", "unix:%s/qmp,server=on,wait=on" % folder, *extra]
        print("# " + " ".join(command).replace(TMP, "TMP"), flush=True)
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=subprocess.STDOUT)
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(SILENCE)
        self.retry(lambda: self.socket.connect_ex(folder + "/qmp") == 0, "QEMU")
        self.lines = self.socket.makefile("r")
        self.reason = None
        self.command("qmp_capabilities")

    def retry(self, condition, what):
        end = time.monotonic() + SILENCE
        while not condition():
            if time.monotonic() > end:
                self.process.kill()
                raise Wrong("no " + what, self.text())
            time.sleep(0.05)

    def text(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read().replace("\r", "")

    def says(self, pattern):
        """Wait until it does."""
        self.retry(lambda: re.search(pattern, self.text(), re.MULTILINE),
                   "line like /%s/" % pattern)

    def command(self, name, **arguments):
        self.socket.sendall(json.dumps({"execute": name, "arguments": arguments}).encode())
        while "return" not in self.reply(self.lines.readline()):
            pass

    def reply(self, line):
        message = json.loads(line)
        if message.get("event") == "SHUTDOWN":
            self.reason = message["data"]["reason"]
        return message

    def screen(self):
        """The lines on the VGA screen."""
        path = save(b"")
        self.command("pmemsave", val=0xb8000, size=80 * 25 * 2, filename=path)
        cells = content(path)[::2].decode("latin-1")
        return [cells[i:i + 80].rstrip() for i in range(0, len(cells), 80)]

    def end(self):
        """How it ends: QEMU's reason for the shutdown."""
        for line in self.lines:
            self.reply(line)
        self.process.wait()
        return self.reason


# ---- files -------------------------------------------------------------------------------------

def make(target):
    """Have the Makefile build something the tests need; one at a time, tests run in parallel."""
    os.makedirs("build", exist_ok=True)
    with open("build/.boot-tests.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = subprocess.run(["make", "-s", target], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise Wrong("make %s fails" % target, done.stdout)
    return target


def program(name):
    """tests/boot/NAME.c as a static Linux program: its bytes."""
    with open(make("build/tests/boot/" + name), "rb") as file:
        return file.read()


def content(path):
    with open(path, "rb") as file:
        return file.read()


def save(data, name="file"):
    """A new temporary file with these bytes: its path. No commas: they separate archives."""
    folder = tempfile.mkdtemp(dir=TMP)
    path = os.path.join(folder, name)
    with open(path, "wb") as file:
        file.write(data)
    return path


def newc(name, data=b"", mode=0o100755, ino=1, nlink=1, size=None, namesize=None, magic=b"070701"):
    """One entry of a cpio archive; size, namesize and magic can be made wrong."""
    name = name.encode() + b"\0"
    fields = [ino, mode, 0, 0, nlink, 0, len(data) if size is None else size, 0, 0, 0, 0,
              len(name) if namesize is None else namesize, 0]
    head = magic + b"".join(b"%08X" % (field & 0xffffffff) for field in fields) + name
    head += bytes(-len(head) % 4)
    return head + data + bytes(-len(data) % 4)


TRAILER = newc("TRAILER!!!", mode=0)


def archive(files, name="a.cpio"):
    """An archive of {path: bytes, or None for a directory}: its path."""
    data = b""
    for ino, (path, body) in enumerate(files.items(), 1):
        data += newc(path, body or b"", 0o040755 if body is None else 0o100755, ino)
    return save(data + TRAILER, name)


CODE_EXIT = bytes.fromhex("b801000000" "bb00000000" "cd80")     # exit(0)
BASE = 0x08048000
PT_LOAD, PT_INTERP = 1, 3


def segment(data=b"", vaddr=BASE, memsz=None, filesz=None, offset=None, kind=PT_LOAD, flags=5):
    return dict(data=data, vaddr=vaddr, memsz=memsz, filesz=filesz, offset=offset, kind=kind,
                flags=flags)


def elf(segments=None, entry=BASE, machine=3, elfclass=1, etype=2, phnum=None, phoff=52,
        phentsize=32):
    """An ELF32 program; every field can be made wrong. Segment data lies page aligned."""
    segments = segments or [segment(CODE_EXIT)]
    body, headers = b"", b""
    for number, s in enumerate(segments, 1):
        offset = 4096 * number if s["offset"] is None else s["offset"]
        filesz = len(s["data"]) if s["filesz"] is None else s["filesz"]
        memsz = filesz if s["memsz"] is None else s["memsz"]
        headers += struct.pack("<8I", s["kind"], offset, s["vaddr"], s["vaddr"], filesz, memsz,
                               s["flags"], 4096)
        body += s["data"].ljust(4096, b"\0")
    ident = b"\x7fELF" + bytes([elfclass, 1, 1]) + bytes(9)
    header = ident + struct.pack("<HHIIIIIHHHHHH", etype, machine, 1, entry, phoff, 0, 0, 52,
                                 phentsize, len(segments) if phnum is None else phnum, 40, 0, 0)
    return (header + headers).ljust(4096, b"\0") + body


# ---- tests -------------------------------------------------------------------------------------

TESTS = []


def test(name):
    def register(function):
        TESTS.append((name, function))
        return function
    return register


def check(good, what):
    if not good:
        raise Wrong(what, "")


def explain(error):
    what, text = (*error.args, "")[:2] if isinstance(error, Wrong) else (repr(error), "")
    print("# " + what)
    for line in text.splitlines()[-25:]:
        print("#   " + line)


def main():
    print("1..%d" % len(TESTS), flush=True)
    failed = 0
    for number, (name, function) in enumerate(TESTS, 1):
        try:
            function()
            print("ok %d - %s" % (number, name), flush=True)
        except Exception as error:  # whatever goes wrong, the next test has its turn
            print("not ok %d - %s" % (number, name))
            explain(error)
            sys.stdout.flush()
            failed += 1
    sys.exit(1 if failed else 0)
