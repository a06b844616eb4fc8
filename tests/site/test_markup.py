"""Markup passes Markdown as it is; everything else is read as ever."""

import markdown
import pytest

from cnnclaims.site.markup import AsItIs

PLAIN = ["attr_list", "toc"]


def read(text: str) -> str:
    return markdown.markdown(text, extensions=[AsItIs(), *PLAIN])


@pytest.mark.parametrize(
    "html",
    [
        "<p>one <em>two</em></p>",
        '<div class="scroll">\n<table>\n<tr><td>*no* emphasis, `no` code</td></tr>\n</table>\n</div>',
        "<pre><code>a\n  b  \nc</code></pre>",
        "<section class=\"claim\">\n<h3 id=\"a\">A</h3>\n</section>\n<p>[no](link)</p>",
    ],
)  # fmt: skip
def test_markup_comes_out_letter_for_letter(html: str) -> None:
    assert read(f"## Head {{#_a}}\n\n{html}\n\n## Next {{#_b}}").split("\n")[1:-1] == html.split("\n")


def test_headings_and_paragraphs_between_are_markdown() -> None:
    assert read("# A *b* {#_top}\n\n<p>*c*</p>\n\n*d*") == '<h1 id="_top">A <em>b</em></h1>\n<p>*c*</p>\n<p><em>d</em></p>'  # fmt: skip


def test_a_paragraph_that_begins_with_a_word_is_read_to_its_end() -> None:
    assert read("see <p> *x*") == "<p>see <p> <em>x</em></p>"


def test_a_page_of_markup_alone_is_itself() -> None:
    assert read("<ul>\n<li>one</li>\n</ul>") == "<ul>\n<li>one</li>\n</ul>"
