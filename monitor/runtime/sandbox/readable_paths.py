"""What a worker process may read: Python, its packages and ours, the system's libraries and, to send, what finds hosts
and trusts their certificates. Not the folder with the configuration, nor the database."""

from __future__ import annotations

import mimetypes
import os
import site
import ssl
import sys
import sysconfig
import zoneinfo
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import monitor
from monitor.runtime.sandbox.profiles import SandboxProfile

_SYSTEM = (
    *("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib"),
    *("/etc/ld.so.cache", "/etc/localtime"),
)
_NAME_LOOKUP = ("resolv.conf", "hosts", "nsswitch.conf", "host.conf", "gai.conf", "services")
# Where the links in the folders of certificates lead to. The folders above them also hold private keys.
_CERTIFICATES = (
    *("/usr/share/ca-certificates", "/usr/local/share/ca-certificates"),  # Debian, Alpine
    *("/etc/pki/tls/certs", "/etc/pki/ca-trust/extracted"),  # Fedora
    "/etc/ca-certificates/extracted",  # Arch
    *("/etc/ssl/certs", "/etc/ssl/cert.pem"),
    *("/etc/ssl/openssl.cnf", "/etc/pki/tls/openssl.cnf", "/etc/crypto-policies"),
)
_CERTIFICATE_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def prepare_paths() -> None:
    """Ask Python for its own paths, which takes some milliseconds: before a process is forked, and not in each."""
    _list_python_paths()
    _list_certificate_paths()


def list_readable_paths(profile: SandboxProfile) -> list[str]:
    """Absolute paths of files and of folders, some of which may not exist."""
    return [path for path in dict.fromkeys(_list_paths(profile)) if Path(path).is_absolute()]


def _list_paths(profile: SandboxProfile) -> Iterator[str]:
    yield from _list_python_paths()
    yield from _SYSTEM
    if profile.network:
        yield from (f"/etc/{name}" for name in _NAME_LOOKUP)
        yield from _CERTIFICATES
        yield from _list_certificate_paths()
        for name in _CERTIFICATE_VARIABLES:
            yield from filter(None, os.environ.get(name, "").split(os.pathsep))


@cache
def _list_python_paths() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    packages = [*site.getsitepackages(), *([site.getusersitepackages()] if site.ENABLE_USER_SITE else [])]
    return (
        *_list_added_folders(),
        str(Path(paths["stdlib"]).parent),  # with libpython
        *(paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")),
        *packages,
        str(Path(monitor.__file__).parent),
        *zoneinfo.TZPATH,
        *(os.fspath(each) for each in mimetypes.knownfiles),
    )


def _list_added_folders() -> Iterator[str]:
    """Where packages come from that are installed elsewhere (PYTHONPATH, .pth files): but neither the folder that holds
    our own package, which in a checkout holds much else, nor one that holds the working folder."""
    others = {Path(monitor.__file__).parents[1], Path.cwd(), *Path.cwd().parents}
    yield from (entry for entry in sys.path if Path(entry).is_absolute() and Path(entry) not in others)


@cache
def _list_certificate_paths() -> tuple[str, ...]:
    """Where this OpenSSL looks by default."""
    found = ssl.get_default_verify_paths()
    return found.openssl_cafile, found.openssl_capath
