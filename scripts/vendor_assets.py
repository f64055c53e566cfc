"""Fetch the third-party assets named in assets.toml, check them, and lay them under static/vendor/.

    uv run scripts/vendor_assets.py            # fetch, check, write, update SHA256SUMS
    uv run scripts/vendor_assets.py --check    # offline: re-hash what is in the repository

The result is committed: a clone never needs the registry. Only the standard library is used, `npm pack` to
fetch a package, and `fontTools` (development group) for the TrueType copies used by the PDF documents.
"""

import argparse
import base64
import hashlib
import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MANIFEST = Path(__file__).with_name("assets.toml")
VENDOR = ROOT / "static" / "vendor"
SUMS = VENDOR / "SHA256SUMS"

# The maps are not vendored, and the manifest storage refuses a reference to a file that does not exist.
SOURCE_MAP = re.compile(rb"\n?(/\*# sourceMappingURL=[^*]*\*/|//# sourceMappingURL=\S*)\s*$")


class AssetError(Exception):
    """A package is not what the manifest says, or a vendored file changed."""


def load_manifest() -> dict:
    """The parsed assets.toml."""
    return tomllib.loads(MANIFEST.read_text(encoding="utf-8"))


def check_integrity(content: bytes, integrity: str) -> None:
    """Compare a tarball with its `sha512-<base64>` value; AssetError when they differ."""
    algorithm, _, expected = integrity.partition("-")
    if algorithm != "sha512":
        raise AssetError(f"only sha512 is accepted, not {algorithm}")
    actual = base64.b64encode(hashlib.sha512(content).digest()).decode()
    if actual != expected:
        raise AssetError(f"integrity differs: expected {expected}, got {actual}")


def fetch(package: str, version: str, folder: Path) -> bytes:
    """The published tarball of one package, through the ordinary npm client."""
    done = subprocess.run(
        ["npm", "pack", "--silent", f"{package}@{version}"],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    return (folder / done.stdout.strip().splitlines()[-1]).read_bytes()


def extract(tarball: Path, files: dict[str, str], target: Path) -> None:
    """Write the named files of the tarball (their folder inside it is `package/`) into `target`."""
    target.mkdir(parents=True, exist_ok=True)
    with tarfile.open(tarball) as archive:
        for inside, name in files.items():
            member = archive.extractfile(f"package/{inside}")
            if member is None:
                raise AssetError(f"{inside} is not a file of {tarball.name}")
            content = member.read()
            if name.endswith((".css", ".js")):
                content = SOURCE_MAP.sub(b"\n", content)
            (target / name).write_bytes(content)


def vendor(asset: dict) -> None:
    """Fetch, check and extract one entry of the manifest."""
    with tempfile.TemporaryDirectory() as scratch:
        content = fetch(asset["package"], asset["version"], Path(scratch))
        check_integrity(content, asset["integrity"])
        tarball = Path(scratch) / "checked.tgz"
        tarball.write_bytes(content)
        extract(tarball, asset["files"], VENDOR / asset["folder"] / asset["version"])


def make_document_fonts(fonts: dict) -> None:
    """Write the TrueType copies of the web fonts, with their licence beside them."""
    from fontTools.ttLib import TTFont

    target = ROOT / fonts["folder"]
    target.mkdir(parents=True, exist_ok=True)
    for source, name in fonts["files"].items():
        font = TTFont(ROOT / source, recalcTimestamp=False)  # the same input gives the same bytes
        font.flavor = None
        font.save(target / name)
    (target / "OFL.txt").write_bytes((ROOT / fonts["licence"]).read_bytes())


def vendored_files(manifest: dict) -> list[Path]:
    """Every file this script is answerable for, sorted, as paths of the repository."""
    found = [path for path in VENDOR.rglob("*") if path.is_file() and path != SUMS]
    found += [path for path in (ROOT / manifest["fonts"]["folder"]).rglob("*") if path.is_file()]
    return sorted(path.relative_to(ROOT) for path in found)


def compute_sums(manifest: dict) -> dict[str, str]:
    """sha256 of each vendored file, by its path in the repository."""
    return {
        path.as_posix(): hashlib.sha256((ROOT / path).read_bytes()).hexdigest()
        for path in vendored_files(manifest)
    }


def read_sums() -> dict[str, str]:
    """The recorded sha256 values, by path."""
    lines = SUMS.read_text(encoding="utf-8").splitlines()
    return {path: digest for digest, path in (line.split("  ", 1) for line in lines)}


def check(manifest: dict) -> None:
    """Re-hash the vendored files; AssetError when one changed, is missing, or came from nowhere."""
    recorded, actual = read_sums(), compute_sums(manifest)
    wrong = sorted(path for path in recorded.keys() | actual.keys() if recorded.get(path) != actual.get(path))
    if wrong:
        raise AssetError("differs from SHA256SUMS: " + ", ".join(wrong))


def main() -> int:
    parser = argparse.ArgumentParser(description="Vendor the third-party assets.")
    parser.add_argument("--check", action="store_true", help="only re-hash the vendored files, offline")
    options = parser.parse_args()
    manifest = load_manifest()
    try:
        if not options.check:
            for asset in manifest["asset"]:
                print(f"{asset['package']} {asset['version']} ({asset['licence']})")
                vendor(asset)
            make_document_fonts(manifest["fonts"])
            SUMS.write_text(
                "".join(f"{digest}  {path}\n" for path, digest in compute_sums(manifest).items()),
                encoding="utf-8",
            )
        check(manifest)
    except AssetError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
