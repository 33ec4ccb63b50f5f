"""Everybody in the directory of Northgate Health who holds roles: people, groups, services.

Objects are shaped by the documented answer of getByIds, which gives users a default subset:
https://learn.microsoft.com/graph/api/directoryobject-getbyids
Members are those of https://learn.microsoft.com/graph/api/group-list-transitivemembers: nested
groups and what is in them, each once.
"""

from typing import Any, NamedTuple

from simulator.tenant.estate.dice import Dice
from simulator.tenant.estate.estate import Estate, Fragment

PEOPLE = (
    ("Amara Okafor", "a.okafor"),
    ("Bjorn Lindqvist", "b.lindqvist"),
    ("Camille Moreau", "c.moreau"),
    ("Daichi Tanaka", "d.tanaka"),
    ("Elena Silva", "e.silva"),
    ("Filip Novak", "f.novak"),
    ("Greta Hansen", "g.hansen"),
    ("Hamid Rahimi", "h.rahimi"),
    ("Ines Costa", "i.costa"),
    ("Jonas Weber", "j.weber_partner.example#EXT#"),
)
SERVICES = ("deploy-portal", "deploy-imaging", "backup-runner", "cost-exporter", "dns-sync")
DEVICE = "kiosk-ward-7"


class Group(NamedTuple):
    """Who is in a group directly, by place in the lists above."""

    people: tuple[int, ...] = ()
    services: tuple[int, ...] = ()
    nested: tuple[str, ...] = ()
    crowd: int = 0
    """Further people, whom nothing else names."""


GROUPS = {
    "sg-on-call": Group(people=(2, 6)),
    "sg-platform-operators": Group(people=(0, 1), nested=("sg-on-call",)),
    "sg-night-shift": Group(nested=("sg-on-call",)),
    "sg-all-clinicians": Group(crowd=1100),
    "sg-pipelines": Group(services=(0, 1)),
    "sg-robots": Group(nested=("sg-pipelines",)),
    "sg-vacant": Group(),
}
WITH_PEOPLE = ("sg-platform-operators", "sg-night-shift", "sg-all-clinicians")
WITHOUT_PEOPLE = ("sg-pipelines", "sg-robots", "sg-vacant")


def person(dice: Dice, index: int) -> str:
    """Object id of one of PEOPLE."""
    return dice.guid("person", PEOPLE[index][1])


def service(dice: Dice, index: int) -> str:
    """Object id of the service principal of one of SERVICES."""
    return dice.guid("service", SERVICES[index])


def group(dice: Dice, name: str) -> str:
    """Object id of one of GROUPS."""
    return dice.guid("group", name)


def device(dice: Dice) -> str:
    """Object id of the only device that holds anything."""
    return dice.guid("device", DEVICE)


def generate(estate: Estate) -> Fragment:
    """The directory's objects, and the members of every group."""
    dice = estate.dice
    members = {
        f"/groups/{group(dice, name)}/transitivemembers": _members(dice, name) for name in GROUPS
    }
    return Fragment(graph={"/directoryobjects": _objects(estate), **members})


def _objects(estate: Estate) -> list[dict[str, Any]]:
    dice = estate.dice
    users = [_user(person(dice, index), *one) for index, one in enumerate(PEOPLE)]
    groups = [_group(group(dice, name), name) for name in GROUPS]
    services = [_service(estate, index) for index in range(len(SERVICES))]
    kiosk = {"@odata.type": "#microsoft.graph.device", "id": device(dice), "displayName": DEVICE}
    return [
        *users,
        *groups,
        *services,
        kiosk | {"accountEnabled": True, "deviceId": dice.guid("d")},
    ]


def _user(identity: str, name: str, account: str) -> dict[str, Any]:
    domain = "northgatehealth.onmicrosoft.com" if "#EXT#" in account else "northgatehealth.example"
    return {
        "@odata.type": "#microsoft.graph.user",
        "id": identity,
        "businessPhones": [],
        "displayName": name,
        "givenName": name.split(maxsplit=1)[0],
        "jobTitle": None,
        "mail": None,
        "mobilePhone": None,
        "officeLocation": None,
        "preferredLanguage": None,
        "surname": name.rsplit(maxsplit=1)[-1],
        "userPrincipalName": f"{account}@{domain}",
    }


def _group(identity: str, name: str) -> dict[str, Any]:
    return {
        "@odata.type": "#microsoft.graph.group",
        "id": identity,
        "displayName": name,
        "description": None,
        "groupTypes": [],
        "mailEnabled": False,
        "securityEnabled": True,
        "isAssignableToRole": None,
    }


def _service(estate: Estate, index: int) -> dict[str, Any]:
    return {
        "@odata.type": "#microsoft.graph.servicePrincipal",
        "id": service(estate.dice, index),
        "appId": estate.dice.guid("service app", SERVICES[index]),
        "displayName": SERVICES[index],
        "accountEnabled": True,
        "appOwnerOrganizationId": estate.tenant_id,
        "servicePrincipalType": "Application",
    }


def _members(dice: Dice, name: str) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    waiting = [name]
    while waiting:
        here = GROUPS[waiting.pop(0)]
        users = [person(dice, index) for index in here.people]
        users += [dice.guid("clinician", index) for index in range(here.crowd)]
        typed = {"user": users, "servicePrincipal": [service(dice, i) for i in here.services]}
        typed["group"] = [group(dice, one) for one in here.nested]
        for kind, ids in typed.items():
            for one in ids:
                found[one] = {"@odata.type": f"#microsoft.graph.{kind}", "id": one}
        waiting += here.nested
    return list(found.values())
