"""permissions, collectors: what is asked of Azure and judged, known without a home."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.checks_page import checks_page
from app.cli.edge import OUT, Json, home_folder, print_json
from app.controls.expectations import Value, expectation_values, load_expectations
from collectors.kit import Check, Collector
from collectors.kit.catalogue.permissions import azure_actions, custom_role, graph_permissions
from collectors.kit.catalogue.registry import all_collectors


def permissions(
    scope: Annotated[
        str, typer.Option(help="Where the role may be assigned.")
    ] = "/providers/Microsoft.Management/managementGroups/<tenant id>",
    *,
    as_json: Json = False,
) -> None:
    """The least rights the collectors need: a custom role and Graph permissions."""
    known = all_collectors()
    if as_json:
        print_json({"role": custom_role(known, scope), "graph": graph_permissions(known)})
        return
    OUT.print(
        "Azure custom role (az role definition create --role-definition <file>; --json prints it):"
    )
    for action in azure_actions(known):
        OUT.print(f"  {action}")
    OUT.print("\nMicrosoft Graph application permissions (admin consent needed):")
    for permission in graph_permissions(known):
        OUT.print(f"  {permission}")
    OUT.print("\nNo permission writes, and none returns a secret.")


def collectors(
    ctx: typer.Context,
    *,
    as_json: Json = False,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="As one page, without this home's values.")
    ] = False,
) -> None:
    """Every source and its checks, with controls and the expectations they are measured by."""
    known = all_collectors()
    if markdown:
        typer.echo(checks_page(known), nl=False)
        return
    expected = _expected(home_folder(ctx))
    if as_json:
        print_json([_document(one, expected) for one in known])
        return
    for one in known:
        OUT.print(f"{one.id}  {one.title}", style="bold")
        for check in one.checks:
            _print_check(check, expected)


def _expected(home: Path) -> Mapping[str, Value]:
    """The values of this home; where there is none, those the product comes with."""
    if not home.is_dir():
        return expectation_values(load_expectations())
    from app.settings import load_settings  # takes longer than all else here

    return expectation_values(load_expectations(load_settings(home).expectations))


def _document(collector: Collector, expected: Mapping[str, Value]) -> dict[str, Any]:
    return {
        "id": collector.id,
        "title": collector.title,
        "reads": sorted(collector.reads),
        "checks": [
            {
                "id": f"{collector.id}.{check.id}",
                "title": check.title,
                "controls": check.controls,
                "expectation": check.expectation,
                "expected": expected.get(check.expectation or ""),
                "owner": check.owner.value,
                "remedy": check.remedy,
                "policy": check.policy,
            }
            for check in collector.checks
        ],
    }


def _print_check(check: Check, expected: Mapping[str, Value]) -> None:
    value = f" [{expected[check.expectation]}]" if check.expectation else ""
    OUT.print(f"  {check.id:26} {check.title}{value}  ({', '.join(check.controls)})")
    if check.policy:
        OUT.print(f"  {'':26} Azure Policy {check.policy} asks the same")
