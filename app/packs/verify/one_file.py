"""The verifier's modules as the one file that a bundle carries, for an auditor to read and run."""

import ast
from pathlib import Path

PARTS = (
    "trust/time/openssl",
    "packs/verify/checks",
    "packs/verify/layout",
    "packs/verify/container",
    "packs/verify/signatures",
    "packs/verify/signer",
    "packs/verify/logkey",
    "packs/verify/rotation",
    "packs/verify/times",
    "packs/verify/completeness",
    "packs/verify/log",
    "packs/verify/command",
)
"""Files of this program, in the order in which each needs only those before it."""
APP = Path(__file__).parents[2]
HEAD = '''#!/usr/bin/env python3
"""Verify an evidence bundle. Needs Python 3.8 or later and the `openssl` command, version 3.

    python3 verify.py [DIR|BUNDLE.asice] --root root.pem --log-vkey "$(cat log.vkey)"

Where other time authorities than the organisation's own date it: --time-root FILE for each.
The anchors come from the command line, never from the bundle: obtain them from the organisation
by another way than the bundle itself. VERIFY.md shows the same checks done by hand.
Exit code 0: verified; 5: something did not verify; 2: wrong use.
"""

from __future__ import annotations

'''


def verifier() -> bytes:
    """Text of verify.py: the same for every bundle of one version of this program."""
    imports: set[str] = set()
    bodies: list[str] = []
    for part in PARTS:
        source = (APP / f"{part}.py").read_text(encoding="utf-8")
        tree = ast.parse(source)
        title = (ast.get_docstring(tree) or part).splitlines()[0]
        heads = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
        imports |= {ast.unparse(node) for node in heads if not _inner(node)}
        body = source.splitlines()[heads[-1].end_lineno or 0 :]
        bodies.append(f"# --- {title}\n" + "\n".join(body).rstrip())
    return (HEAD + "\n".join(sorted(imports)) + "\n\n\n" + "\n\n\n".join(bodies) + "\n").encode()


def _inner(node: ast.Import | ast.ImportFrom) -> bool:
    """Imports that one file does not need: its own parts, and what the head has."""
    module = node.module if isinstance(node, ast.ImportFrom) else None
    return module == "__future__" or (module or "").startswith("app.")
