"""What a night misses, and what became of it: nothing seen before ends without a word."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.schedule.connection import Connection
from app.services.home.installation import Ports
from app.services.nights.absence.census import Census, take_census
from app.services.nights.absence.earlier import Earlier
from app.services.nights.absence.proof_questions import Questions
from app.services.nights.absence.seeker import Seeker, Sought
from app.services.nights.one_record import Gathered, Job
from app.services.nights.plan import SUBSCRIPTIONS, Subscriptions, settled
from collectors.azure.collect import Asker
from collectors.kit import Exchange, GapKind, Read, Scope
from collectors.kit.catalogue.registry import collector_by_id
from collectors.kit.missing.things import Absence, Missing, absences, proofs_of

INVENTORY = "inventory.resources"


@dataclass(frozen=True, kw_only=True, slots=True)
class Unsettled:
    """A record that waits until it is known what became of what it misses."""

    gathered: Gathered
    missing: tuple[Missing, ...]


class Accounts:
    """Of one night. One event loop."""

    def __init__(
        self, connection: Connection, earlier: Earlier | None, census: Census, seeker: Seeker
    ) -> None:
        self._chosen = {one.lower() for one in connection.subscriptions}
        self._earlier, self._census, self._seeker = earlier, census, seeker

    def missing(self, found: Gathered) -> tuple[Missing, ...]:
        """What a record's lists should show and do not: seen before, or named elsewhere tonight."""
        job, shown = found.job, found.seen.items
        before = self._earlier.missing(job, shown, found.exchanges) if self._earlier else []
        by_id = {(one.read, one.id.lower()): one for one in self._census.named(job, shown)}
        by_id |= {(one.read, one.id.lower()): one for one in before}
        return (*self._census.forbidden(job), *by_id.values())

    def unseen(self, job: Job) -> tuple[Missing, ...]:
        """What a record showed before that now cannot be asked at all."""
        return tuple(self._earlier.missing(job, {}, ())) if self._earlier else ()

    async def settle(self, waiting: Iterable[Unsettled]) -> None:
        """Ask for what only a question can tell."""
        await self._seeker.seek([sought for one in waiting for sought in _sought(one)])

    async def settle_subscriptions(self, tenant: Subscriptions) -> Subscriptions:
        """The same of subscriptions that Azure's list does not name."""
        read = collector_by_id(INVENTORY).reads[SUBSCRIPTIONS]
        unlisted = {
            scope: Missing(read=SUBSCRIPTIONS, id=f"/subscriptions/{scope.subscription_id}")
            for scope, gap in tenant.lost.items()
            if gap.kind is GapKind.NOT_ASKED
        }
        await self._seeker.seek([Sought(missing=one, read=read) for one in unlisted.values()])
        return settled(tenant, self._told(unlisted), self._chosen)

    def pages(self, missing: Sequence[Missing]) -> tuple[Exchange, ...]:
        """The answers that tell what became of these."""
        return self._seeker.pages(missing)

    def _told(self, missing: Mapping[Scope, Missing]) -> dict[Scope, Absence]:
        found = {}
        for scope, one in missing.items():
            proofs = proofs_of(self.pages([one]), self._census.listed)
            (found[scope],) = absences([one], proofs, {})
        return found


async def open_accounts(
    ports: Ports,
    connection: Connection,
    earlier: Earlier | None,
    asker: Asker,
    tenant: Subscriptions,
) -> Accounts:
    """Take the census of tonight's tenant, and be ready to ask for what is missing.

    `earlier` are the nights before; None where nothing is to be compared with them.
    """
    census = await take_census(asker, tenant.ids)
    budget = ports.settings.absence_questions
    turn = earlier.run_id if earlier else ""
    seeker = Seeker(Questions(asker), census, budget, blinded=bool(tenant.lost), turn=turn)
    return Accounts(connection, earlier, census, seeker)


def _sought(one: Unsettled) -> list[Sought]:
    reads: Mapping[str, Read] = one.gathered.job.collector.reads
    gaps = one.gathered.seen.gaps
    return [
        Sought(
            missing=missing,
            read=reads[missing.read],
            gaps=tuple(gap for gap in gaps if gap.read == missing.read),
        )
        for missing in one.missing
    ]
