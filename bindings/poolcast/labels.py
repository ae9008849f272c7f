"""Labels beside moments of a picture, placed so that no two of them meet."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text
    from matplotlib.transforms import Bbox

_LANE = 0.09  # of the axes' height
_HEIGHTS = tuple(0.05 + _LANE * lane for lane in range(10))
_UPRIGHT_HEIGHTS = (0.42, 0.6, 0.2, 0.05)  # a rotated label takes about a third of the height


def stagger(figure: Figure, axis: Axes, labels: Iterable[Text]) -> None:
    """Give each label, whose x is that of its moment, the first height and side of it where it meets no other and ends within
    the axes; a label that finds none is left out. Heights are shares of the axes' height.
    """
    labels = list(labels)
    for label in labels:
        label.set_in_layout(False)  # what is inside the axes must not move them
    figure.draw_without_rendering()
    taken: list[Bbox] = []
    for label in labels:
        box = _place(label, axis.get_window_extent(), taken)
        if box is None:
            label.set_visible(False)
        else:
            taken.append(box)


def _place(label: Text, axes: Bbox, taken: list[Bbox]) -> Bbox | None:
    upright = label.get_rotation() == 90
    for side in ("right", "left") if upright else ("left", "right"):  # of its text, at the moment
        for height in _UPRIGHT_HEIGHTS if upright else _HEIGHTS:
            label.set(y=height, horizontalalignment=side)
            box = label.get_window_extent()
            within = axes.x0 - 1 <= box.x0 and box.x1 <= axes.x1 + 1 and box.y1 <= axes.y1 + 1
            if within and not any(box.overlaps(other) for other in taken):
                return box
    return None
