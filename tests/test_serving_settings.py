"""Settings: a file, then the environment; a typo is an error."""

import os

import pytest

from data.errors import ConfigError, MissingFileError
from serving.settings import MOST_WORKERS, Settings, load_settings


def test_the_defaults_bind_to_loopback_and_stay_in_one_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = load_settings(environ={})
    assert (found.host, found.port) == ("127.0.0.1", 3000)
    assert found.workers == min(len(os.sched_getaffinity(0)), MOST_WORKERS)
    assert found.champions == tmp_path / ".deskpilot" / "champions"
    assert found.database == f"sqlite:///{tmp_path}/.deskpilot/store.db"


def test_the_environment_wins_over_the_file(tmp_path):
    path = tmp_path / "desk.toml"
    path.write_text('[serving]\nport = 4000\nburst = 7\nkeys = {lumen = "0123456789abcdef"}\n')
    found = load_settings(path, {"DESKPILOT_PORT": "4001"})
    assert (found.port, found.burst) == (4001, 7)
    assert [k.get_secret_value() for k in found.keys["lumen"]] == ["0123456789abcdef"]


def test_a_client_may_have_two_keys(tmp_path):
    variables = {
        "DESKPILOT_KEYS": "lumen:" + "a" * 16 + ",lumen:" + "b:" * 9 + ",verdant:" + "c" * 16
    }
    found = load_settings(environ=variables)
    assert {c: len(keys) for c, keys in found.keys.items()} == {"lumen": 2, "verdant": 1}


def test_another_process_gets_the_same_settings(tmp_path):
    given = Settings(
        state=tmp_path,
        port=4000,
        keys={"lumen": ["k" * 20]},
        report_readers=["lumen"],
        samples=False,
    )
    assert load_settings(environ=given.environment()) == given


def test_keys_are_not_printed():
    assert "k" * 20 not in repr(Settings(keys={"lumen": ["k" * 20]}))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[serving]\nprot = 1\n", "'prot' setting"),
        ("[serving]\nport = 70000\n", "'port' setting"),
        ("[serving]\nthreads = 0\n", "'threads' setting"),
        ('[serving.keys]\nlumen = "short"\n', "at least 16 characters"),
        ('[serving.keys]\n"a:b" = "0123456789abcdef"\n', "without colon, comma and outer spaces"),
        ('[serving.keys]\n" a" = "0123456789abcdef"\n', "without colon, comma and outer spaces"),
        ('[serving.keys]\n"" = "0123456789abcdef"\n', "without colon, comma and outer spaces"),
        ('[serving.keys]\nlumen = "0123456789,abcdef"\n', "a key must have no comma"),
        ('[serving.keys]\na = "0123456789abcdef"\nb = "0123456789abcdef"\n', "have the same key"),
        ("[serving]\nstate = 5\n", "'state' must be the path"),
        ("[serving]\nchampions = 5\n", "'champions' must be the path"),
        ("serving = 5\n", r"must have a table \[serving\]"),
        (
            "[serving]\ndatabase = 'postgresql://u:p@h:port/db'\n",
            "'database' must be a URL",
        ),
        ("[serving]\nboard = 'nonsense'\n", "'board' must be a URL"),
        ("[serving]\nrate_per_second = nan\n", "'rate_per_second' setting"),
        ("[serving\n", "is not TOML"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, text, message):
    path = tmp_path / "desk.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=message):
        load_settings(path, {})


def test_a_key_without_its_client_is_refused_without_being_shown():
    with pytest.raises(ConfigError, match="client:key") as caught:
        load_settings(environ={"DESKPILOT_KEYS": "secretsecretsecret"})
    assert "secretsecret" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(MissingFileError, match="no settings file"):
        load_settings(tmp_path / "none.toml", {})


def test_a_folder_is_no_settings_file(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        load_settings(tmp_path, {})


def test_a_misspelt_variable_is_named_and_a_right_one_is_not(caplog):
    load_settings(environ={"DESKPILOT_KEY": "lumen:x", "DESKPILOT_PORT": "3001", "HOME": "/"})
    assert caplog.messages == [
        "the variable DESKPILOT_KEY is no setting of the service; is DESKPILOT_KEYS meant?"
    ]
