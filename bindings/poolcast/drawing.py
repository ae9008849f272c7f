"""The topology as a drawing: sites as boxes, what stands in each, what a fault takes away."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

from poolcast import units
from poolcast._core import machines_of

if TYPE_CHECKING:
    from poolcast._core import ChatPool, Database, Fault, Link, Scenario, Topology

_CHIP_HEIGHT, _CHIP_GAP, _PAD, _GROUP_GAP, _SITE_GAP = 30, 8, 14, 26, 130
_WIDEST_GROUP = 620  # chips wrap beyond it

# Colours are the page's variables, with a fall-back for a drawing that stands alone.
STYLE = """
.topology text { font: 13px system-ui, sans-serif; fill: var(--ink, #1f2a37); }
.topology .small { font-size: 11px; fill: var(--muted, #5b6876); }
.topology .title { font-weight: 600; }
.topology .site { fill: var(--panel, #f6f8fa); stroke: var(--line, #cfd7df); }
.topology .group { fill: var(--paper, #ffffff); stroke: var(--line, #cfd7df); }
.topology .chip { fill: var(--chip, #e3eefb); stroke: var(--accent, #2f6fb2); }
.topology .standby, .topology .mirror { fill: none; stroke-dasharray: 4 3; }
.topology .witness { fill: none; stroke: var(--muted, #5b6876); }
.topology .hit { fill: var(--bad-fill, #fde4e1); stroke: var(--bad, #c0362c); stroke-width: 2; stroke-dasharray: none; }
.topology .cross { stroke: var(--bad, #c0362c); stroke-width: 2; }
.topology .wire { stroke: var(--muted, #5b6876); fill: none; stroke-width: 1.5; }
"""


@dataclass
class _Chip:
    name: str
    kind: str = ""  # standby, mirror, witness, or "" for what serves
    tag: str = ""

    @property
    def text(self) -> str:
        return f"{self.name} · {self.tag}" if self.tag else self.name

    @property
    def width(self) -> float:
        return 7.4 * len(self.text) + 22


@dataclass
class _Group:
    title: str
    note: str
    layer: int  # 0 Front End, 1 chat, 2 database, 3 files
    chips: list[_Chip] = field(default_factory=list)

    def rows(self) -> list[list[_Chip]]:
        rows: list[list[_Chip]] = [[]]
        used = 0.0
        for chip in self.chips:
            if rows[-1] and used + chip.width > _WIDEST_GROUP:
                rows.append([])
                used = 0.0
            rows[-1].append(chip)
            used += chip.width + _CHIP_GAP
        return rows

    @property
    def width(self) -> float:
        chips = max(sum(chip.width + _CHIP_GAP for chip in row) - _CHIP_GAP for row in self.rows())
        return max(chips, 7.4 * len(self.title) + 6.4 * len(self.note) + 10) + 2 * _PAD

    @property
    def height(self) -> float:
        return 28 + len(self.rows()) * (_CHIP_HEIGHT + _CHIP_GAP) - _CHIP_GAP + _PAD


def topology_svg(scenario: Scenario, *, standalone: bool = False, faults: bool = True) -> str:
    """An SVG element of the scenario's topology; what its `faults` hit is marked. `standalone` brings its own style."""
    topology = scenario.topology
    sites = {site.name: _groups_of(topology, site.name) for site in topology.sites}
    hits = {name: fault.label for fault in (scenario.faults if faults else []) for name in _hit_by(topology, fault)}
    parts: list[str] = []
    boxes: dict[str, tuple[float, float]] = {}  # site -> left, width
    left, height = 10.0, 0.0
    for site in topology.sites:
        width = max([group.width for group in sites[site.name]] + [200.0]) + 2 * _PAD
        boxes[site.name] = (left, width)
        height = max(height, _site(parts, site.name, f"{site.domain} · {site.time_zone}", sites[site.name], left, width, hits))
        left += width + _SITE_GAP
    for link in topology.links:
        _link(parts, link, boxes, height)
    total = left - _SITE_GAP + 10
    label = escape(f"Topology: {topology.name or 'unnamed'}")
    style = f"<style>{STYLE}</style>" if standalone else ""
    return (
        f'<svg class="topology" role="img" aria-label="{label}" viewBox="0 0 {total:.0f} {height + 20:.0f}" '
        f'style="width:100%;max-width:{total:.0f}px;height:auto">{style}{"".join(parts)}</svg>'
    )


def _hit_by(topology: Topology, fault: Fault) -> list[str]:
    """The machines that the fault takes away, slows or changes."""
    names: list[str] = [fault.lose] if isinstance(fault.lose, str) else list(fault.lose or [])
    names += [fault.cut] if isinstance(fault.cut, str) else list(fault.cut or [])
    one = (fault.lose_disks, fault.drain, fault.slow, fault.slow_disk, fault.fill_disk, fault.hang)
    names += [name for name in one if name]
    return machines_of(topology, names) if names else []


def _groups_of(topology: Topology, site: str) -> list[_Group]:
    groups = []
    for pool in topology.front_end_pools:
        if pool.site == site:
            names = [f"{pool.name}-{number}" for number in range(1, pool.servers + 1)]
            groups.append(_Group(f"Front End pool {pool.name}", f"{pool.edition} edition", 0, [_Chip(name) for name in names]))
    for chat in topology.chat_pools:
        chips = [_Chip(name) for name in chat.active if _site_of(chat, name) == site]
        chips += [_Chip(name, "standby", "standby") for name in chat.standby if _site_of(chat, name) == site]
        if chips:
            compliance = "compliance on" if chat.compliance else "compliance off"
            groups.append(_Group(f"Chat pool {chat.name}", f"next hop {chat.next_hop} · {compliance}", 1, chips))
    for database in topology.databases:
        chips = [
            chip
            for keeper in _instances(database)
            if _instance_site(topology, database, keeper.name) == site
            for chip in _machines(topology, keeper)
        ]
        if chips:
            note = str(database.mode).replace("_", " ") if database.mode != "none" else "no mirror"
            groups.append(_Group(f"Database {str(database.holds).replace('_', ' ')}", note, 2, chips))
    store = topology.file_store
    if store is not None and (store.site or topology.chat_pools[0].site) == site:
        groups.append(_Group("File store", "replicated" if store.replicated else "", 3, [_Chip(store.server)]))
    return groups


def _site_of(pool: ChatPool, name: str) -> str:
    own = next((server.site for server in pool.servers if server.name == name), None)
    return own or pool.site


def _instances(database: Database) -> list[_Chip]:
    chips = [_Chip(database.principal, "", "principal" if database.mirror else "")]
    if database.mirror:
        chips.append(_Chip(database.mirror, "mirror", "mirror"))
    if database.witness:
        chips.append(_Chip(database.witness, "witness", "witness"))
    if database.log_shipping:
        chips.append(_Chip(database.log_shipping.secondary, "mirror", "log shipping"))
    return chips


def _machines(topology: Topology, keeper: _Chip) -> list[_Chip]:
    """The machines that run the instance: itself, or the nodes of its cluster, the active one first."""
    nodes = next((instance.cluster for instance in topology.sql_instances if instance.name == keeper.name), [])
    names = [f"{keeper.tag} {role}".strip() for role in ("active", "passive")]
    return [_Chip(node, keeper.kind, name) for node, name in zip(nodes, names, strict=False)] or [keeper]


def _instance_site(topology: Topology, database: Database, name: str) -> str:
    own = next((instance.site for instance in topology.sql_instances if instance.name == name), None)
    pools = [pool for pool in topology.chat_pools if pool.name == database.pool] or topology.chat_pools
    return own or pools[0].site


def _site(parts: list[str], name: str, note: str, groups: list[_Group], left: float, width: float, hits: dict[str, str]) -> float:
    """Draw a site and return where it ends. Groups of one layer stand below each other, wires join the layers."""
    drawn: list[str] = []
    top = 44.0
    centre = left + width / 2
    for number, group in enumerate(groups):
        if number and groups[number - 1].layer != group.layer and group.layer < 3:
            drawn.append(f'<path class="wire" d="M{centre:.0f} {top - _GROUP_GAP:.0f}V{top:.0f}"/>')
        elif number:
            top -= _GROUP_GAP - 10
        _draw_group(drawn, group, left + _PAD, top, width - 2 * _PAD, hits)
        top += group.height + _GROUP_GAP
    bottom = max(top - _GROUP_GAP, 60.0) + _PAD
    parts.append(f'<rect class="site" x="{left:.0f}" y="10" width="{width:.0f}" height="{bottom - 10:.0f}" rx="10"/>')
    parts.append(f'<text class="title" x="{left + _PAD:.0f}" y="32">Site {escape(name)}</text>')
    parts.append(f'<text class="small" text-anchor="end" x="{left + width - _PAD:.0f}" y="32">{escape(note)}</text>')
    parts.extend(drawn)
    return bottom


def _draw_group(parts: list[str], group: _Group, left: float, top: float, width: float, hits: dict[str, str]) -> None:
    parts.append(f'<rect class="group" x="{left:.0f}" y="{top:.0f}" width="{width:.0f}" height="{group.height:.0f}" rx="7"/>')
    parts.append(f'<text class="title" x="{left + _PAD:.0f}" y="{top + 20:.0f}">{escape(group.title)}</text>')
    parts.append(
        f'<text class="small" text-anchor="end" x="{left + width - _PAD:.0f}" y="{top + 20:.0f}">{escape(group.note)}</text>'
    )
    y = top + 28
    for row in group.rows():
        x = left + _PAD
        for chip in row:
            _draw_chip(parts, chip, x, y, hits.get(chip.name))
            x += chip.width + _CHIP_GAP
        y += _CHIP_HEIGHT + _CHIP_GAP


def _draw_chip(parts: list[str], chip: _Chip, x: float, y: float, hit: str | None) -> None:
    kind = f"chip {chip.kind}{' hit' if hit else ''}"
    parts.append(f"<g><title>{escape(hit or chip.text)}</title>")
    parts.append(f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{chip.width:.1f}" height="{_CHIP_HEIGHT}" rx="6"/>')
    parts.append(f'<text text-anchor="middle" x="{x + chip.width / 2:.1f}" y="{y + 20:.1f}">{escape(chip.text)}</text>')
    if hit:
        right, bottom = x + chip.width, y + _CHIP_HEIGHT
        parts.append(
            f'<path class="cross" d="M{x:.1f} {y:.1f}L{right:.1f} {bottom:.1f}M{right:.1f} {y:.1f}L{x:.1f} {bottom:.1f}"/>'
        )
    parts.append("</g>")


def _link(parts: list[str], link: Link, boxes: dict[str, tuple[float, float]], height: float) -> None:
    text = f"{units.duration(link.latency_s)} · {units.bit_rate(link.bandwidth_bytes_per_s)}"
    if len(link.between) == 2 and all(site in boxes for site in link.between):
        (first, width), (second, _) = sorted(boxes[site] for site in link.between)
        middle = height / 2
        parts.append(f'<path class="wire" d="M{first + width:.0f} {middle:.0f}H{second:.0f}"/>')
        centre = (first + width + second) / 2
        for line, part in enumerate(text.split(" · ")):
            y = middle - 8 + line * 24
            parts.append(f'<text class="small" text-anchor="middle" x="{centre:.0f}" y="{y:.0f}">{escape(part)}</text>')
