"""Every check as one Markdown page, for people and for an organisation's own wiki."""

from collections.abc import Iterable, Iterator

from collectors.kit import Check, Collector

HEAD = """# Checks

What Annexa asks of Azure every night, and what answers it expects. Printed by
`annexa collectors --markdown`, from the code.

A check answers *pass*, *fail* or *unknown*. Each lists the values it accepts; a value that it does
not know is *unknown* and named. A property that Azure left out counts only where Microsoft says
what that means. *Policy* is the built-in definition of Azure Policy that asks the same: assigned at
the root management group it keeps watch between two nights and is a second judge.
"""


def checks_page(collectors: Iterable[Collector]) -> str:
    """The page."""
    known = tuple(collectors)
    sections = (line for one in known for line in _section(one))
    return "\n".join([HEAD, *sections, *_absences(known)])


def _section(collector: Collector) -> Iterator[str]:
    yield f"## {collector.title}\n"
    yield f"`{collector.id}`\n"
    for check in collector.checks:
        yield from _entry(check)
    yield ""


def _entry(check: Check) -> Iterator[str]:
    measured = f"; measured against `{check.expectation}`" if check.expectation else ""
    yield f"- **{check.title}** (`{check.id}`; {', '.join(check.controls)}{measured})"
    yield f"  Remedy: `{check.remedy}`"
    if check.policy:
        differs = f" Differs: {check.differs}" if check.differs else ""
        yield f"  Policy: `{check.policy}`.{differs}"


def _absences(collectors: Iterable[Collector]) -> Iterator[str]:
    yield "## What it means when Azure leaves a property out\n"
    yield "| type | property | then | from api-version | verdict | source, read on |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for row in (row for one in collectors for row in one.absent.values()):
        where = f"[model]({row.source}), {row.read_on}"
        rule = f"; policy `{row.policy}` says {row.policy_says}" if row.policy else ""
        name = row.path.removeprefix("properties.")
        yield f"| {row.type} | {name} | {row.means} | {row.since} | {row.then} | {where}{rule} |"
    yield ""
