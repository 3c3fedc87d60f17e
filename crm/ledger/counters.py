"""Are the counters of all writers gap-free?"""

from collections.abc import Iterator

Run = tuple[int, int]


class Runs:
    """The counters seen of each writer, as runs from first to last."""

    def __init__(self) -> None:
        self.of: dict[str, list[Run]] = {}

    def add(self, writer: str, number: int) -> None:
        runs = self.of.setdefault(writer, [])
        if runs and runs[-1][1] + 1 == number:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))


class Counters:
    """Puts runs together. Within one transaction entries may lie in another order than they were numbered."""

    def __init__(self) -> None:
        self._next: dict[str, int] = {}
        self._early: dict[str, list[Run]] = {}
        self.twice: list[tuple[str, int]] = []

    def add(self, runs: Runs) -> None:
        for writer, of_writer in runs.of.items():
            for run in of_writer:
                self._add(writer, run)

    def gaps(self) -> Iterator[tuple[str, int, int]]:
        """Yield writer, first and last number of each gap."""
        for writer, early in self._early.items():
            expected = self._next.get(writer, 1)
            for first, last in sorted(early):
                yield writer, expected, first - 1
                expected = last + 1

    def _add(self, writer: str, run: Run) -> None:
        expected, early = self._next.get(writer, 1), self._early.get(writer, [])
        first, last = run
        if first < expected or any(first <= end and last >= start for start, end in early):
            self.twice.append((writer, first))
        elif first > expected:
            self._keep_early(writer, run)
        else:
            self._next[writer] = self._absorb(writer, last + 1)

    def _keep_early(self, writer: str, run: Run) -> None:
        early = self._early.setdefault(writer, [])
        if early and early[-1][1] + 1 == run[0]:
            early[-1] = (early[-1][0], run[1])
        else:
            early.append(run)

    def _absorb(self, writer: str, expected: int) -> int:
        """Return the next number expected, after early runs that follow without a gap."""
        early = self._early.get(writer)
        while early:
            follower = next((run for run in early if run[0] == expected), None)
            if follower is None:
                break
            early.remove(follower)
            expected = follower[1] + 1
        if not early:
            self._early.pop(writer, None)
        return expected
