"""Own the table of C macros that stand where the grammar expects none, and how a user extends it.

It must not read settings or text: names go in, answers come out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum


class DefinerLayout(StrEnum):
    """How the arguments of a macro that defines a function spell the function.

    NAME_THEN_PAIRS: `M(name, type, arg, type, arg)`.
    NAME_THEN_PARAMETERS: `M(name, type arg, ...)`.
    """

    NAME_THEN_PAIRS = "name-then-pairs"
    NAME_THEN_PARAMETERS = "name-then-parameters"


@dataclass(frozen=True, slots=True)
class Definer:
    """A family of macros that open a function definition; `pattern` must match the whole name."""

    pattern: str
    layout: DefinerLayout
    name_prefix: str
    return_type: str


@dataclass(frozen=True, slots=True)
class MacroTable:
    """What is known of macros by name.

    `annotations` decorate a declaration and mean nothing to the grammar, with or without arguments.
    `loops` are the words that mark a macro as the head of a loop (`for_each`, `foreach`).
    """

    annotations: frozenset[str]
    definers: tuple[Definer, ...]

    def extended(
        self, annotations: Iterable[str] = (), definers: Iterable[Definer] = ()
    ) -> MacroTable:
        """Return the table with a user's own macros added; theirs are asked first."""
        return replace(
            self,
            annotations=self.annotations | frozenset(annotations),
            definers=(*definers, *self.definers),
        )

    def is_annotation(self, name: str) -> bool:
        """Say whether `name`, without arguments, only decorates."""
        return name in self.annotations or _ANNOTATION_BY_FORM.fullmatch(name) is not None

    def is_annotation_call(self, name: str) -> bool:
        """Say whether `name(...)` only decorates; a form is no proof, for `__init_rwsem(...)` is a
        function."""
        return name in self.annotations

    def definer(self, name: str) -> Definer | None:
        """Return the family that `name` belongs to, or None."""
        if not name.isupper():
            return None
        return next((it for it in self.definers if re.fullmatch(it.pattern, name)), None)


# Families whose members are too many to list: `__maybe_unused`, `__init_or_module`, `SEC(...)` has
# to be listed. Words that are part of a type (`__u32`, `__be16`) must never match.
_ANNOTATION_BY_FORM = re.compile(
    r"__\w*unused|__(?:mem|cpu|dev|net)?(?:init|exit)(?:data|const)?(?:_or_module|_refok)?|__ref(?:data|const)?"
    r"|__no_\w+|__no(?:sanitize|kasan|instr|clone|ipa|randomize)\w*|____?cacheline_\w+|__\w+_aligned"
    r"|no(?:inline|trace|kprobe)(?:_\w+)?"
)

_ANNOTATIONS = """
    __attribute__ __attribute __declspec _Noreturn _Alignas alignas __extension__ asm __asm__ __asm
    __always_inline __attribute_const__ __must_check __user __kernel __iomem __percpu __rcu
    __bitwise
    __force __nocast __safe __private __read_mostly __ro_after_init __weak __alias __used __visible
    __pure __malloc __cold __hot __flatten __naked __deprecated __packed __aligned __section
    __printf __scanf __format_arg __nonstring __nonnull __returns_nonnull __alloc_size
    __assume_aligned __acquires __releases __acquire __release __cond_lock __cond_acquires
    __must_hold __cficanonical __nocfi __sched __lockfunc __irq_entry __softirq_entry
    __exception_irq_entry __kprobes __noreturn __noclone __noinitretpoline __latent_entropy
    __randomize_layout __designated_init __counted_by __counted_by_le __counted_by_be
    __function_aligned __gnu_inline __externally_visible __compiletime_error
    __compiletime_warning __diagnose_as __pass_object_size __overloadable __optimize __noendbr
    __bpf_kfunc __bpf_hook_start __bpf_hook_end __kstrtab __noscs __vdso __ipipe
    asmlinkage fastcall notrace noinstr noinline nokprobe_inline inline_for_stack
    CRYPTO_MINALIGN_ATTR
    SEC EXPORT API_EXPORT UNUSED ATTRIBUTE_UNUSED PRINTF_FORMAT NORETURN FAST_FUNC
    MAIN_EXTERNALLY_VISIBLE EXTERNALLY_VISIBLE ALWAYS_INLINE NOINLINE UNUSED_PARAM
    UNUSED_PARAM_RESULT RETURNS_MALLOC WINAPI APIENTRY CALLBACK STDMETHODCALLTYPE
    G_GNUC_PRINTF G_GNUC_UNUSED G_GNUC_CONST G_GNUC_PURE G_GNUC_NORETURN G_GNUC_WARN_UNUSED_RESULT
    LIBGIT2_PRINTF GIT_FORMAT_PRINTF GIT_EXTERN_ATTR MAYBE_UNUSED
"""

KERNEL_AND_FRIENDS = MacroTable(
    annotations=frozenset(_ANNOTATIONS.split()),
    definers=(
        # The kernel's own documentation tool calls both `sys_name`, so that a comment on either
        # has to use this name to be accepted.
        Definer(
            r"(?:COMPAT_)?SYSCALL(?:32)?_DEFINE[0-9]", DefinerLayout.NAME_THEN_PAIRS, "sys_", "long"
        ),
        Definer(r"(?:NOTRACE_)?BPF_CALL_[0-9]", DefinerLayout.NAME_THEN_PAIRS, "", "u64"),
        Definer(
            r"(?:BPF_PROG|BPF_KPROBE|BPF_KRETPROBE)", DefinerLayout.NAME_THEN_PARAMETERS, "", "int"
        ),
    ),
)

NO_MACROS = MacroTable(annotations=frozenset(), definers=())
