"""The build refuses what the reviewed files leave unclear, and what it writes comes back."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.concepts import Concept, Contents, KnowledgeBase, KnowledgeBaseFileError, Name
from pipeline.concepts.build import UnflaggedNameError, flag_shared_names, main
from pipeline.concepts.built_file import BUILT_FILE
from pipeline.concepts.compiling.cldr import CLDR, languages
from pipeline.concepts.compiling.compile_names import compile_contents


def concept(concept_id: str, text: str, language: str, also: str = "") -> Concept:
    name = Name(text=text, languages=(language,), via="name", also=also, source="wirewatch")
    return Concept(id=concept_id, kind="org", label=concept_id, names=(name,))


SOME = Contents(sources=(CLDR,), concepts=(concept("org/a", "One", "en"), concept("org/b", "Zwei", "de")))


def test_without_the_built_file_the_error_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeBaseFileError, match="run `make concepts`"):
        KnowledgeBase.load(tmp_path / "none")


def test_what_is_compiled_comes_back() -> None:
    kb = KnowledgeBase.of(SOME)
    assert Contents(sources=tuple(kb.sources.values()), concepts=tuple(kb.concepts.values())) == SOME
    assert compile_contents(SOME) == compile_contents(SOME)


def test_the_file_says_whose_it_is() -> None:
    notice = BUILT_FILE.with_name("NOTICE").read_text(encoding="utf-8")
    assert "UNICODE LICENSE V3" in notice
    assert CLDR.licence == "Unicode-3.0"


def test_cldr_gives_names_in_all_its_large_languages() -> None:
    assert len(languages()) > 150
    assert {"de", "hi", "zh-Hans", "zh-Hant", "sr", "sr-Latn", "nb", "sw"} <= set(languages())


def test_a_shared_name_of_a_reviewed_language_is_refused() -> None:
    with pytest.raises(UnflaggedNameError, match="org/a, org/b"):
        flag_shared_names([concept("org/a", "Same", "en"), concept("org/b", "SAME", "en")])


def test_a_shared_name_of_another_language_is_flagged() -> None:
    flagged = flag_shared_names([concept("org/a", "Same", "sw"), concept("org/b", "Same", "sw")])
    assert [names[0].also for names in (flagged[0].names, flagged[1].names)] == ["org/b", "org/a"]


def test_only_the_language_that_shares_a_name_is_flagged() -> None:
    name = Name(text="Same", languages=("en", "sw"), via="name", source="wirewatch")
    one = Concept(id="org/a", kind="org", label="One", names=(name,))
    flagged, _ = flag_shared_names([one, concept("org/b", "Same", "sw")])
    assert [(name.languages, name.also) for name in flagged.names] == [(("en",), ""), (("sw",), "org/b")]


def test_names_of_different_languages_do_not_meet() -> None:
    given = [concept("org/a", "Same", "en"), concept("org/b", "Same", "de")]
    assert flag_shared_names(given) == given


def test_the_command_writes_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "folder" / "concepts.kb"
    assert main(["--output", str(output)], make=lambda: SOME) == 0
    assert list(KnowledgeBase.load(output).concepts) == ["org/a", "org/b"]
    assert "2 concepts, 2 names" in capsys.readouterr().out


def test_the_command_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def make() -> Contents:
        raise UnflaggedNameError(["en 'Same' (org/a, org/b)"])

    assert main(["--output", str(tmp_path / "none")], make=make) == 1
    assert "en 'Same' (org/a, org/b)" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty"),
        (b"something else", "another version"),
        (BUILT_FILE.read_bytes()[:100_000], "cut short"),
    ],
)
def test_a_file_that_is_no_knowledge_base_is_an_error(tmp_path: Path, content: bytes, problem: str) -> None:
    file = tmp_path / "bad.kb"
    file.write_bytes(content)
    with pytest.raises(KnowledgeBaseFileError, match=f"{problem}: run `make concepts`"):
        KnowledgeBase.load(file)
