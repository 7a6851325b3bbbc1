"""The three environment variables."""

from __future__ import annotations

from pathlib import Path

import pytest

from sahelkit.errors import CacheError, OptionError
from sahelkit.store import settings


@pytest.mark.parametrize("value", ["1", "true", "YES", " on "])
def test_offline_is_on(monkeypatch, value):
    monkeypatch.setenv("SAHELKIT_OFFLINE", value)
    assert settings.offline() is True


@pytest.mark.parametrize("value", ["", "0", "false", "No", "off", None])
def test_offline_is_off(monkeypatch, value):
    if value is None:
        monkeypatch.delenv("SAHELKIT_OFFLINE", raising=False)
    else:
        monkeypatch.setenv("SAHELKIT_OFFLINE", value)
    assert settings.offline() is False


def test_offline_with_another_value(monkeypatch):
    monkeypatch.setenv("SAHELKIT_OFFLINE", "maybe")
    with pytest.raises(OptionError) as caught:
        settings.offline()
    assert str(caught.value) == (
        "SAHELKIT_OFFLINE='maybe': it must be 1, true or yes (no network), or 0, false, no or empty. Set it to 1 or 0."
    )


def test_a_relative_cache_folder_stays_where_it_was_first_used(monkeypatch, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SAHELKIT_DATA_DIR", "my cache")
    assert settings.cache_root() == tmp_path / "my cache"
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert settings.cache_root() == tmp_path / "my cache"


def test_the_platform_cache_when_nothing_is_set(monkeypatch, tmp_path):
    monkeypatch.delenv("SAHELKIT_DATA_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    root = settings.cache_root()
    assert root.is_absolute()
    assert "sahelkit" in root.parts


def test_a_file_as_cache_folder(monkeypatch, tmp_path):
    (tmp_path / "notes.txt").touch()
    monkeypatch.setenv("SAHELKIT_DATA_DIR", str(tmp_path / "notes.txt"))
    with pytest.raises(CacheError, match=r"notes\.txt: SAHELKIT_DATA_DIR names a file, not a folder"):
        settings.cache_root()


def test_a_home_that_does_not_exist(monkeypatch):
    monkeypatch.setenv("SAHELKIT_DATA_DIR", "~nobody_of_this_name/cache")
    with pytest.raises(CacheError, match="SAHELKIT_DATA_DIR cannot be read as a folder"):
        settings.cache_root()


def test_no_mirror_is_built_in(monkeypatch):
    monkeypatch.delenv("SAHELKIT_MIRRORS", raising=False)
    assert settings.mirrors() == ()


def test_settings_are_read_at_each_use(monkeypatch, tmp_path):
    for name in ("one", "two"):
        monkeypatch.setenv("SAHELKIT_DATA_DIR", str(tmp_path / name))
        assert settings.cache_root() == Path(tmp_path / name)


def test_a_data_folder_with_an_impossible_name_is_refused(monkeypatch):
    monkeypatch.setenv("SAHELKIT_DATA_DIR", "/" + "0" * 5000)
    with pytest.raises(CacheError, match="SAHELKIT_DATA_DIR cannot name a folder"):
        settings.cache_root()
