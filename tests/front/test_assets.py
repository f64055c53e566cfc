"""What a page loads: ours or checked, present, and light."""

import gzip
import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
STATIC = ROOT / "static"
BUDGET = 100_000  # bytes, gzipped, for everything one page loads (DESIGN, Engine)


def load_script():
    spec = importlib.util.spec_from_file_location("vendor_assets", ROOT / "scripts" / "vendor_assets.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


vendor_assets = load_script()


def loaded_by_a_page() -> list[Path]:
    """The files that base.html names, and those that the style sheet asks for in turn."""
    base = (ROOT / "templates" / "base.html").read_text(encoding="utf-8")
    found = {STATIC / name for name in re.findall(r'{% static "([^"]+)" %}', base)}
    sheet = STATIC / "css" / "portal.css"
    asked = re.findall(r'url\("(\.\.[^"]+)"\)', sheet.read_text(encoding="utf-8"))
    found |= {(sheet.parent / name).resolve() for name in asked}
    return sorted(found)


def test_vendored_files_are_those_that_were_checked():
    vendor_assets.check(vendor_assets.load_manifest())


def test_every_file_of_the_manifest_is_there():
    for asset in vendor_assets.load_manifest()["asset"]:
        folder = STATIC / "vendor" / asset["folder"] / asset["version"]
        assert {path.name for path in folder.iterdir()} == set(asset["files"].values())
        assert "LICENSE" in asset["files"].values()


def test_a_changed_package_is_refused():
    integrity = "sha512-" + "A" * 86 + "=="
    with pytest.raises(vendor_assets.AssetError, match="integrity differs"):
        vendor_assets.check_integrity(b"anything", integrity)
    with pytest.raises(vendor_assets.AssetError, match="only sha512"):
        vendor_assets.check_integrity(b"anything", "sha1-abc")


def test_a_changed_file_is_seen(tmp_path, monkeypatch):
    sums = tmp_path / "SHA256SUMS"
    recorded = vendor_assets.SUMS.read_text()
    sums.write_text(recorded.replace("  static/vendor/htmx", "  static/vendor/other", 1))
    monkeypatch.setattr(vendor_assets, "SUMS", sums)
    with pytest.raises(vendor_assets.AssetError, match="htmx"):
        vendor_assets.check({"fonts": {"folder": "reporting/fonts"}})


def test_a_page_loads_less_than_the_budget():
    weights = {path.name: len(gzip.compress(path.read_bytes(), 9)) for path in loaded_by_a_page()}
    assert sum(weights.values()) <= BUDGET, weights
    assert len(weights) >= 9  # the reading of base.html found the sheets, the scripts and both fonts


def test_the_script_stays_small():
    assert (STATIC / "js" / "portal.js").stat().st_size < 3_000


def test_no_sheet_names_a_missing_file():
    for sheet in STATIC.rglob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        assert "sourceMappingURL" not in text
        for name in re.findall(r"url\(\"?([^\")]+)", text):
            assert name.startswith("data:image/svg+xml,") or (sheet.parent / name).exists(), name


def test_the_document_fonts_carry_their_licence():
    licence = (ROOT / "reporting" / "fonts" / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE" in licence.upper()
