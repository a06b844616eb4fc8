import html

import pytest
import yaml

from cnnclaims.site.escape import esc, paragraphs, quoted

HOSTILE = [
    "<script>alert(1)</script>",
    "**bold** _so_ [x](javascript:alert(1)) ![y](z) `code` ~~no~~ ==mark== ^up^",
    "{{ config }} {% raw %} {: #id .class } {# no #}",
    "a | b | c",
    "--- title: no ---",
    "- item",
    "+ item",
    "1. item",
    "12) item",
    "# heading",
    "> quote",
    "&lt;script&gt; &amp;amp; &#60;",
    "'single' \"double\" \\ backslash",
    ":smile: 😀 é Ł × ≥",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_escaped_text_reads_back_as_it_was(text: str) -> None:
    assert html.unescape(esc(text)) == text


@pytest.mark.parametrize("text", HOSTILE)
def test_escaped_text_has_no_character_that_marks_anything_up(text: str) -> None:
    assert not set(esc(text)) & set('<>"`*_[]{}|\\~^=!@$:+')


@pytest.mark.parametrize("text", HOSTILE)
def test_a_title_survives_the_front_matter(text: str) -> None:
    assert html.unescape(yaml.safe_load(f"title: {quoted(text)}")["title"]) == text


def test_line_ends_and_control_characters_leave_one_printable_line() -> None:
    assert esc("a\n\n\tb\x00c\ud800\x85") == "a b\ufffdc\ufffd"


def test_blank_lines_part_paragraphs() -> None:
    assert paragraphs("one\nline\n\n<b>") == "<p>one line</p><p>&#60;b&#62;</p>"
