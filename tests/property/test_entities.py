"""Properties of mentions: slices of the text, nested or disjoint, the same each time, whatever the text."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.concepts import KnowledgeBase
from pipeline.entities import Linker
from pipeline.entities.nesting import nest
from pipeline.messages.articles import Field, Label, Mention

LINKER = Linker(KnowledgeBase.load())
LANGUAGES = ["de", "en", "fi", "hu", "cs", "ru", "ar", "he", "zh-Hans", "ja", "ko", "th", "sr-Latn", "xx"]
WRITTEN = {"de", "en", "ru", "ar", "ja", "ko", "fi", "mul"}
SURFACES = sorted({sense.name.text for sense in KnowledgeBase.load().names() if WRITTEN & {*sense.name.languages}})

pieces = st.one_of(
    st.sampled_from(SURFACES),
    st.sampled_from(SURFACES).map(str.upper),
    st.sampled_from(SURFACES).map(lambda surface: surface + "s"),
    st.text(max_size=6),
    st.sampled_from([" ", " ", " ", "\n", "-", "’", ". ", ", ", "\x00", "😀", "NATO-", "und ", "Präsident "]),
)
texts = st.lists(pieces, max_size=14).map("".join)


def _hold(mentions: tuple[Mention, ...], title: str, body: str) -> None:
    source: dict[Field, str] = {"title": title, "body": body}
    for mention in mentions:
        assert source[mention.field][mention.start : mention.end] == mention.text
        assert mention.start < mention.end
    order = [(mention.field == "body", mention.start, -mention.end) for mention in mentions]
    assert order == sorted(order)
    for place, one in enumerate(mentions):
        for other in mentions[place + 1 :]:
            if one.field == other.field and other.start < one.end:
                assert other.end <= one.end, (one, other)


@settings(deadline=None)
@given(title=texts, body=texts, language=st.sampled_from(LANGUAGES))
@example(title="", body="United States Army", language="de")
def test_links_are_disjoint_slices_and_the_same_each_time(title: str, body: str, language: str) -> None:
    mentions = LINKER.link(title, body, language)
    _hold(mentions, title, body)
    for before, after in pairwise(mentions):
        if before.field == after.field and after.start < before.end:
            # Only a state counts as named within the name of its organ.
            assert before.label == "ORG"
            assert after.label == "LOC"
    assert LINKER.link(title, body, language) == mentions
    assert all(
        mention.entity is not None and mention.entity.id in KnowledgeBase.load().concepts for mention in mentions
    )


@settings(deadline=None)
@given(body=texts, language=st.sampled_from(LANGUAGES), filler=st.integers(0, 10**9).map(str))
def test_text_that_names_nothing_changes_nothing(body: str, language: str, filler: str) -> None:
    mentions = LINKER.link("", body, language)
    assert LINKER.link("", f"{body}\n\n{filler}.", language) == mentions
    shift = len(filler) + 3
    moved = LINKER.link("", f"{filler}.\n\n{body}", language)
    assert [(m.start - shift, m.text) for m in moved] == [(m.start, m.text) for m in mentions]


@settings(deadline=None)
@given(body=texts, language=st.sampled_from(LANGUAGES), data=st.data())
def test_a_models_spans_and_names_never_cross(body: str, language: str, data: st.DataObject) -> None:
    cuts = data.draw(st.lists(st.integers(0, len(body)), max_size=8, unique=True).map(sorted))
    labels = st.sampled_from(["PER", "ORG", "LOC", "MISC"])
    spans = [
        Mention(field="body", start=start, end=end, text=body[start:end], label=_label(data.draw(labels)), via="model")
        for start, end in zip(cuts[::2], cuts[1::2], strict=False)
    ]
    linked = [LINKER.link_span(span, language) for span in spans]
    assert [(m.start, m.end, m.label) for m in linked] == [(m.start, m.end, m.label) for m in spans]
    names = LINKER.link("", body, language)
    merged = nest(names, linked, LINKER.people_in("", body, language).names_of_others)
    _hold(merged, "", body)
    assert {m for m in merged if m.via != "model"} <= set(names)


def _label(text: str) -> Label:
    assert text in {"PER", "ORG", "LOC", "MISC"}
    return text  # type: ignore[return-value]
