"""The small picture before → after: two stacks of clients, and a band for each passage between them. Pure geometry."""

from collections.abc import Sequence
from dataclasses import dataclass

from cockpit.charts import LEAST_RIBBON, Rect, length

# A gap and the thinnest block make a line of text, even as large as phones show it.
BOX = {"width": 560, "height": 400, "side": 195, "node": 22, "gap": 19, "margin": 12}


@dataclass(frozen=True)
class Stack:
    """One class on one side: its block, how many clients, and where its text goes."""

    key: str
    block: Rect
    clients: int
    text_y: str


@dataclass(frozen=True)
class Band:
    """The clients of one class before and one after. `tone` is that of where they go, none for those that stay."""

    source: str
    target: str
    clients: int
    path: str
    tone: str


@dataclass(frozen=True)
class Transfers:
    width: int
    height: int
    before: list[Stack]
    after: list[Stack]
    bands: list[Band]
    before_text_x: str
    after_text_x: str


def transfers(flows: Sequence[tuple[str, str, int]], tones: dict[str, str]) -> Transfers:
    """The picture of these (class before, class after, clients). `tones` gives the class of each colour, in order."""
    left, right = BOX["side"], BOX["width"] - BOX["side"]
    before = {key: sum(count for was, _now, count in flows if was == key) for key in tones}
    after = {key: sum(count for _was, now, count in flows if now == key) for key in tones}
    scale = min(_scale(before), _scale(after))
    sources, targets = _stacked(before, left, scale, tones), _stacked(after, right - BOX["node"], scale, tones)
    return Transfers(
        width=BOX["width"],
        height=BOX["height"],
        before=[sources[key] for key in tones if before[key]],
        after=[targets[key] for key in tones if after[key]],
        bands=_bands(flows, sources, targets, tones),
        before_text_x=length(left - 8),
        after_text_x=length(right + 8),
    )


def _scale(counts: dict[str, int]) -> float:
    """Pixels a client, so that these stacks fit with their gaps, none too thin to see."""
    shown = [count for count in counts.values() if count]
    room = BOX["height"] - 2 * BOX["margin"] - BOX["gap"] * max(len(shown) - 1, 0) - LEAST_RIBBON * len(shown)
    return max(room, 0) / (sum(shown) or 1)


def _stacked(counts: dict[str, int], x: float, scale: float, tones: dict[str, str]) -> dict[str, Stack]:
    y, stacks = float(BOX["margin"]), {}
    for key, count in counts.items():
        height = LEAST_RIBBON + scale * count if count else 0.0
        block = Rect(length(x), length(y), length(BOX["node"]), length(height), tones[key])
        stacks[key] = Stack(key, block, count, length(y + height / 2 + 6))
        y += height + (BOX["gap"] if count else 0)
    return stacks


def _bands(
    flows: Sequence[tuple[str, str, int]],
    sources: dict[str, Stack],
    targets: dict[str, Stack],
    tones: dict[str, str],
) -> list[Band]:
    """A band for each flow, laid down its two blocks in the order of the classes: what stays is drawn first, under."""
    order = {key: place for place, key in enumerate(tones)}
    out = {key: float(stack.block.y) for key, stack in sources.items()}
    into = {key: float(stack.block.y) for key, stack in targets.items()}
    drawn = []
    for was, now, count in sorted(flows, key=lambda flow: (order[flow[0]], order[flow[1]])):
        h0 = float(sources[was].block.height) * count / sources[was].clients
        h1 = float(targets[now].block.height) * count / targets[now].clients
        path = _path(
            float(sources[was].block.x) + BOX["node"], out[was], h0, float(targets[now].block.x), into[now], h1
        )
        drawn.append(Band(was, now, count, path, "t-none" if was == now else tones[now]))
        out[was] += h0
        into[now] += h1
    return sorted(drawn, key=lambda band: band.source != band.target)


def _path(x0: float, y0: float, h0: float, x1: float, y1: float, h1: float) -> str:
    """A band that leaves flat, bends at mid-width and arrives flat."""
    a, b, middle = length(x0), length(x1), length((x0 + x1) / 2)
    over = f"M{a} {length(y0)}C{middle} {length(y0)} {middle} {length(y1)} {b} {length(y1)}"
    under = f"L{b} {length(y1 + h1)}C{middle} {length(y1 + h1)} {middle} {length(y0 + h0)} {a} {length(y0 + h0)}Z"
    return over + under
