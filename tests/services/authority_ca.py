"""An organisation's own certificate authority, as `openssl ca` runs it: a root and one below it."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

OWNER = "/O=Northgate Health"
CONFIG = """
[ca]
default_ca = own
[own]
dir = {folder}
database = {folder}/index.txt
serial = {folder}/serial
new_certs_dir = {folder}
default_md = sha256
default_days = 400
policy = any
copy_extensions = copy
unique_subject = no
[any]
organizationName = optional
commonName = supplied
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[seal]
basicConstraints = CA:FALSE
[other_uses]
basicConstraints = CA:FALSE
keyUsage = critical,digitalSignature,nonRepudiation
extendedKeyUsage = serverAuth
[no_commitment]
basicConstraints = CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = emailProtection
"""


@dataclass(frozen=True)
class Authority:
    """Its folder: `root.pem`, `issuing.pem` with the root after it, keys and register."""

    folder: Path

    @classmethod
    def made(cls, folder: Path) -> "Authority":
        folder.mkdir()
        (folder / "ca.cnf").write_text(CONFIG.format(folder=folder))
        (folder / "index.txt").touch()
        (folder / "serial").write_text("1000\n")
        made = cls(folder)
        made.openssl(
            *("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "root.key"),
            *(
                "-out",
                "root.pem",
                "-days",
                "3650",
                "-subj",
                f"{OWNER}/CN=Corporate Root",
            ),
            *("-config", "ca.cnf", "-extensions", "authority"),
        )
        made.openssl(
            *(
                "req",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-keyout",
                "issuing.key",
                "-out",
                "issuing.csr",
            ),
            *("-subj", f"{OWNER}/CN=Corporate Issuing CA", "-config", "ca.cnf"),
        )
        made.sign("issuing.csr", "issuing.pem", "authority", by="root")
        return made

    @property
    def chain(self) -> Path:
        """The issuing authority's certificate and its root's, the root first."""
        path = self.folder / "chain.pem"
        path.write_bytes((self.folder / "root.pem").read_bytes())
        with path.open("ab") as file:
            file.write((self.folder / "issuing.pem").read_bytes())
        return path

    def sign(
        self, request: str, out: str, extensions: str = "seal", by: str = "issuing", *more: str
    ) -> Path:
        """The certificate that answers a request."""
        self.openssl(
            *("ca", "-batch", "-notext", "-config", "ca.cnf", "-extensions", extensions),
            *("-cert", f"{by}.pem", "-keyfile", f"{by}.key", "-in", request, "-out", out, *more),
        )
        return self.folder / out

    def openssl(self, *words: str) -> str:
        """What openssl prints, run in the folder."""
        done = subprocess.run(
            ["openssl", *words], cwd=self.folder, check=False, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr
