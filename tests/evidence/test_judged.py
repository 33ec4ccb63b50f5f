"""What other rules said: of a night judged again its own; of the first new night those before."""

from collections.abc import Iterable

from app.evidence.judged import FormerAnswer, JudgedRecord, Judging, Row, answers, former_answers
from collectors.kit import Status

VERDICTS: dict[str, list[Row]] = {
    "passes": [["a.b.x", "/S/1", "one", "pass", "fine"]],
    "fails": [["a.b.x", "/s/1", "one", "fail", "not fine"]],
}
OLD, NEW = "old rules", "new rules"


def rows(digest: str) -> Iterable[Row]:
    return VERDICTS[digest]


def judged(rules: str, verdicts: str, again: tuple[str, str] | None = None) -> list[JudgedRecord]:
    return [
        JudgedRecord(
            seq=1,
            collector_id="a.b",
            scope="tenant",
            sealed=Judging(rules=rules, verdicts=verdicts),
            again=Judging(rules=again[0], verdicts=again[1]) if again else None,
        )
    ]


def test_nights_of_the_same_rules_have_no_former_answers() -> None:
    assert former_answers(judged(OLD, "fails"), judged(OLD, "passes"), rows) == {}
    assert former_answers(judged(OLD, "fails"), [], rows) == {}


def test_the_first_night_of_new_rules_names_what_the_former_said_the_night_before() -> None:
    for before in (judged(OLD, "passes"), judged(OLD, "passes", (NEW, "fails"))):
        assert former_answers(judged(NEW, "fails"), before, rows) == {
            ("a.b.x", "/s/1"): FormerAnswer(Status.PASS, "fine", since_here=True)
        }


def test_a_night_judged_again_answers_by_the_new_rules_and_keeps_what_its_own_said() -> None:
    night = judged(OLD, "passes", (NEW, "fails"))

    assert list(answers(night, rows)) == VERDICTS["fails"]
    assert former_answers(night, judged(OLD, "passes"), rows) == {
        ("a.b.x", "/s/1"): FormerAnswer(Status.PASS, "fine", since_here=False)
    }
