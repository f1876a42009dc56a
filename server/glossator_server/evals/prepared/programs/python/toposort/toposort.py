"""Orders in which tasks that depend on each other can be done."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping


class CycleError(ValueError):
    """Tasks that wait for each other; `cycle` begins and ends with the same one."""

    def __init__(self, cycle: list[str]) -> None:
        super().__init__(" -> ".join(cycle))
        self.cycle = cycle


class TaskGraph:
    """Tasks by name, each with the names of those that come before it."""

    def __init__(self, needs: Mapping[str, Iterable[str]] | None = None) -> None:
        self._needs: dict[str, set[str]] = {}
        for task, before in (needs or {}).items():
            self.add(task, *before)

    def add(self, task: str, *before: str) -> None:
        """Say that `task` needs the tasks `before`; all of them become known."""
        self._needs.setdefault(task, set()).update(before)
        for each in before:
            self._needs.setdefault(each, set())

    def __len__(self) -> int:
        return len(self._needs)

    def needed_by(self) -> dict[str, set[str]]:
        """Return the tasks that wait for each task."""
        result: dict[str, set[str]] = {task: set() for task in self._needs}
        for task, before in self._needs.items():
            for each in before:
                result[each].add(task)
        return result

    def order(self) -> list[str]:
        """Return all tasks, each after those it needs and otherwise by name."""
        waiting = {task: len(before) for task, before in self._needs.items()}
        ready = [task for task, count in waiting.items() if count == 0]
        heapq.heapify(ready)
        needed_by = self.needed_by()
        result: list[str] = []
        while ready:
            task = heapq.heappop(ready)
            result.append(task)
            for later in needed_by[task]:
                waiting[later] -= 1
                if waiting[later] == 0:
                    heapq.heappush(ready, later)
        if len(result) < len(self._needs):
            raise CycleError(self.cycle())
        return result

    def levels(self) -> Iterator[list[str]]:
        """Yield groups of tasks that can be done at the same time, sorted."""
        done: set[str] = set()
        while len(done) < len(self._needs):
            level = sorted(
                task
                for task, before in self._needs.items()
                if task not in done and before <= done
            )
            if not level:
                raise CycleError(self.cycle())
            yield level
            done.update(level)

    def all_needs(self, task: str) -> set[str]:
        """Return everything that has to be done before `task`."""
        found: set[str] = set()
        stack = [task]
        while stack:
            for each in self._needs[stack.pop()]:
                if each not in found:
                    found.add(each)
                    stack.append(each)
        return found

    def cycle(self) -> list[str]:
        """Return tasks that wait for each other, or nothing if there are none."""
        finished: set[str] = set()
        for start in sorted(self._needs):
            found = self._cycle_from(start, [], finished)
            if found:
                return found
        return []

    def _cycle_from(self, task: str, path: list[str], finished: set[str]) -> list[str]:
        if task in path:
            return [*path[path.index(task) :], task]
        if task in finished:
            return []
        for each in sorted(self._needs[task]):
            found = self._cycle_from(each, [*path, task], finished)
            if found:
                return found
        finished.add(task)
        return []
