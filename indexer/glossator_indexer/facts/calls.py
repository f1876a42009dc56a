"""Own what C functions are known to do to locks, memory and the one who calls them: by name.

The tables hold what the documentation of the kernel and of the C library says of their functions;
what is not in them proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Call = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What the calls of one function prove, each without repeats, in order of appearance.

    `locks_left` are taken and not released by the function itself. `sleeps` names the call because
    of which it may sleep. `frees` are expressions that it frees or gives up.
    """

    locks_held: tuple[str, ...] = ()
    locks_taken: tuple[str, ...] = ()
    locks_left: tuple[str, ...] = ()
    sleeps: str | None = None
    frees: tuple[str, ...] = ()


# include/linux/{spinlock,mutex,rwsem,rcupdate}.h, POSIX threads.
_LOCK = re.compile(
    r"(?:(?:raw_)?spin_lock(?:_irq|_irqsave|_bh|_nested)?|mutex_lock(?:_nested|_io)?"
    r"|(?:read|write)_lock(?:_irq|_irqsave|_bh)?|down(?:_read|_write)?(?:_nested)?"
    r"|pthread_mutex_lock|pthread_rwlock_(?:rd|wr)lock|pthread_spin_lock|mtx_lock)"
)
# Taken or not, as their result says: nothing is proved of them.
_UNLOCK = re.compile(
    r"(?:(?:raw_)?spin_unlock(?:_irq|_irqrestore|_bh)?|mutex_unlock"
    r"|(?:read|write)_unlock(?:_irq|_irqrestore|_bh)?|up(?:_read|_write)?"
    r"|pthread_mutex_unlock|pthread_rwlock_unlock|pthread_spin_unlock|mtx_unlock)"
)
_ASSERTED = re.compile(r"lockdep_assert_held(?:_write|_read|_exclusive|_once)?|assert_spin_locked")
_SLEEPS = re.compile(
    r"might_sleep|might_resched|cond_resched|schedule(?:_timeout(?:_\w+)?)?|msleep(?:_interruptible)?|ssleep"
    r"|usleep_range|fsleep|mutex_lock\w*|down(?:_read|_write)?(?:_interruptible|_killable)?"
    r"|wait_event\w*|wait_for_completion\w*|synchronize_(?:rcu|srcu|irq|net)"
    r"|copy_(?:from|to)_user|vmalloc\w*|vzalloc\w*|kvmalloc\w*|flush_work\w*|cancel_work_sync"
    r"|cancel_delayed_work_sync|kthread_stop"
)
_ALLOCATES = re.compile(r"k[mzc]alloc\w*|kmem_cache_\w*alloc\w*|krealloc\w*|kstrdup\w*|kmemdup\w*")
_FREES = re.compile(
    r"k?v?free|kfree_sensitive|kfree_rcu|kmem_cache_free|kvfree_sensitive|free_pages?|put_page|kfree_skb"
    r"|consume_skb|dev_kfree_skb\w*|put_device|of_node_put|fput|bio_put|kobject_put|fclose|closedir"
)
_SAYS_NOTHING = re.compile(r"\s*(?:\([^()]*\)\s*)*[&*]*\s*")


def facts_of_calls(calls: Sequence[Call]) -> CallFacts:
    """Return what the calls of a function prove, its own frame alone."""
    taken = _first_arguments(calls, _LOCK)
    released = set(_first_arguments(calls, _UNLOCK))
    return CallFacts(
        locks_held=tuple(dict.fromkeys(_first_arguments(calls, _ASSERTED))),
        locks_taken=tuple(dict.fromkeys(taken)),
        locks_left=tuple(dict.fromkeys(it for it in taken if it not in released)),
        sleeps=next((name for name, arguments in calls if _may_sleep(name, arguments)), None),
        frees=tuple(dict.fromkeys(_first_or_last(calls))),
    )


def _may_sleep(name: str, arguments: tuple[str, ...]) -> bool:
    if _ALLOCATES.fullmatch(name):
        return any(
            re.fullmatch(r"GFP_KERNEL(?:_ACCOUNT)?|GFP_USER|GFP_NOFS|GFP_NOIO", it)
            for it in arguments
        )
    return _SLEEPS.fullmatch(name) is not None


def _first_arguments(calls: Iterable[Call], names: re.Pattern[str]) -> list[str]:
    return [_bare(arguments[0]) for name, arguments in calls if arguments and names.fullmatch(name)]


def _first_or_last(calls: Iterable[Call]) -> list[str]:
    # `kmem_cache_free(cache, object)` is the one that frees its second argument.
    return [
        _bare(arguments[-1] if name == "kmem_cache_free" else arguments[0])
        for name, arguments in calls
        if arguments and _FREES.fullmatch(name)
    ]


def _bare(argument: str) -> str:
    """Return what is locked or freed, without casts and the operators that take its address."""
    return _SAYS_NOTHING.sub("", argument, count=1)
