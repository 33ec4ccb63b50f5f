"""Where a resource is, in words short enough for a table; the whole id is in the attached CSV."""

from collections.abc import Mapping


def place_of(subject: str, subscriptions: Mapping[str, str]) -> str:
    """`Microsoft.Storage/storageAccounts, rg-portal, prod` for an ARM id; the subject otherwise.

    Nested resources name their parents: `Microsoft.Sql/servers/databases sql01/db1, rg, prod`.
    `subscriptions` gives display names by id in lower case.
    """
    parts = subject.strip("/").split("/")
    fields = dict(zip([part.lower() for part in parts[::2]], parts[1::2], strict=False))
    if len(parts) < 2 or "subscriptions" not in fields:
        return subject
    subscription = subscriptions.get(fields["subscriptions"].lower(), fields["subscriptions"])
    within = [fields["resourcegroups"]] if "resourcegroups" in fields else []
    return ", ".join([*_kind(parts), *within, subscription])


def name_of(subject: str, name: str, subscriptions: Mapping[str, str]) -> str:
    """The subject's name; a subscription that is named by its bare id gets its display name."""
    return subscriptions.get(subject.lower(), name)


def _kind(parts: list[str]) -> list[str]:
    """Type of the resource, with the names of its chain when it is nested."""
    lowered = [part.lower() for part in parts]
    if "providers" not in lowered:
        return []
    # the last provider is the resource's own: extension resources carry their parent's before it
    at = len(lowered) - 1 - lowered[::-1].index("providers")
    tail = parts[at + 1 :]
    names = tail[2::2]
    kind = "/".join(tail[:1] + tail[1::2])
    return [f"{kind} {'/'.join(names)}" if len(names) > 1 else kind]
