"""Pages of ideas: what they say, their equations and their pictures."""

import html
import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest

from cnnclaims.claims.library import Library
from cnnclaims.claims.loading import load
from cnnclaims.claims.verdicts import load_verdicts
from cnnclaims.site.build import Summary
from cnnclaims.site.equation import equation_html
from cnnclaims.site.gathered import Canon, gather
from cnnclaims.site.idea_drawings import drawn_ideas, idea_drawing
from cnnclaims.site.ideas import idea_pages
from cnnclaims.site.known_networks import known_networks
from cnnclaims.site.parts import Page
from cnnclaims.verifiers.sheet_files import load_sheets

Pages = dict[str, Page]


@pytest.fixture(scope="module")
def canon() -> Canon:
    return gather(load(), load_verdicts(None))


@pytest.fixture(scope="module")
def pages(canon: Canon) -> Pages:
    """The pages of the shipped ideas."""
    return idea_pages(canon, known_networks(canon, load_sheets()))


@pytest.fixture(scope="module")
def small(library: Library, known: dict[str, Any]) -> Pages:
    """The pages of the made-up ideas."""
    return idea_pages(gather(library, known), {})


def words(page: Page) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", page.body)))


def test_there_is_a_page_for_every_idea_and_one_for_all(canon: Canon, pages: Pages) -> None:
    assert set(pages) == {"ideas.md", *(f"ideas/{thought.idea.id}.md" for thought in canon.thoughts)}


def test_the_list_has_every_idea_with_its_old_anchor(canon: Canon, pages: Pages) -> None:
    body = pages["ideas.md"].body
    for thought in canon.thoughts:
        assert f'<span id="{thought.idea.id}"></span><a href="ideas/{thought.idea.id}.html">' in body


def test_a_page_says_who_introduced_and_who_uses_the_idea(small: Pages) -> None:
    text = words(small["ideas/old-idea.md"])
    assert "What was known before." in text
    assert "Introduced by An older work (1990, not on this site)" in text
    assert "first-net (2012): everywhere" in text
    assert "first-net (2012) builds on old-work: the one thing known" in text


def test_what_is_not_known_of_an_idea_has_no_heading(small: Pages) -> None:
    for heading in ("Worked on an example", "What establishes it", "Networks that show it"):
        assert heading not in small["ideas/old-idea.md"].body


def test_the_example_stands_with_its_measures_and_their_documentation(pages: Pages) -> None:
    page = pages["ideas/depthwise-separable-convolution.md"]
    assert "A filter a channel there, and a 1x1 convolution." in words(page)
    assert "52.3 M multiply-adds" in words(page)
    assert 'href="../language.html#depthwise_separable"' in page.body
    assert "cnnclaims measure 'macs(conv(512, 512, 3, 14))'" in words(page)


def test_evidence_stands_with_its_verdict_and_what_was_found(pages: Pages) -> None:
    page = pages["ideas/equivalent-block-forms.md"]
    row = re.search(r"<tr>(?:(?!</tr>).)*resnext\.html#s3\.3-equal-forms.*?</tr>", page.body)
    assert row is not None
    assert "is-reproduced" in row[0]


def test_a_claim_of_a_paper_that_is_not_there_is_left_out(canon: Canon) -> None:
    (one,) = [thought for thought in canon.thoughts if thought.idea.id == "equivalent-block-forms"]
    alone = Canon(tuple(p for p in canon.papers if p.record.id == "resnext"), (), (one,))
    body = idea_pages(alone, {})["ideas/equivalent-block-forms.md"].body
    assert "resnext.html#s3.3-equal-forms" in body
    assert "conv-identities.html#" not in body


def test_networks_that_show_an_idea_are_linked(pages: Pages) -> None:
    body = html.unescape(pages["ideas/depthwise-separable-convolution.md"].body)
    assert '<a href="../networks/mobilenet_v1.html">mobilenet_v1</a>' in body
    assert "networks/vgg16.html" not in body


def test_claims_that_only_name_an_idea_come_last_and_once(pages: Pages) -> None:
    body = pages["ideas/depthwise-separable-convolution.md"].body
    evidence, named = body.split("{#_named}")
    assert "mobilenet-v1.html#e5-dwsep-cost" in evidence
    assert "mobilenet-v1.html#e5-dwsep-cost" not in named
    assert named.count("<tr>") > 3


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("y = F(x) + x", "<var>y</var> = <var>F</var>(<var>x</var>) + <var>x</var>"),
        ("k^2 C_in", "<var>k</var><sup>2</sup> <var>C</var><sub>in</sub>"),
        ("2^(i + 2) − 1", "2<sup><var>i</var> + 2</sup> − 1"),
        ("[x_0, x_l−1]", "[<var>x</var><sub>0</sub>, <var>x</var><sub><var>l</var>−1</sub>]"),
        ("max(0, x)", "max(0, <var>x</var>)"),
        ("δ_k,y", "<var>δ</var><sub><var>k</var>,<var>y</var></sub>"),
        ("a < b & <b>", "<var>a</var> < <var>b</var> & <<var>b</var>>"),
    ],
)
def test_an_equation_is_set_with_variables_and_indices(text: str, shown: str) -> None:
    assert html.unescape(equation_html(text)) == shown


def test_an_equation_makes_no_markup_of_its_text() -> None:
    assert "<b>" not in equation_html("<b>x</b>")
    assert "&#60;" in equation_html("a < b")


def test_every_picture_belongs_to_an_idea_of_the_records(canon: Canon) -> None:
    assert drawn_ideas() <= {thought.idea.id for thought in canon.thoughts}
    assert len(drawn_ideas()) >= 40


@pytest.mark.parametrize("idea", sorted(drawn_ideas()))
def test_a_picture_is_sound_svg_with_title_and_description_and_nothing_outside(idea: str) -> None:
    tree = ElementTree.fromstring(idea_drawing(idea, "A picture"))
    assert tree.findtext("title") == "A picture"
    assert tree.findtext("desc")
    width, height = (float(tree.get(side, 0)) for side in ("width", "height"))
    for rect in tree.iter("rect"):
        x, y, wide, high = (float(rect.get(side, 0)) for side in ("x", "y", "width", "height"))
        assert 0 <= x <= x + wide <= width
        assert 0 <= y <= y + high <= height


def test_a_block_says_which_box_reads_which() -> None:
    tree = ElementTree.fromstring(idea_drawing("residual-learning", "A picture"))
    assert "+ of 3×3 conv and x" in (tree.findtext("desc") or "")
    assert len(list(tree.iter("path"))) == 4


def test_channel_shuffle_takes_each_channel_to_its_own_place() -> None:
    tree = ElementTree.fromstring(idea_drawing("channel-shuffle", "A picture"))
    moves = [path.get("d", "") for path in tree.iter("path")][18:24]
    ends = {move.split("L")[1] for move in moves}
    assert len(ends) == 6


def test_an_idea_without_a_picture_has_none() -> None:
    assert idea_drawing("mnist", "A picture") == ""


@pytest.mark.parametrize("width", [360, 1280])
def test_a_full_page_of_an_idea_fits(
    browser: Any, built: Summary, serve: Callable[..., str], width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    for name in ("ideas", "ideas/first-idea", "ideas/old-idea"):
        page.goto(f"{serve(built.out)}/{name}.html")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    page.close()
