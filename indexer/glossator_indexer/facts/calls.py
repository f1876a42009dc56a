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
    of which it may sleep. `frees` are expressions that it frees or gives up; of what is
    `referenced` it takes a reference that it does not give up itself.
    """

    locks_held: tuple[str, ...] = ()
    locks_taken: tuple[str, ...] = ()
    locks_left: tuple[str, ...] = ()
    sleeps: str | None = None
    frees: tuple[str, ...] = ()
    referenced: tuple[str, ...] = ()


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
# What whoever gets it has to give back; `devm_` and its like give back themselves.
_MAKES = re.compile(
    r"(?:(?:kv?|v)[mz]alloc\w*|k[cmz]alloc\w*|kvcalloc\w*|krealloc\w*|kstrn?dup\w*|kmemdup\w*|kasprintf"
    r"|kmem_cache_z?alloc\w*|malloc|calloc|realloc|reallocarray|strn?dup|alloc_pages?\w*"
    r"|fopen|fdopen|opendir|bio_alloc\w*|alloc_skb\w*)\s*\("
)
_CAST = re.compile(r"(?:\([^()]*\)\s*)+(?=[A-Za-z_])")
# What a pointer is handed to may keep it.
_KEEPS = re.compile(
    r"(?:\w+_)?(?:add|append|attach|enqueue|insert|link|list_add\w*|push|put|queue|register|replace|set"
    r"|store|submit)(?:_\w+)?"
)
_REFERENCES = re.compile(
    r"get_device|kobject_get|of_node_get|get_page|folio_get|dget|ihold|sock_hold|skb_get|kref_get"
    r"|get_file|mmget|mmgrab|get_task_struct|bio_get|refcount_inc|fwnode_handle_get|usb_get_dev"
    r"|pci_dev_get|dev_hold|try_module_get"
)
_UNREFERENCES = re.compile(
    r"put_device|kobject_put|of_node_put|put_page|folio_put|dput|iput|sock_put|kfree_skb|kref_put"
    r"|fput|mmput|mmdrop|put_task_struct|bio_put|refcount_dec\w*|fwnode_handle_put|usb_put_dev"
    r"|pci_dev_put|dev_put|module_put"
)
_SAYS_NOTHING = re.compile(r"\s*(?:\([^()]*\)\s*)*[&*]*\s*")


def facts_of_calls(calls: Sequence[Call]) -> CallFacts:
    """Return what the calls of a function prove, its own frame alone."""
    taken = _first_arguments(calls, _LOCK)
    released = set(_first_arguments(calls, _UNLOCK))
    referenced = dict.fromkeys(map(_owner, _first_arguments(calls, _REFERENCES)))
    given_back = set(map(_owner, _first_arguments(calls, _UNREFERENCES)))
    return CallFacts(
        locks_held=tuple(dict.fromkeys(_first_arguments(calls, _ASSERTED))),
        locks_taken=tuple(dict.fromkeys(taken)),
        locks_left=tuple(dict.fromkeys(it for it in taken if it not in released)),
        sleeps=next((name for name, arguments in calls if _may_sleep(name, arguments)), None),
        # What it gives back of its own reference is not the caller's.
        frees=tuple(it for it in dict.fromkeys(_first_or_last(calls)) if it not in referenced),
        referenced=tuple(it for it in referenced if it not in given_back),
    )


def allocates(value: str) -> str | None:
    """Return the call by which an expression makes what its user has to give back, None if none."""
    match = _MAKES.match(_CAST.sub("", value, count=1) if value.startswith("(") else value)
    return None if match is None else match[0].rstrip("( ")


def keeps(name: str, calls: Iterable[Call]) -> bool:
    """Tell whether a call may keep a pointer for later, so that it belongs to others as well."""
    handed = re.compile(rf"&?\s*{re.escape(name)}\b.*")
    return any(
        _KEEPS.fullmatch(called) and any(handed.fullmatch(it) for it in arguments)
        for called, arguments in calls
    )


def _owner(expression: str) -> str:
    """Return whose counter it is: `dev` of `dev->kobj`."""
    return re.split(r"->|\.", expression, maxsplit=1)[0]


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
