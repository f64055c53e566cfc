"""A reader who knows everything that is published, and solves for what is not: exact, over the leaves of the lattice."""

from itertools import product

PRIME = (1 << 61) - 1


def leaves_under(axes, key):
    """The leaves that count in a cell."""
    under = [
        [leaf for leaf in axis.leaves if node in axis.ways[leaf]]
        for axis, node in zip(axes, key, strict=True)
    ]
    return product(*under)


class Reader:
    """``known(key, value)`` tells what a page shows; then ``finds(key)`` says whether a cell is certain.

    First by elimination on all that is known (modulo a large prime: what is certain modulo it is taken as certain), then
    by bounds: nobody is less than nobody, and a hidden cell that a page lists is at least one.
    """

    def __init__(self, axes):
        self.axes = axes
        self.leaf = {}
        for key in product(*(axis.leaves for axis in axes)):
            self.leaf[key] = len(self.leaf)
        self.rows = []
        self.pivots = {}

    def _row(self, key):
        return dict.fromkeys((self.leaf[one] for one in leaves_under(self.axes, key)), 1)

    def known(self, key, value):
        row = self._row(key)
        self.rows.append((set(row), value, value))
        if row := self._reduced(row):
            pivot = min(row)
            scale = pow(row[pivot], PRIME - 2, PRIME)
            self.pivots[pivot] = {column: weight * scale % PRIME for column, weight in row.items()}

    def hidden(self, key):
        """A page lists this cell and hides it: somebody is there."""
        self.rows.append((set(self._row(key)), 1, None))

    def _reduced(self, row):
        row = dict(row)
        while shared := [column for column in row if column in self.pivots]:
            column = min(shared)
            factor = row[column]
            for other, weight in self.pivots[column].items():
                row[other] = (row.get(other, 0) - factor * weight) % PRIME
                if not row[other]:
                    del row[other]
        return row

    def bounds(self):
        """The least and the most that each leaf can be."""
        low, high = [0] * len(self.leaf), [10**6] * len(self.leaf)
        moved = True
        while moved:
            moved = False
            for columns, least, most in self.rows:
                lows, highs = sum(low[c] for c in columns), sum(high[c] for c in columns)
                for column in columns:
                    lower = least - (highs - high[column])
                    if lower > low[column]:
                        highs, lows = highs, lows + lower - low[column]
                        low[column], moved = lower, True
                    if most is not None and (upper := most - (lows - low[column])) < high[column]:
                        highs += upper - high[column]
                        high[column], moved = upper, True
        return low, high

    def finds(self, keys):
        """The cells that are certain, among these."""
        low, high = self.bounds()
        found = []
        for key in keys:
            row = self._row(key)
            if not self._reduced(row) or sum(low[c] for c in row) == sum(high[c] for c in row):
                found.append(key)
        return found
