"""The commands an auditor checks a bundle with, as the pack prints them."""

from app.packs.view.facts import Command


def verification_commands(pack_id: str) -> tuple[Command, ...]:
    """Commands in order, as VERIFY.md of the bundle has them.

    `root.pem` and `log.vkey` are the anchors, given out of band and lying beside the bundle.
    """
    return (
        Command(
            line=f"unzip bundle.asice -d {pack_id} && cd {pack_id}",
            shows="opens the bundle; any zip program will do",
        ),
        Command(
            line="sha256sum -c sha256sums.txt",
            shows="every file is the one that was sealed",
        ),
        Command(
            line=(
                "openssl cms -verify -cades -binary -inform DER "
                "-in META-INF/signature001.p7s -content META-INF/ASiCManifest001.xml "
                "-CAfile ../root.pem -out /dev/null"
            ),
            shows="the organisation sealed this list of files",
        ),
        Command(
            line=(
                "openssl ts -verify -in checkpoint/checkpoint.tsr -data checkpoint/checkpoint "
                "-CAfile ../root.pem"
            ),
            shows="the checkpoint existed when the time token says",
        ),
        Command(
            line=(
                f"(cd .. && python3 -I {pack_id}/verify.py bundle.asice --root root.pem "
                "--log-vkey log.vkey)"
            ),
            shows="every record is in the log that the checkpoint signs, and nothing was added",
        ),
    )
