"""The verifier as the installed program runs it; bundles carry the same code as one file."""

import sys

from app.packs.verify.command import main

if __name__ == "__main__":
    sys.exit(main())
