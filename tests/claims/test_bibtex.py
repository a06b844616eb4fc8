import re

import pytest

from cnnclaims.claims.bibtex import bibtex
from cnnclaims.claims.loading import load
from cnnclaims.claims.records import Stub


def entry(**given):
    return bibtex(Stub(**{"id": "x-1", "title": "T", "authors": ["A B"], "year": 2015, **given}))


def test_a_conference_paper_is_an_inproceedings_of_the_conferences_year():
    assert entry(
        id="resnet", title="Deep Residual Learning", authors=["Kaiming He", "Jian Sun"], venue="CVPR 2016",
        arxiv="1512.03385", doi="10.1109/CVPR.2016.90",
    ) == """\
@inproceedings{resnet,
  title = {{Deep Residual Learning}},
  author = {Kaiming He and Jian Sun},
  year = {2016},
  booktitle = {CVPR 2016},
  eprint = {1512.03385},
  archiveprefix = {arXiv},
  doi = {10.1109/CVPR.2016.90},
}"""  # fmt: skip


def test_a_journal_paper_is_an_article_with_volume_number_and_pages():
    assert (
        entry(year=1998, venue="Proceedings of the IEEE 86(11), 2278-2324")
        == """\
@article{x-1,
  title = {{T}},
  author = {A B},
  year = {1998},
  journal = {Proceedings of the IEEE},
  volume = {86},
  number = {11},
  pages = {2278--2324},
}"""
    )


@pytest.mark.parametrize(
    ("venue", "lines"),
    [
        (None, ["@misc{x-1,", "  year = {2015},"]),
        ("arXiv", ["@misc{x-1,", "  year = {2015},"]),
        ("arXiv (July 2012)", ["@misc{x-1,", "  year = {2015},"]),
        ("arXiv (September 2014), ICLR 2016", ["@inproceedings{x-1,", "  year = {2016},", "  booktitle = {ICLR 2016},"]),
        ("NIPS 2014 Deep Learning Workshop", ["@inproceedings{x-1,", "  year = {2014},", "  booktitle = {NIPS 2014 Deep Learning Workshop},"]),
        ("Nature 323, 533–536", ["@article{x-1,", "  year = {2015},", "  journal = {Nature},", "  volume = {323},", "  pages = {533--536},"]),
        ("PhD thesis, Ecole Polytechnique", ["@phdthesis{x-1,", "  year = {2015},", "  school = {Ecole Polytechnique},"]),
        ("Technical report", ["@misc{x-1,", "  year = {2015},", "  howpublished = {Technical report},"]),
    ],
)  # fmt: skip
def test_the_venue_decides_the_kind_of_entry(venue, lines):
    found = entry(venue=venue).splitlines()
    assert [found[0], *found[3:-1]] == lines


def test_signs_that_mean_something_to_latex_are_escaped():
    title = r"50% & <0.5MB: a_b #1 {x} ~ ^ \ $ |"
    assert (
        r"title = {{50\% \& \textless{}0.5MB: a\_b \#1 \{x\} \textasciitilde{} \textasciicircum{} \textbackslash{} \$ \textbar{}}}"
        in entry(title=title)
    )
    assert "{Jürgen Müller}" in entry(authors=["Jürgen Müller"])


def test_a_name_that_bibtex_would_take_apart_is_kept_together():
    assert "author = {{Brand and Sons} and {Smith, Inc.} and Anders And}" in entry(
        authors=["Brand and Sons", "Smith, Inc.", "Anders And"]
    )


def test_a_doi_is_not_escaped_but_cannot_close_the_entry():
    assert "doi = {10.1007/978-3-319-10590-1_53}" in entry(doi="10.1007/978-3-319-10590-1_53")
    assert "doi = {10.1007/a%7Db}" in entry(doi="10.1007/a}b")


def test_every_shipped_work_has_an_entry_with_balanced_braces():
    library = load()
    for work in [*library.records.values(), *library.stubs.values()]:
        text = re.sub(r"\\[{}]", "", bibtex(work))
        assert text.startswith("@")
        assert f"{{{work.id}," in text
        assert text.count("{") == text.count("}")
