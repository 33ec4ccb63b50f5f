"""A socket that a command serves on."""

import socket

from app.errors import UnavailableError


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises UnavailableError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except (OSError, UnicodeError) as error:
        told = error.strerror if isinstance(error, OSError) else "not a host name"
        reason = str(told).partition(" (while ")[0]  # Python repeats the address there
        raise UnavailableError(
            f"cannot listen on {host}, port {port} ({reason}); choose another with --host and "
            "--port, or stop what uses it"
        ) from error


def address_of(open_socket: socket.socket) -> str:
    """Host and port as a URL has them."""
    host, port = open_socket.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
