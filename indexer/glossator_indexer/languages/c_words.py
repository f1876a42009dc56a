"""Own the words to which C gives a meaning, sorted by what they do in a declaration.

It must not hold macros of any project; those stand in the table that a user can extend.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


STORAGE = _words(
    """static extern inline __inline __inline__ register auto typedef _Thread_local thread_local
    __thread constexpr"""
)
QUALIFIERS = _words(
    """const volatile restrict __restrict __restrict__ __const __const__ __volatile__ _Atomic
    __volatile"""
)
TYPE_KEYWORDS = _words(
    """void char short int long float double signed unsigned bool _Bool _Complex __signed__ __int128
    size_t ssize_t"""
)
TAGS = _words("struct union enum")
# Words whose brackets hold a type or make one, and are no list of parameters.
TYPEOF = _words("typeof __typeof__ __typeof typeof_unqual _Atomic _BitInt")
NOT_NAMES = STORAGE | QUALIFIERS | TYPE_KEYWORDS | TAGS | TYPEOF
STATEMENTS = _words("if else for while do switch return case default goto sizeof")
# No declaration of a function starts with these.
NOT_FUNCTIONS = STATEMENTS | _words("typedef _Static_assert static_assert")
# What the grammar knows by itself and has to see.
GRAMMAR_KNOWS = _words(
    """__attribute__ __attribute __declspec asm __asm__ __asm _Alignas alignas __extension__
    _Noreturn"""
)
# Words behind which brackets hold a type that the grammar expects there.
TAKE_TYPES = (
    TYPEOF | STATEMENTS | _words("alignof _Alignof __alignof__ offsetof _Generic defined va_arg")
)
# Parts of a pointer's type in the kernel, worth showing, though the grammar must not see them.
ADDRESS_SPACES = _words("__user __kernel __iomem __percpu __rcu")
