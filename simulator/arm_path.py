"""An ARM path taken apart: scope, provider, type."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class ArmPath:
    """What an ARM path (lower case, no trailing slash) points at."""

    whole: str
    scope: str
    """What stands before the last `/providers/`; the whole path when there is none."""
    namespace: str | None
    """Resource provider, or None for subscriptions, resource groups and resource lists."""
    type: str
    """`namespace/type[/type…]`, or `subscriptions`, `resources`, `resourcegroups`, or empty."""
    names: tuple[str, ...]
    """Names after the provider, one for each type segment that has one."""
    collection: bool
    """True when the path ends with a type and not with a name."""
    subscription: str | None
    resource_group: str | None


def parse(path: str) -> ArmPath:
    """Take a lower-case path apart. Nothing is refused here."""
    parts = path.strip("/").split("/")
    subscription = parts[1] if parts[0] == "subscriptions" and len(parts) > 1 else None
    group = parts[3] if len(parts) > 3 and parts[2] == "resourcegroups" else None
    scope, found, rest = path.rpartition("/providers/")
    if found:
        namespace, *segments = rest.split("/")
        return ArmPath(
            whole=path,
            scope=scope,
            namespace=namespace,
            type="/".join((namespace, *segments[::2])),
            names=tuple(segments[1::2]),
            collection=len(segments) % 2 == 1,
            subscription=subscription,
            resource_group=group,
        )
    collection = len(parts) % 2 == 1
    return ArmPath(
        whole=path,
        scope=path,
        namespace=None,
        type=parts[-1] if collection else parts[-2],
        names=(),
        collection=collection,
        subscription=subscription,
        resource_group=group,
    )
