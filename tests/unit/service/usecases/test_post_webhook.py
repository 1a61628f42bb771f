"""TLS to a judged address: the certificate has to be of the name, although the connection goes to the number."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from service.domain.addresses import networks
from service.usecases.post_webhook import Attempt, Post, trusted

pytest.importorskip("cryptography", reason="makes certificates to try")

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NAME = "hooks.example.com"


@dataclass(frozen=True)
class Server:
    """Speaks TLS with a certificate for one name."""

    port: int
    authority: Path


class Well(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(204)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the library calls it
        return


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    chain, private = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, private)
    listening = ThreadingHTTPServer(("127.0.0.1", 0), Well)
    listening.socket = context.wrap_socket(listening.socket, server_side=True)
    thread = threading.Thread(target=listening.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield Server(listening.server_address[1], chain)
    listening.shutdown()
    listening.server_close()


def send(name: str, server: Server, tls: ssl.SSLContext) -> Attempt:
    async def here(_host: str, _port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    async def once() -> Attempt:
        post = Post(f"https://{name}:{server.port}/", networks("127.0.0.0/8"), tls, here)
        try:
            return await post.send({"content-type": "application/json"}, b"{}", 5.0)
        finally:
            await post.close()

    return asyncio.run(once())


def knowing(server: Server) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(server.authority))


def test_the_name_is_what_the_certificate_is_held_against(server: Server) -> None:
    """Another name at the same address is turned down."""
    assert send(NAME, server, knowing(server)).arrived
    assert send("other.example.com", server, knowing(server)).trouble == "tls"


def test_an_authority_that_nobody_named_is_not_trusted(server: Server) -> None:
    """As it comes, only the usual ones are."""
    found = send(NAME, server, trusted())
    assert (found.status, found.trouble) == (None, "tls")
