"""The front page: which refuted claims it shows, how, and what it weighs."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest

from cnnclaims.claims.library import Library
from cnnclaims.claims.loading import load
from cnnclaims.claims.verdicts import load_verdicts
from cnnclaims.site.build import Summary
from cnnclaims.site.front import front
from cnnclaims.site.gathered import SETTLED, Canon, gather
from cnnclaims.site.striking import FIRST, MOST, cards, off, striking

HEAVIEST = 500_000


@pytest.fixture(scope="module")
def canon() -> Canon:
    return gather(load(), load_verdicts(None))


@pytest.fixture(scope="module")
def small(library: Library, known: dict[str, Any]) -> Canon:
    return gather(library, known)


def words(markup: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", markup)))


def test_every_claim_of_the_hand_ordered_list_is_refuted_still(canon: Canon) -> None:
    verdicts = {judged.claim.name: judged.verdict for judged in canon.claims}
    assert {name: verdicts.get(name) for name in FIRST} == dict.fromkeys(FIRST, "refuted")


def test_googlenet_comes_first_with_12_printed_and_8_71_measured(canon: Canon) -> None:
    first = striking(canon)[0]
    assert first.claim.name == "inception-v1/s1-12x"
    assert "printed 12× measured 8.71×" in words(cards([first]))


def test_after_the_list_come_the_widest_explained_claims_one_a_paper(canon: Canon) -> None:
    shown = striking(canon)
    assert len(shown) == MOST
    rest = shown[len(FIRST) :]
    assert all(judged.explanation for judged in rest)
    assert [off(judged) for judged in rest] == sorted((off(judged) for judged in rest), reverse=True)
    papers = [judged.claim.paper for judged in shown]
    assert len(papers) == len(set(papers))
    numbers = [(judged.claim.printed, judged.text("measured")) for judged in shown]
    assert len(numbers) == len(set(numbers))


def test_a_claim_further_off_than_one_that_is_shown_is_of_a_paper_that_is_shown(canon: Canon) -> None:
    shown = striking(canon)
    least = min(off(judged) for judged in shown[len(FIRST) :])
    papers = {judged.claim.paper for judged in shown} | {
        p.record.id for p in canon.papers if p.record.kind == "notes"
    }
    numbers = {(judged.claim.printed, judged.text("measured")) for judged in shown}
    missed = [
        judged.claim.name
        for judged in canon.claims
        if judged.explanation and off(judged) > least and judged.claim.paper not in papers
        and (judged.claim.printed, judged.text("measured")) not in numbers
    ]  # fmt: skip
    assert missed == []


def test_a_card_has_both_numbers_the_paper_and_bars_of_their_lengths(small: Canon) -> None:
    (judged,) = striking(small)
    card = cards([judged])
    assert "The small net has 17 layers. printed 17 layers measured 18 layers" in words(card)
    assert 'href="papers/first-net.html#s3-layers"' in card
    assert "The last layer may not have been counted." in card
    assert '<rect class="printed" width="94.4"' in card
    assert 'y="6" width="100.0"' in card


def test_a_refuted_claim_without_explanation_is_not_chosen_by_the_rule(small: Canon) -> None:
    bare = [judged for judged in small.claims if judged.verdict != "refuted"]
    paper = small.papers[0]
    without = Canon((type(paper)(paper.record, tuple(bare), (), {}),), (), ())
    assert striking(without) == []
    assert "None so far." in front(without).body


def test_on_a_card_no_line_ends_between_a_number_and_its_per_cent_sign(canon: Canon) -> None:
    (share,) = [judged for judged in striking(canon) if judged.claim.name == "alexnet/s1-conv-share"]
    card = cards([share])
    assert card.count("\u00a0%") > 2
    assert not re.search(r"\d %", card)


def test_totals_stand_as_a_bar_and_as_numbers_with_their_meaning(small: Canon) -> None:
    text = words(front(small).body)
    assert "2 papers, 9 claims; 5 of them are checked, the rest is open." in text
    assert "1 refuted The measured value lies outside what the printed number allows" in text


def test_what_is_less_than_a_measurement_is_said_beside_the_totals(canon: Canon) -> None:
    settled = [
        (paper.is_our_own, judged.verdict)
        for paper in canon.papers
        for judged in paper.claims
        if judged.verdict in SETTLED
    ]
    own = sum(ours for ours, _ in settled)
    consistent = sum(verdict == "consistent" for ours, verdict in settled if not ours)
    assert min(own, consistent) > 0
    assert (
        f"{consistent} agree with nothing but the work's own word and {own} are statements of our own"
        in words(front(canon).body)
    )


def test_study_notes_and_our_own_statements_are_not_counted_as_papers(canon: Canon) -> None:
    ours = [paper.record.id for paper in canon.papers if paper.is_our_own]
    notes = [p.record.id for p in canon.papers if p.record.kind == "notes" and p.record.id not in ours]
    assert ours == ["conv-identities"]
    papers = len(canon.papers) - len(notes) - len(ours)
    assert f"{papers} papers and {len(notes)} sets of study notes," in words(front(canon).body)


def test_a_laptop_shows_the_purpose_the_totals_and_a_refuted_claim_without_scrolling(
    browser: Any, shipped: Summary, serve: Callable[..., str]
) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.goto(f"{serve(shipped.out)}/index.html")
    for shown in (".lead", ".hero .striking li", ".bar", ".tiles li:last-child"):
        box = page.locator(shown).first.bounding_box()
        assert box["y"] + box["height"] <= 720, (shown, box)
    assert "GoogLeNet has 12 times fewer parameters" in page.inner_text(".hero .striking")
    page.close()


def test_the_command_that_repeats_all_is_there(small: Canon) -> None:
    assert "cnnclaims verify --all" in words(front(small).body)


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_the_shipped_front_page_is_light_and_fits(
    browser: Any, shipped: Summary, serve: Callable[..., str], width: int, scheme: str
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    weights: dict[str, int] = {}
    page.on("response", lambda got: weights.update({got.url: len(got.body())}))
    page.goto(f"{serve(shipped.out)}/index.html", wait_until="networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert len(weights) > 5
    assert sum(weights.values()) < HEAVIEST, sorted(weights.items(), key=lambda one: -one[1])
    page.close()
