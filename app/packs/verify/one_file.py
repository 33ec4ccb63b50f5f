"""The verifier's modules as the one file that a bundle carries, for an auditor to read and run."""

import ast
from pathlib import Path

PARTS = (
    "trust/time/openssl",
    "evidence/redaction/commitment",
    "packs/verify/checks",
    "packs/verify/container/files",
    "packs/verify/container/layout",
    "packs/verify/container/members",
    "packs/verify/container/archive",
    "packs/verify/seals/signatures",
    "packs/verify/seals/signer",
    "packs/verify/seals/times",
    "packs/verify/seals/pdf",
    "packs/verify/log/logkey",
    "packs/verify/log/sealed_json",
    "packs/verify/log/tiles",
    "packs/verify/log/checkpoint",
    "packs/verify/log/rotation",
    "packs/verify/log/witness",
    "packs/verify/log/objects",
    "packs/verify/log/completeness",
    "packs/verify/log/commitments",
    "packs/verify/log/entries",
    "packs/verify/drawn",
    "packs/verify/redacted",
    "packs/verify/period/planned",
    "packs/verify/period/links",
    "packs/verify/period/nights",
    "packs/verify/period/left_open",
    "packs/verify/period/period",
    "packs/verify/options",
    "packs/verify/command",
)
"""Files of this program, in the order in which each needs only those before it."""
APP = Path(__file__).parents[2]
HEAD = '''#!/usr/bin/env python3
"""Verify an evidence bundle. Needs Python 3.8 or later and the `openssl` command, version 3.

    python3 -I verify.py BUNDLE.asice --root root.pem --log-vkey log.vkey

Where other time authorities than the organisation's own date it: --time-root FILE for each.
What was handed out with parts hidden: --redacted FILE, with a bundle or alone.
The anchors come from the command line, never from the bundle: obtain them from the organisation
by another way than the bundle itself. VERIFY.md shows the same checks done by hand.
-I keeps Python from running what lies beside this file, which is refused without it.
Exit code 0: verified; 5: something did not verify; 2: wrong use.
"""

from __future__ import annotations

import sys

if __name__ == "__main__" and not sys.flags.isolated:
    sys.stderr.write("run it as: python3 -I verify.py BUNDLE.asice --root ... (see --help)\\n")
    sys.exit(2)

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
