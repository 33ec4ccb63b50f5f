"""connection add, list, check."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.edge import ERR, OUT, opened, print_json
from app.errors import UsageError
from app.services.checking import Probe, check_connection
from app.services.connections import new_connection
from app.services.registering import add_connection, find_connection, list_connections
from app.services.store_guarantee import store_guarantee

app = typer.Typer(help="Tenants to collect from.", no_args_is_help=True, rich_markup_mode=None)
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
DENIED = 3


@app.command()
def add(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="Lower-case letters, digits, dashes.")],
    tenant: Annotated[str, typer.Option(help="Tenant id.")],
    client_id: Annotated[str | None, typer.Option(help="Application (client) id.")] = None,
    client_secret_env: Annotated[
        str | None, typer.Option(help="Variable that holds the client secret (development).")
    ] = None,
    certificate: Annotated[
        Path | None, typer.Option(help="PEM or PKCS#12 file with certificate and private key.")
    ] = None,
    certificate_password_env: Annotated[
        str | None, typer.Option(help="Variable that holds the certificate's password.")
    ] = None,
    federated_token_file: Annotated[
        Path | None, typer.Option(help="Workload identity token file.")
    ] = None,
    cloud: Annotated[str, typer.Option(help="public, usgov, china or custom.")] = "public",
    cloud_file: Annotated[Path | None, typer.Option(help="TOML of a custom cloud.")] = None,
    subscription: Annotated[
        list[str] | None,
        typer.Option(help="Only this one; may be repeated [all that can be seen]."),
    ] = None,
    schedule: Annotated[
        str | None, typer.Option(help="Cron line in UTC [of the settings].")
    ] = None,
    *,
    managed_identity: Annotated[
        bool, typer.Option("--managed-identity", help="The identity of this machine.")
    ] = False,
) -> None:
    """Add a tenant. The secret itself is never stored, only where it is found."""
    references = {
        "secret_env": client_secret_env,
        "certificate_file": certificate,
        "workload_identity": federated_token_file,
        "managed_identity": managed_identity or None,
    }
    kinds = [kind for kind, given in references.items() if given is not None]
    if len(kinds) != 1:
        raise UsageError(
            "say exactly one of --client-secret-env, --certificate, --federated-token-file or "
            "--managed-identity"
        )
    file = certificate or federated_token_file
    given = {
        "kind": kinds[0],
        "client_id": client_id,
        "secret_env": client_secret_env,
        "file": str(file.resolve()) if file else None,
        "password_env": certificate_password_env,
    }
    with opened(ctx) as ports:
        connection = new_connection(
            name=name,
            tenant_id=tenant,
            credential={key: value for key, value in given.items() if value is not None},
            cloud=cloud,
            cloud_file=cloud_file,
            subscriptions=tuple(subscription or ()),
            schedule=schedule or ports.settings.schedule,
        )
        add_connection(ports, connection)
    OUT.print(f"Connection {name} added. Next: annexa connection check {name}", markup=False)


@app.command("list")
def list_all(ctx: typer.Context, *, as_json: Json = False) -> None:
    """All connections."""
    with opened(ctx) as ports:
        known = list_connections(ports)
    if as_json:
        print_json([connection.detail() for connection in known])
        return
    for one in known:
        OUT.print(
            f"{one.name}  tenant {one.tenant_id}  {one.credential['kind'].replace('_', ' ')}  "
            f"{one.cloud}  schedule {one.schedule} UTC",
            markup=False,
        )
    if not known:
        OUT.print("No connection yet; add one with `annexa connection add`.")


@app.command()
def check(
    ctx: typer.Context,
    name: Annotated[str | None, typer.Argument(help="Connection.")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Ask each source in every subscription, say which permission is missing. Seals nothing."""
    with opened(ctx) as ports:
        probes = check_connection(ports, find_connection(ports, name))
        ERR.print(f"Store: {store_guarantee(ports).detail}", markup=False)
    if as_json:
        print_json([probe.plain() for probe in probes])
    else:
        _print(probes)
    if not all(probe.seen for probe in probes):
        raise typer.Exit(DENIED)


def _print(probes: list[Probe]) -> None:
    """A line for each source; where it is missing, a line for each scope."""
    by_source: dict[tuple[str, str], list[Probe]] = {}
    for probe in probes:
        by_source.setdefault((probe.collector_id, probe.read), []).append(probe)
    for (collector, read), found in by_source.items():
        lost = [probe for probe in found if not probe.seen]
        if not lost:
            OUT.print(f"ok       {collector}  {read}", markup=False)
        for detail in dict.fromkeys(probe.detail for probe in found if probe.seen and probe.detail):
            OUT.print(f"         {detail}", markup=False)
        if left := sum(probe.not_tried for probe in found):
            tried = sum(probe.tried for probe in found)
            OUT.print(f"         asked of {tried} resources, {left} more not tried", markup=False)
        for probe in lost:
            OUT.print(f"MISSING  {collector}  {read}  in {probe.scope}", markup=False)
            OUT.print(f"         {probe.detail}", markup=False)
            OUT.print(f"         needs {', '.join(probe.needs)}", markup=False)
    _print_sum(probes, len(by_source))


def _print_sum(probes: list[Probe], sources: int) -> None:
    missing = {(one.collector_id, one.read) for one in probes if not one.seen}
    scopes = {one.scope for one in probes} - {"tenant"}
    left = sum(one.not_tried for one in probes)
    OUT.print(
        f"\n{sources - len(missing)} of {sources} sources can be read, asked in "
        f"{len(scopes)} subscription{'s' * (len(scopes) != 1)}."
        + (
            f" Of single resources the first of each type was asked; {left} were not tried: "
            "a fault of one of them shows at night only."
        )
        * bool(left)
        + " Grant what is missing (see `annexa permissions`) before the first night."
        * bool(missing),
        markup=False,
    )
