# SPDX-License-Identifier: MIT
"""np-maps, np-vma, np-walk and np-page: areas, translation and frames."""
import gdb

from np import kernel, paging
from np.command import command

VM = kernel.VM


# ---- Areas -------------------------------------------------------------------------------------

def rights(flags):
    return "".join(letter if flags & VM[name] else "-" for letter, name in
                   (("r", "READ"), ("w", "WRITE"), ("x", "EXEC"))) + \
        ("s" if flags & VM["SHARED"] else "p")


def backing(mm, vma):
    """What stands in the last column of /proc/PID/maps."""
    start, end = int(vma["vm_start"]), int(vma["vm_end"])
    if start == int(mm["vdso"]):
        return "[vdso]"
    if int(vma["vm_file"]):
        return kernel.file_path(vma["vm_file"])
    if start < int(mm["brk"]) and end > int(mm["start_brk"]):
        return "[heap]"
    if int(vma["vm_flags"]) & VM["GROWSDOWN"] or start <= int(mm["start_stack"]) < end:
        return "[stack]"
    return ""


def vma_line(mm, vma):
    offset = int(vma["vm_pgoff"]) << kernel.PAGE_SHIFT if int(vma["vm_file"]) else 0
    return "%08x-%08x %s %08x" % (int(vma["vm_start"]), int(vma["vm_end"]),
                                  rights(int(vma["vm_flags"])), offset)


@command("np-maps", "[PID]", most=1)
def np_maps(words):
    """List the areas of a process like /proc/PID/maps, with the pages that are in memory.

Columns: address range, rights (p: private, s: shared), offset in the file, resident pages of all
pages, what it is backed by. "+N zero" are entries that show the common page of zeroes, which
counts for nobody. The last line compares with total_vm and rss of the mm_struct."""
    task = kernel.task_argument(words[0] if words else None)
    mm, borrowed = kernel.task_mm(task)
    if borrowed:
        print("%s is a kernel thread: it has no areas of its own. This is the mm it borrows."
              % kernel.task_name(task))
    pages = frames = 0
    for vma in kernel.areas(mm):
        start, end = int(vma["vm_start"]), int(vma["vm_end"])
        own, zero = paging.resident(mm, start, end)
        size = (end - start) >> kernel.PAGE_SHIFT
        pages, frames = pages + size, frames + own
        resident = "%d/%d" % (own, size) + (" +%d zero" % zero if zero else "")
        print(("%s  %-14s %s" % (vma_line(mm, vma), resident, backing(mm, vma))).rstrip())
    print("%d areas, %d pages, %d resident" % (int(mm["map_count"]), pages, frames))
    for name, found in (("total_vm", pages), ("rss", frames)):
        if int(mm[name]) != found:
            print("but %s is %d: the machine has stopped in the middle of a change, or it is a bug"
                  % (name, int(mm[name])))


def search(mm, addr):
    """find_vma() step by step: yields the areas looked at; the last is the result, or None."""
    node, found = mm["mm_rb"]["rb_node"], None
    while int(node):
        vma = kernel.container_of(node.dereference(), "vm_area_struct", "vm_rb")
        yield vma
        if addr < int(vma["vm_end"]):
            found = vma
            if addr >= int(vma["vm_start"]):
                break
            node = node["rb_left"]
        else:
            node = node["rb_right"]
    yield found


def flag_names(flags):
    return " ".join(name for name, mask in sorted(VM.items(), key=lambda item: item[1])
                    if flags & mask) or "none"


def print_area(mm, vma):
    line = "  area 0x%08x  %s %s" % (kernel.address(vma), vma_line(mm, vma), backing(mm, vma))
    print(line.rstrip())
    for field in kernel.struct("vm_area_struct").fields():
        value = vma[field.name]
        if field.name.endswith("_share") and not int(vma["vm_file"]):
            continue        # the list of a file's areas: without one never set
        if field.name == "vm_flags":
            shown = "0x%08x  %s" % (int(value), flag_names(int(value)))
        elif field.name == "vm_page_prot":
            shown = "0x%03x  %s" % (int(value["val"]), paging.bits(int(value["val"]), "pte"))
        elif field.name == "vm_ops" and not int(value):
            shown = "0  anonymous memory"
        elif field.name == "vm_rb":
            shown = "parent 0x%08x left 0x%08x right 0x%08x %s" % (
                int(value["rb_parent_color"]) & ~1, kernel.address(value["rb_left"]),
                kernel.address(value["rb_right"]),
                "black" if int(value["rb_parent_color"]) & 1 else "red")
        elif value.type.strip_typedefs().code in (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION):
            shown = str(value)
        elif field.name == "vm_pgoff":
            shown = str(int(value))
        else:
            shown = "0x%08x" % (int(value) & 0xffffffff)
            if field.name == "vm_ops":
                shown = value.format_string(symbols=True)
        print("    %-14s %s" % (field.name, shown))


def cache_covers(mm, addr):
    vma = mm["mmap_cache"]
    return bool(int(vma)) and int(vma["vm_start"]) <= addr < int(vma["vm_end"])


@command("np-vma", "ADDR [PID]", least=1, most=2, completer=gdb.COMPLETE_EXPRESSION)
def np_vma(words):
    """Find the area of an address as find_vma() does: first mmap_cache, then the tree.

Shows each node of the red-black tree on the way, and all fields of the area found. Like
find_vma() it gives the first area that ends above the address, which may start above it too."""
    addr = kernel.number(words[0], "an address")
    mm, _ = kernel.task_mm(kernel.task_argument(words[1] if len(words) > 1 else None))
    cached = mm["mmap_cache"]
    if cache_covers(mm, addr):
        print("0x%08x: mmap_cache hit" % addr)
        print_area(mm, cached)
        return
    print("0x%08x: mmap_cache %s" % (
        addr, "is empty" if not int(cached) else "miss (it holds %s)" % vma_line(mm, cached)))
    steps = list(search(mm, addr))
    vma = steps.pop()
    for depth, node in enumerate(steps, 1):
        print("  tree, step %d: %s" % (depth, vma_line(mm, node)))
    if vma is None:
        print("  no area ends above this address: nothing is mapped here")
        return
    if int(vma["vm_start"]) > addr:
        grows = int(vma["vm_flags"]) & VM["GROWSDOWN"]
        print("  nothing is mapped here; the next area above %s" % (
            "is a stack, which may grow down to it (expand_stack)" if grows else "is:"))
    print_area(mm, vma)


# ---- Translation -------------------------------------------------------------------------------

def owner_of(pgd_phys):
    """Whose page directory that is: "mm 0x... of s4-cow[5]"."""
    if not int(kernel.this_cpu()["current_task"]):
        return "the boot page directory"
    for mm in kernel.all_mms():
        if int(mm["pgd"]) and paging.pgd_phys(mm) == pgd_phys:
            users = ", ".join(kernel.task_name(t) for t in kernel.tasks() if t["mm"] == mm)
            if mm == kernel.symbol("&init_mm"):
                users = "the kernel"
            return "mm 0x%08x of %s" % (kernel.address(mm), users or "nobody (a dead one)")
    return "a page directory of no mm"


def print_entry(name, index, phys, entry, level):
    frame = "frame %05x  " % (entry >> kernel.PAGE_SHIFT) if paging.present(entry) else ""
    print("  %s[%4d]   at phys %08x = %08x  %s%s" % (name, index, phys, entry, frame,
                                                    paging.bits(entry, level)))


@command("np-walk", "ADDR [PID]", least=1, most=2, completer=gdb.COMPLETE_EXPRESSION)
def np_walk(words):
    """Translate an address by hand: both indices, both entries decoded, the physical address.

Ten bits of directory index, ten bits of table index, twelve bits of offset. Without PID the
directory is the one in CR3, which is what the processor uses now; with PID it is that task's,
whether it is loaded or not."""
    kernel.need_paging()
    addr = kernel.number(words[0], "an address")
    if len(words) > 1:
        mm, _ = kernel.task_mm(kernel.task_argument(words[1]))
        pgd = paging.pgd_phys(mm)
    else:
        pgd = kernel.register("cr3") & ~paging.OFFSET_MASK
    walk = paging.Walk(pgd, addr)
    binary = format(addr, "032b")
    print("0x%08x in %s, directory at phys %08x" % (addr, owner_of(pgd), pgd))
    print("  binary      %s %s %s" % (binary[:10], binary[10:20], binary[20:]))
    print("  directory index %d (0x%03x), table index %d (0x%03x), offset %d (0x%03x)" % (
        walk.pgd_index, walk.pgd_index, walk.pte_index, walk.pte_index, walk.offset, walk.offset))
    print_entry("pgd", walk.pgd_index, walk.pde_phys, walk.pde, "pgd")
    if walk.large:
        print("  a 4 MiB page: no table, the offset is %d (0x%06x)" % (
            walk.phys & 0x3fffff, walk.phys & 0x3fffff))
    if walk.pte is not None:
        print_entry("pte", walk.pte_index, walk.pte_phys, walk.pte, "pte")
    if walk.phys is None:
        print("  not mapped: an access is a page fault")
        return
    print("  physical    0x%08x%s" % (walk.phys, frame_note(walk.phys)))
    if walk.pte is not None and not walk.pte & paging.PRESENT:
        print("  PROT_NONE: there is a frame, but every access is a page fault")


def frame_note(phys):
    count = kernel.frame_count(phys >> kernel.PAGE_SHIFT)
    if count is None:
        return ", no struct page describes this frame"
    zero = ", the zero page" if phys >> kernel.PAGE_SHIFT == paging.zero_frame() else ""
    return ", frame %05x, count %d%s; the kernel sees it at 0x%08x" % (
        phys >> kernel.PAGE_SHIFT, count, zero, phys + kernel.PAGE_OFFSET)


# ---- Frames ------------------------------------------------------------------------------------

def frame_argument(word):
    """The frame that PFN|ADDR means: a number below max_low_pfn is a frame. The few user addresses
    that are as low (below 0x38000 at most) are not those of any ordinary program."""
    value = kernel.number(word, "a frame or an address")
    mem_map, frames = int(kernel.symbol("mem_map")), int(kernel.symbol("max_low_pfn"))
    if value < frames:
        return value
    size = kernel.struct("page").sizeof
    if mem_map <= value < mem_map + frames * size:
        return (value - mem_map) // size
    walk = paging.Walk(kernel.register("cr3") & ~paging.OFFSET_MASK, value)
    if walk.phys is None:
        raise gdb.GdbError("0x%08x is not mapped; np-walk %s shows why." % (value, word))
    if walk.phys >> kernel.PAGE_SHIFT >= frames:
        raise gdb.GdbError("0x%08x is no frame of memory (physical 0x%08x)." % (value, walk.phys))
    return walk.phys >> kernel.PAGE_SHIFT


def page_state(page, flags):
    order = flags >> kernel.PG["ORDER_SHIFT"]
    has = {name for name, bit in kernel.PG.items() if name != "ORDER_SHIFT" and flags >> bit & 1}
    if "slab" in has:
        return "slab %s, %d objects in use" % (slab_name(page["slab"]), int(page["inuse"]))
    if "buddy" in has:
        return "free: first frame of a block of order %d (%d frames)" % (order, 1 << order)
    if "hot" in has:
        return "free: in the CPU's list of single frames"
    if "free" in has:
        return "free: inside a larger block"
    if "reserved" in has:
        return "reserved: never freed"
    if "tail" in has:
        return "in use: inside a block of several frames"
    if int(page["mapping"]):
        host = page["mapping"]["host"]
        whose = "inode %d" % int(host["ino"]) if int(host) else "shared memory"
        return "page cache: page %d of %s" % (int(page["index"]), whose)
    if int(page["count"]["counter"]) == 0:
        return "count 0, but on no list: is just being allocated or freed"
    if order:
        return "in use: first frame of a block of order %d (%d frames)" % (order, 1 << order)
    return "in use: memory of a process, or the kernel's own"


def slab_name(cache):
    return cache["name"].string("utf-8", "replace")


def mappings(pfn):
    """Every place of the user half of any process that shows a frame: (mm, address, entry)."""
    for mm in kernel.all_mms():
        if not int(mm["pgd"]):
            continue
        for addr, pte in paging.entries(mm, 0, kernel.TASK_SIZE):
            if pte >> kernel.PAGE_SHIFT == pfn:
                yield mm, addr, pte


def print_mappings(pfn):
    tasks = kernel.tasks()
    shown = 0
    for mm, addr, pte in mappings(pfn):
        names = ", ".join(kernel.task_name(t) for t in tasks if t["mm"] == mm)
        shown += 1
        if shown <= 20:
            print("    %08x in %s: %s" % (addr, names or "mm 0x%08x" % kernel.address(mm),
                                         paging.bits(pte, "pte")))
    if shown > 20:
        print("    and %d more" % (shown - 20))
    if not shown:
        print("    nowhere in user space")


@command("np-page", "PFN|ADDR", least=1, most=1, completer=gdb.COMPLETE_EXPRESSION)
def np_page(words):
    """Show the struct page of a frame, what the frame is used for, and who maps it.

The argument is a frame number, the address of a struct page, or any address that is mapped now.
Every process is searched for page table entries with this frame: after fork the same frame stands
in parent and child, and the count says so."""
    kernel.need_tasks()
    if not int(kernel.symbol("mem_map")):
        raise gdb.GdbError("There is no mem_map yet: it is made in mem_init().")
    pfn = frame_argument(words[0])
    page = kernel.symbol("mem_map")[pfn]
    flags = int(page["flags"])
    names = " ".join(name for name, bit in sorted(kernel.PG.items(), key=lambda item: item[1])
                     if name != "ORDER_SHIFT" and flags >> bit & 1)
    phys = pfn << kernel.PAGE_SHIFT
    print("frame %05x, struct page 0x%08x" % (pfn, kernel.address(page)))
    print("  physical  0x%08x, the kernel sees it at 0x%08x" % (phys, phys + kernel.PAGE_OFFSET))
    print("  flags     0x%08x  %s" % (flags, names or "none"))
    print("  count     %d" % int(page["count"]["counter"]))
    print("  state     %s%s" % (page_state(page, flags),
                                ", the zero page" if pfn == paging.zero_frame() else ""))
    print("  mapped at")
    print_mappings(pfn)
