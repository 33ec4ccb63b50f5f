"""The view of a pack: frozen plain data that templates draw, and nothing else."""

from dataclasses import dataclass
from datetime import datetime

from app.controls.assessment import Ending, State
from app.controls.catalogue import Related
from app.controls.expectations import Expectation
from app.controls.nights import Tally
from app.controls.period import Period
from app.packs.view.azure_policy import PolicyTable
from app.packs.view.facts import Issue
from app.packs.view.night_rows import LostNights, NightCell, TrendCell
from app.packs.view.other_rules import ChangeRow, OtherRulesTable


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckBlock:
    """One check of a control: the question, its measure and its answers on the last night."""

    id: str
    title: str
    expectation: str
    """`Lowest TLS version … : 1.2`; empty when the check has no measure."""
    owner: str
    remedy: str
    population: int
    passed: int
    failed: int
    unknown: int
    nights_collected: int
    nights: int
    """Slots of the period, and days of it without one."""
    file: str
    """Attached CSV with the whole population; empty when there is none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviationRow:
    """A subject that failed, from one night to another."""

    subject: str
    name: str
    place: str
    """Type, resource group and subscription; the subject itself when it is no ARM id."""
    reason: str
    first: datetime
    first_is: str
    """`on or before` where nobody looked before the first night, else `on`."""
    last: datetime
    holes: str
    """`with 2 slots not collected` between the two; empty for none."""
    ending: Ending
    record_seq: int | None
    """Newest record that shows it; it stands among the evidence rows of its section."""
    other_rules: str = ""
    """What other rules said of it, as a sentence; empty when nothing else."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviationGroup:
    """Deviations of one check, with what to do and who does it."""

    check_id: str
    title: str
    owner: str
    remedy: str
    rows: tuple[DeviationRow, ...]
    left_out: int
    """Deviations beyond the rows printed; all are in the attached deviations.csv."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GapRow:
    """Something that could not be seen, for one reason, on one or more nights."""

    source: str
    read: str
    scope: str
    subject: str
    """Empty when the whole read is affected; the number of subjects when there are several."""
    kind: str
    detail: str
    first: datetime
    last: datetime
    nights: int
    record_seq: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceRow:
    """One read: what was asked, of what, and how often."""

    collector: str
    kind: str
    question: str
    asked: str


@dataclass(frozen=True, kw_only=True, slots=True)
class EvidenceRow:
    """A sealed record as an evidence item."""

    seq: int
    record_id: str
    what: str
    scope: str
    outcome: str
    collected_at: datetime
    items: int
    sha256: str
    """Whole digest of the canonical record bytes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ControlSection:
    """Everything the pack says about one control that has evidence."""

    control_id: str
    slug: str
    title: str
    theme: str
    state: State
    headline: str
    checks: tuple[CheckBlock, ...]
    last_night: datetime | None
    open_deviations: int
    ended_deviations: int
    """Corrected by a pass, or of subjects that are proved to be gone."""
    deviations: tuple[DeviationGroup, ...]
    other_rules: OtherRulesTable
    incomplete: tuple[str, ...]
    gaps: tuple[GapRow, ...]
    gaps_left_out: int
    trend: tuple[TrendCell, ...]
    sources: tuple[SourceRow, ...]
    evidence: tuple[EvidenceRow, ...]
    records_in_period: int
    manual_evidence: tuple[str, ...]
    note: str
    related: Related | None
    """Only when the crosswalk was reviewed by an auditor."""

    @property
    def population(self) -> int:
        """Answers on the last night, over all checks."""
        return sum(check.population for check in self.checks)

    @property
    def passed(self) -> int:
        """Subjects that passed on the last night, over all checks."""
        return sum(check.passed for check in self.checks)

    @property
    def failed(self) -> int:
        """Subjects that failed on the last night, over all checks."""
        return sum(check.failed for check in self.checks)

    @property
    def unknown(self) -> int:
        """Subjects without an answer on the last night, over all checks."""
        return sum(check.unknown for check in self.checks)

    def open_for(self, owner: str) -> bool:
        """Whether a team has an open deviation here."""
        return any(
            row.ending in {Ending.OPEN, Ending.UNSEEN}
            for group in self.deviations
            if group.owner == owner
            for row in group.rows
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class StatementRow:
    """One of the 93 controls in the statement of all controls."""

    control_id: str
    title: str
    mode: str
    state: State
    slug: str
    """Section of this pack; empty when the control has none."""
    evidence: str
    """What people add, or why the control does not apply."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CompletenessRow:
    """Rows announced against rows received by one collector on the last night."""

    collector: str
    title: str
    records: int
    pages: int
    items: int
    announced: int | None
    seen: int | None
    gaps: int
    """Whatever of it could not be seen."""

    @property
    def whole(self) -> bool | None:
        """Whether everything announced was received; None when nothing was announced."""
        return None if self.announced is None else self.announced == self.seen


@dataclass(frozen=True, kw_only=True, slots=True)
class PopulationRow:
    """A subject and its answer on the last night (second-route counts, CSV rows)."""

    subject: str
    name: str
    status: str
    reason: str
    since: datetime
    since_is: str
    """`on or before` where nobody looked before, else `on`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AttachedFile:
    """A file inside the PDF."""

    name: str
    says: str
    rows: int
    sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Totals:
    """Figures of all checks, each counted once however many controls it serves."""

    answers: int
    unknown: int
    open: int
    """Open deviations."""
    ended: int
    """Corrected by a pass, or of subjects that are proved to be gone."""
    owners: tuple[tuple[str, int], ...]
    """Open deviations of each team."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PackView:
    """A whole pack."""

    issue: Issue
    period: Period
    """The period as far as it has passed when the pack was made."""
    last_night: datetime | None
    lead: str
    nights: tuple[NightCell, ...]
    tally: Tally
    """The nights of the schedule, slot by slot."""
    nights_collected: int
    """Slots collected, and days without a slot on which somebody asked by hand."""
    nights_expected: int
    """Slots of the period, and days of it without one."""
    lost: tuple[LostNights, ...]
    sections: tuple[ControlSection, ...]
    statement: tuple[StatementRow, ...]
    expectations: tuple[Expectation, ...]
    completeness: tuple[CompletenessRow, ...]
    second_route: tuple[PopulationRow, ...]
    totals: Totals
    other_rules: tuple[str, ...]
    """How many verdicts other rules gave otherwise, a sentence for each way; empty for none."""
    changes: tuple[ChangeRow, ...]
    """Software, rules and expectations that were others than the night before."""
    azure_policy: PolicyTable | None
    """Azure Policy's own states beside our verdicts; None when no night of the period asked."""
    gaps: int
    records: int
    """Records of the period."""
    attached: tuple[AttachedFile, ...]
    cautions: tuple[str, ...]
    """Cautions of the crosswalk; empty when no relations are printed."""

    @property
    def development_stamp(self) -> bool:
        """True when the time token comes from the built-in authority and proves no time."""
        stamp = self.issue.checkpoint.stamp
        return stamp is not None and stamp.assurance == "development"

    @property
    def scope_paragraphs(self) -> tuple[str, ...]:
        """The statement of scope, paragraph by paragraph."""
        return tuple(
            part.strip() for part in self.issue.engagement.scope.split("\n\n") if part.strip()
        )

    @property
    def note_lines(self) -> tuple[str, ...]:
        """The signed note, line by line."""
        return tuple(self.issue.checkpoint.note.splitlines())
