"""How the configuration of a resource is made to have a verdict: changes of its good body."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from simulator.tenant.estate.dice import BAD_SHARE
from simulator.tenant.kit.scene import Scene


class Absent:
    """The value of a property that Azure leaves out."""


ABSENT: Final = Absent()
Change: TypeAlias = Mapping[str, Any] | Callable[[Scene], Mapping[str, Any]]
"""Values by dotted path from the top of the body, `{"properties.networkAcls.defaultAction":
"Allow"}`: set, or left out where the value is ABSENT. A list is replaced as a whole. A function
gives it where it depends on the resource."""
OPEN_SHARE = 0.03


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """The built-in definition of Azure Policy that asks the same as the check."""

    guid: str
    effect: str = "audit"
    child: str = ""
    """What Azure evaluates is this below the subject of the check, `/blobServices/default`."""
    looser: bool = False
    """Whether Azure lets some pass that the check does not."""
    initiative: str = ""
    """An initiative of `posture.policy_states`; without one it is assigned by itself."""


def everybody(_: Scene) -> bool:
    """The check asks every resource of the type."""
    return True


def phi(scene: Scene) -> bool:
    """The check asks only what is tagged as holding patients' data."""
    return scene.resource.phi


def by_chance(_: Scene) -> str:
    """Nothing is settled before the draw."""
    return ""


def where(state: Callable[[Scene], bool], verdict: str) -> Callable[[Scene], str]:
    """Settles the verdict of all that are in the state: the body must have it by itself there."""
    return lambda scene: verdict if state(scene) else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One check of a type. Who fails is drawn first; the body is then changed to have it.

    Where a type's body reads the verdicts itself, because settings hang together, the ways are
    left out and the fault only says who is asked.
    """

    fails: tuple[Change, ...] = ()
    """Ways to fail, of which one is drawn."""
    passes: tuple[Change, ...] = ()
    """Ways to pass, of which one is drawn; without any the good body passes as it is."""
    unknown: tuple[Change, ...] = ()
    """States of which even the documents leave open what they are: a few resources have one."""
    share: float = BAD_SHARE
    """Of those asked, how many fail; of two or more one at least fails and one passes."""
    asked: Callable[[Scene], bool] = everybody
    """Whom the check asks; of the others no verdict is expected."""
    settled: Callable[[Scene], str] = by_chance
    """The verdict of a resource that takes no part in the draw, for its body has it as it is (who
    never set anything fails); else an empty text. `where` makes such a function."""
    policy: Policy | None = None

    def before_the_draw(self, check: str, scene: Scene) -> str:
        """The verdict that no draw decides: of odd resources, settled ones, and open states."""
        if scene.resource.odd:
            return "unknown"
        settled = self.settled(scene)
        if settled or not self.unknown or scene.resource.ordinal < 3:
            return settled
        short = check.rpartition(".")[2]
        return "unknown" if scene.share("unsaid", short) < OPEN_SHARE else ""

    def change(self, check: str, scene: Scene) -> Mapping[str, Any]:
        """What of the good body is changed to have the verdict."""
        ways = {"fail": self.fails, "pass": self.passes, "unknown": self.unknown}
        offered = ways.get(scene.verdicts.get(check, ""), ())
        if not offered or scene.resource.odd or self.settled(scene):
            return {}
        drawn = scene.pick(offered, "way", check)
        return drawn(scene) if callable(drawn) else drawn


def changed(body: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """The body with the change made; the body itself stays as it is."""
    made = dict(body)
    for path, value in change.items():
        first, _, rest = path.partition(".")
        if rest:
            made[first] = changed(made.get(first) or {}, {rest: value})
        elif value is ABSENT:
            made.pop(first, None)
        else:
            made[first] = value
    return made
