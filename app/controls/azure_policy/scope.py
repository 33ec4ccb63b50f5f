"""Where a policy assignment works, as far as ids tell: pure."""

_ASSIGNMENT = "/providers/microsoft.authorization/policyassignments/"
_ABOVE = "/providers/microsoft.management/"


def type_of(resource: str) -> str:
    """Type of an ARM id (lower case): `microsoft.sql/servers/databases`, or that of a container."""
    _, found, rest = resource.rpartition("/providers/")
    if not found:
        groups = "resourcegroups" if "/resourcegroups/" in resource else ""
        return f"microsoft.resources/subscriptions/{groups}".rstrip("/")
    namespace, *segments = rest.split("/")
    return "/".join((namespace, *segments[::2]))


def parent_of(resource: str) -> str | None:
    """What a facet belongs to: Azure evaluates `…/blobServices/default`, we the account."""
    parent, _, name = resource.rpartition("/")
    return parent.rpartition("/")[0] if name == "default" else None


def reaches(assignment: str, seen_at: str, resource: str) -> bool:
    """Whether an assignment holds for a resource; all are ARM ids in lower case.

    What is under a management group no id tells: there it holds for the subscriptions in which it
    was seen at work, of which `seen_at` is one resource.
    """
    scope = assignment.partition(_ASSIGNMENT)[0]
    if scope.startswith(_ABOVE) or not scope:
        scope = "/".join(seen_at.split("/")[:3])
    return f"{resource}/".startswith(f"{scope}/")
