"""Claims are judged by rules written down before, from recorded numbers alone."""

from __future__ import annotations

import json

import pytest

from sahelkit.cli import run
from sahelkit.errors import RecordError, UnknownNameError
from sahelkit.study import reproduce
from sahelkit.study.claims import Condition, read_claims
from sahelkit.study.scoreboard import scoreboard
from sahelkit.study.values import Finding

FINDINGS = """
[01_a.effect]
value = 0.04
n = 105
interval = [0.01, ""]
rtol = 1e-4

[01_a.effect.full]
value = 0.05
n = 106

[01_a.coders]
value = 4

[01_a.unseen]
na = true
"""
CLAIM = """
[C-a]
short_en = "Contagion"
short_fr = "Contagion"
claim_en = "One coup brings another."
claim_fr = "Un coup d’État en amène un autre."
carries = "01_a.effect"
carries_en = "{value} attempts abroad (at least {low}, at most {high}) in {n}"
carries_fr = "{value} tentative à l’étranger (au moins {low}, au plus {high}) sur {n}"
digits = 2
supported = [SUPPORTED]
not_supported = [REFUTED]
why_supported_en = "It holds."
why_supported_fr = "Cela tient."
why_not_supported_en = "It does not hold."
why_not_supported_fr = "Cela ne tient pas."
why_unknown_en = "Nobody can tell."
why_unknown_fr = "Nul ne peut le dire."
"""


def _folder(where, supported='"01_a.effect.low > 0"', refuted='"01_a.effect < 0"', claim=CLAIM):
    (where / "findings.toml").write_text(FINDINGS, encoding="utf-8")
    text = claim.replace("SUPPORTED", supported).replace("REFUTED", refuted)
    (where / "claims.toml").write_text(text, encoding="utf-8")
    return where


CASES = [
    ('"01_a.effect.low > 0"', '"01_a.effect < 0"', "supported"),
    ('"01_a.effect.low > 0", "01_a.coders == 4"', '"01_a.effect < 0"', "supported"),
    ('"01_a.effect.low > 0", "01_a.coders == 5"', '"01_a.effect < 0"', "unknown"),
    ('"01_a.effect > 0.04"', '"01_a.effect <= 0.04"', "not_supported"),
    ('"01_a.effect.high > 0"', '"01_a.effect < 0"', "unknown"),  # an open bound is not known
    ('"01_a.unseen > 0"', '"01_a.unseen <= 0"', "unknown"),
]


@pytest.mark.parametrize(("supported", "refuted", "verdict"), CASES)
def test_all_conditions_must_hold_and_the_unknown_settles_nothing(tmp_path, supported, refuted, verdict):
    board = scoreboard(folder=_folder(tmp_path, supported, refuted))
    assert board.verdicts == (verdict,)
    assert board.tidy()["why"].iloc[0] == {
        "supported": "It holds.",
        "not_supported": "It does not hold.",
        "unknown": "Nobody can tell.",
    }.get(verdict)


def test_numbers_are_shown_in_both_languages_and_of_the_effort_asked_for(tmp_path):
    folder = _folder(tmp_path)
    row = scoreboard(folder=folder).tidy(lang="fr").iloc[0]
    assert row["figure"] == "0,04 tentative à l’étranger (au moins 0,01, au plus NA) sur 105"
    assert row[["value", "low", "n", "notebook", "finding"]].tolist() == [0.04, 0.01, 105, "01_a", "effect"]
    full = scoreboard(folder=folder, effort="full")
    assert full.tidy()["figure"].iloc[0] == "0.05 attempts abroad (at least NA, at most NA) in 106"
    assert full.verdicts == ("unknown",)  # the interval of the quick run is not that of the full one


def test_rules_are_shown_with_the_numbers_they_were_applied_to(tmp_path):
    rules = scoreboard(folder=_folder(tmp_path)).rules()
    assert rules.to_numpy().tolist() == [
        ["C-a", "supported", "01_a.effect.low > 0", 0.01, True],
        ["C-a", "not_supported", "01_a.effect < 0", 0.04, False],
    ]


def test_found_numbers_replace_recorded_ones(tmp_path):
    found = {("01_a", "effect"): Finding("effect", -0.2, interval=(-0.3, 0.1), n=7)}
    assert scoreboard(folder=_folder(tmp_path), found=found).verdicts == ("not_supported",)


def test_a_claim_without_conditions_cannot_be_settled(tmp_path):
    text = "\n".join(line for line in CLAIM.splitlines() if "supported" not in line)
    assert scoreboard(folder=_folder(tmp_path, claim=text)).verdicts == ("unknown",)


DAMAGED = [
    (("01_a.effect.low > 0", "01_a.efect > 0"), r"\[C-a\] rests on '01_a\.efect'.* Did you mean '01_a\.effect'"),
    (("01_a.effect.low > 0", "effect above 0"), r"\[C-a\] 'effect above 0' is not a condition"),
    (("01_a.effect.low > 0", "01_a.effect > big"), r"\[C-a\] '01_a\.effect > big' compares with big"),
    (("01_a.effect.low > 0", "01_a.effect > true"), r"only numbers are smaller or larger"),
    (("digits = 2", "digit = 2"), r"\[C-a\] has the unknown key 'digit'"),
    (('why_unknown_fr = "Nul ne peut le dire."', ""), r"\[C-a\] has no text 'why_unknown_fr'"),
    (('short_en = "Contagion"', "short_en = 3"), r"\[C-a\] has no text 'short_en'"),
]


@pytest.mark.parametrize(("change", "message"), DAMAGED)
def test_damage_is_named(tmp_path, change, message):
    folder = _folder(tmp_path)
    path = folder / "claims.toml"
    path.write_text(path.read_text("utf-8").replace(*change, 1), encoding="utf-8")
    with pytest.raises(RecordError, match=message):
        scoreboard(folder=folder)


def test_missing_file_is_named(tmp_path):
    (tmp_path / "findings.toml").write_text(FINDINGS, encoding="utf-8")
    with pytest.raises(RecordError, match=r"claims\.toml.*missing"):
        scoreboard(folder=tmp_path)


def test_unknown_language_and_effort(tmp_path):
    board = scoreboard(folder=_folder(tmp_path))
    with pytest.raises(UnknownNameError, match="unknown language 'de'"):
        board.says(lang="de")
    with pytest.raises(UnknownNameError, match="unknown effort 'slow'"):
        scoreboard(folder=tmp_path, effort="slow")


def test_an_unordered_comparison_of_texts():
    known = {("n", "f"): Finding("f", "CIV > GIN")}
    assert Condition("n", "f", "", "==", "CIV > GIN").holds(known) is True
    assert Condition("n", "f", "", "!=", "CIV > GIN").holds(known) is False


def test_the_shipped_claims_are_those_of_2012_each_with_a_verdict():
    board = scoreboard()
    assert [claim.claim_id for claim in board.claims] == [f"C-{letter}" for letter in "abcdefghijk"]
    for lang in ("en", "fr"):
        table = board.tidy(lang=lang)
        assert "NA" not in " ".join(table["figure"]).split()
        assert table["figure"].is_unique
        assert "{" not in " ".join(table["figure"])


def test_command_prints_a_line_a_claim(capsys):
    assert run(["claims"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1 + 11 + 1
    assert lines[0].split("  ")[0] == "claim"
    assert run(["claims", "--lang", "fr", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert len(rows) == 11
    assert {row["verdict"] for row in rows} <= {"supported", "not_supported", "unknown"}
    assert run(["claims", "--lang", "de"]) == 2
    assert "unknown language 'de'" in capsys.readouterr().err


def test_report_shows_the_claims_judged_by_its_own_numbers(tmp_path, write_notebook):
    folder = tmp_path / "notebooks"
    folder.mkdir()
    cell = (
        "from sahelkit.study import finding\n"
        'finding("effect", -0.5, interval=(-1, -0.1), n=9)\nfinding("coders", 4)\nfinding("unseen", None)'
    )
    write_notebook(folder, "01_a", "# A\n\nOne.", cell)
    _folder(folder)
    result = reproduce(folder=folder, out=tmp_path / "out", n_jobs=1, lang="fr")
    assert not result.ok  # the number differs from the recorded one, and so does the verdict
    page = (tmp_path / "out" / "index.html").read_text("utf-8")
    assert "Ce qui se disait en 2012" in page
    assert "Cela ne tient pas." in page
    said = json.loads((tmp_path / "out" / "results.json").read_text("utf-8"))["claims"]
    assert [row["verdict"] for row in said] == ["not_supported"]


def test_report_says_why_claims_could_not_be_judged(tmp_path, write_notebook):
    folder = tmp_path / "notebooks"
    folder.mkdir()
    write_notebook(folder, "01_a", "# A\n\nOne.", "1 + 1")
    _folder(folder, supported='"01_a.efect > 0"')
    reproduce(folder=folder, out=tmp_path / "out", n_jobs=1)
    page = (tmp_path / "out" / "index.html").read_text("utf-8")
    assert "The claims of 2012 could not be judged" in page
    assert "rests on &#39;01_a.efect&#39;" in page
    assert "What was said in 2012" not in page


def test_report_without_claims_has_no_scoreboard(mixed):
    assert "What was said in 2012" not in mixed.page("index.html")


def test_claims_are_read_in_order(tmp_path):
    _folder(tmp_path)
    text = (tmp_path / "claims.toml").read_text("utf-8")
    (tmp_path / "claims.toml").write_text(text.replace("[C-a]", "[C-b]") + text, encoding="utf-8")
    assert [claim.claim_id for claim in read_claims(tmp_path / "claims.toml")] == ["C-b", "C-a"]


SIMULATED = """
[01_a.effect]
value = 0.045
n = 105
interval = [0.01, 0.2]
mc_error = 0.002
interval_mc_error = [0.006, 0.01]
replicates = 999

[01_a.coders]
value = 4
"""


def _simulated(where, rule, *, reserve=""):
    claim = "\n".join(line for line in CLAIM.splitlines() if "not_supported" not in line)
    _folder(where, rule, "", claim=claim + reserve)
    (where / "findings.toml").write_text(SIMULATED, encoding="utf-8")
    return where


@pytest.mark.parametrize(
    ("rule", "holds", "verdict"),
    [
        ("01_a.effect < 0.05", True, "supported"),  # two errors and a half below the limit
        ("01_a.effect < 0.048", None, "unknown"),  # one and a half: another seed could turn it
        ("01_a.effect > 0.046", None, "unknown"),
        ("01_a.effect < 0.04", False, "unknown"),
        ("01_a.effect.low > 0", None, "unknown"),  # 0.01 with an error of 0.006
        ("01_a.effect.high < 0.23", True, "supported"),
    ],
)
def test_verdict_does_not_hang_on_the_seed(tmp_path, rule, holds, verdict):
    board = scoreboard(folder=_simulated(tmp_path, f'"{rule}"'))
    assert board.rules()["holds"].tolist() == [holds]
    assert board.verdicts == (verdict,)


@pytest.mark.parametrize(("value", "error", "taken"), [(0.1, 0.03, 0.045), (0.3, 0.03, 0.3), (0.046, 0.001, 0.046)])
def test_few_replicates_of_a_quick_run_do_not_judge(tmp_path, value, error, taken):
    """Unless they disagree by more than chance, or have the smaller error."""
    quick = Finding("effect", value, mc_error=error, interval=(0.0, 0.3), replicates=39)
    board = scoreboard(folder=_simulated(tmp_path, '"01_a.effect < 0.05"'), found={("01_a", "effect"): quick})
    assert board.tidy()["value"].tolist() == [taken]


def test_number_of_a_claim_shows_its_error(tmp_path):
    row = scoreboard(folder=_simulated(tmp_path, '"01_a.effect < 0.05"')).tidy().iloc[0]
    assert row["mc_error"] == 0.002
    assert row["figure"].startswith("0.04 attempts abroad")  # 0.002 is no digit of 0.04
    coarse = Finding("effect", 0.045, mc_error=0.02, interval=(0.01, 0.2), n=105)
    (tmp_path / "findings.toml").write_text(SIMULATED.replace("0.002", "0.04"), encoding="utf-8")
    board = scoreboard(folder=tmp_path, found={("01_a", "effect"): coarse})
    assert board.tidy()["figure"].iloc[0].startswith("0.04 ± 0.02 attempts abroad")


RESERVE = """
reserve = ["01_a.coders < 3", "01_a.effect < 0.05"]
reserve_en = "But the model does not fit (p = {value})."
reserve_fr = "Mais le modèle ne s’ajuste pas (p = {value})."
"""


def test_claim_carries_what_stands_against_its_model(tmp_path):
    board = scoreboard(folder=_simulated(tmp_path, '"01_a.coders == 4"', reserve=RESERVE))
    assert board.tidy()["why"].iloc[0] == "It holds. But the model does not fit (p = 0.045 ± 0.002)."
    assert board.tidy(lang="fr")["why"].iloc[0] == "Cela tient. Mais le modèle ne s’ajuste pas (p = 0,045 ± 0,002)."
    (tmp_path / "findings.toml").write_text(SIMULATED.replace("0.045", "0.5"), encoding="utf-8")
    assert scoreboard(folder=tmp_path).tidy()["why"].iloc[0] == "It holds."
