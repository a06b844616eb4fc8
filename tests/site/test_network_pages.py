"""Pages about networks: what was built beside what is printed, for the shipped records."""

import html
import json
import re
from typing import Any

import pytest

from cnnclaims.claims.loading import load
from cnnclaims.claims.verdicts import load_verdicts
from cnnclaims.site import architecture
from cnnclaims.site.blocks import block_svg, blocks_html, chain_svg, kinds_of_blocks
from cnnclaims.site.compare import compare_page, data_file
from cnnclaims.site.gathered import Canon, gather
from cnnclaims.site.known_networks import OTHER, RATIO, Known, known_networks, subject, top1
from cnnclaims.site.network_pages import again, curves, network_page, networks_page
from cnnclaims.site.stages import stage_bars, stage_table
from cnnclaims.verifiers.sheet_files import load_sheets


@pytest.fixture(scope="module")
def canon() -> Canon:
    return gather(load(), load_verdicts())


@pytest.fixture(scope="module")
def networks(canon: Canon) -> dict[str, Known]:
    return known_networks(canon, load_sheets())


def words(text: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", text)))


def test_a_network_comes_from_the_record_that_names_it(networks: dict[str, Known]) -> None:
    source = networks["resnet50"].source
    assert source is not None
    assert source.id == "resnet"
    assert networks["resnet50"].first == "resnet50()"


def test_a_network_without_defaults_is_shown_by_a_call_that_claims_use(networks: dict[str, Known]) -> None:
    assert networks["vgg"].first.startswith("vgg(config=")
    assert networks["vgg"].sheet["layers"]


def test_what_no_record_speaks_of_has_no_page(canon: Canon) -> None:
    sheets = {"unheard_of": {"calls": {"unheard_of()": {}}}}
    assert known_networks(canon, sheets) == {}


@pytest.mark.parametrize(("measure", "about"), [
    ("params(resnet50())", ("params", "")),
    ("output_size(resnet50(), 'conv1')", ("output_size", "conv1")),
    ("macs(googlenet(), part='3a')", ("macs", "3a")),
    ("params(vgg16()) / params(resnet50())", (RATIO, "")),
    ("setting(alexnet(), 'conv1', 'stride')", (OTHER, "conv1")),
])  # fmt: skip
def test_a_measure_says_what_it_is_about(measure: str, about: tuple[str, str]) -> None:
    assert subject(measure) == about


def test_stages_as_built_stand_beside_what_the_paper_prints(networks: dict[str, Known]) -> None:
    table = stage_table(networks["resnet50"], "resnet")
    row = next(part for part in table.split("<tr>") if ">conv4_x<" in html.unescape(part))
    assert "1024 × 14 × 14 14x14 pixels reproduced 1×1, 3×3 2 6 7,098,368 1,387,266,048 36.0 %" in words(row)
    assert "../papers/resnet.html#" in row


def test_another_paper_adds_nothing_to_a_paper_s_own_column(networks: dict[str, Known]) -> None:
    assert "As printed" not in stage_table(networks["resnet50"], "vgg")


def test_shares_of_the_stages_are_drawn_but_not_for_a_single_stage(networks: dict[str, Known]) -> None:
    assert "conv5_x 58.6 % and 19.0 %" in words(stage_bars(networks["resnet50"]))
    assert stage_bars(networks["bottleneck_block"]) == ""


def test_alike_blocks_are_one_kind(networks: dict[str, Known]) -> None:
    kinds = kinds_of_blocks(networks["resnet50"].sheet)
    assert [len(kind.paths) for kind in kinds] == [1, 12, 3]
    assert kinds[1].paths[:2] == ("conv2_x.1", "conv2_x.2")
    (module,) = [k for k in kinds_of_blocks(networks["googlenet"].sheet) if "3a" in k.paths]
    assert len(module.paths) == 9


def test_a_block_is_drawn_with_its_shortcut(networks: dict[str, Known]) -> None:
    sheet = networks["resnet50"].sheet
    svg = block_svg(sheet["layers"], kinds_of_blocks(sheet)[1], "block")
    assert svg.count("<rect") == 5  # input, three convolutions, the sum
    assert svg.count("<path") == 5  # from the input twice, to the sum twice, two between
    assert "1×1 conv, 64 BN · ReLU 3×3 conv, 64 BN · ReLU 1×1 conv, 256 BN + ReLU" in words(
        svg.partition("</desc>")[2]
    )


def test_a_plain_chain_of_layers_has_stages_and_no_blocks(networks: dict[str, Known]) -> None:
    sheet = networks["vgg16"].sheet
    assert blocks_html(sheet) == ""
    assert chain_svg(sheet, "vgg16()").count("<rect") == 13 + 5 + 3


def test_every_network_has_a_page_with_its_totals_and_the_command(
    canon: Canon, networks: dict[str, Known]
) -> None:
    listed = html.unescape(networks_page(networks).body)
    for known in networks.values():
        page = network_page(canon, known)
        total = known.sheet["totals"]
        assert f"{total['params']:,}, of them {total['weights']:,} weights" in page.body
        assert f'href="networks/{known.name}.html"' in listed
        assert html.unescape(page.body).count("cnnclaims layers ") == 1
        assert page.body.count("<tr>") >= len(known.sheet["layers"]) + len(known.sheet["stages"])
        assert len(page.body) < 1_200_000


@pytest.mark.parametrize(("call", "line"), [
    ("resnet50()", "cnnclaims layers resnet50"),
    ("mobilenet_v1(width=0.5)", "cnnclaims layers 'mobilenet_v1(width=0.5)'"),
    ("vgg(config='A')", "cnnclaims layers \"vgg(config='A')\""),
    ("resnet50(), input=320", "cnnclaims layers resnet50 --input 320"),
])  # fmt: skip
def test_a_command_can_be_typed_as_it_stands(call: str, line: str) -> None:
    assert again(call) == line


def test_statements_of_all_works_stand_side_by_side(canon: Canon, networks: dict[str, Known]) -> None:
    body = network_page(canon, networks["vgg16"]).body
    part = body.partition("{#_stated}")[2]
    papers = set(re.findall(r'href="\.\./papers/([a-z0-9-]+)\.html#', part))
    assert {"vgg", "mobilenet-v1", "network-pruning"} <= papers
    assert "refuted" in part
    assert len(re.findall("<tr>", part)) - 1 == len(networks["vgg16"].stated)


def test_a_scaling_curve_has_calls_that_differ_in_one_argument_alone(networks: dict[str, Known]) -> None:
    found = curves(networks["mobilenet_v1"])
    assert [value for value, _ in found["width"]] == [0.25, 0.5, 0.75, 1.0, 2.0]
    assert [value for value, _ in found["resolution"]] == [128, 160, 192, 224, 448]
    assert "classes" not in found
    assert curves(networks["alexnet_one_gpu"]) == {}


def test_a_paper_s_readings_stand_on_the_pages_of_its_networks(
    canon: Canon, networks: dict[str, Known]
) -> None:
    source = networks["mobilenet_v1"].source
    assert source is not None
    text = words(network_page(canon, networks["mobilenet_v1"]).body)
    assert all(re.sub(r"\s+", " ", reading) in text for reading in source.readings)


# -- on the paper's page ---------------------------------------------------------------------------------------------------


def paper(canon: Canon, id: str) -> Any:
    return next(one for one in canon.papers if one.record.id == id)


def test_the_network_that_a_paper_s_stages_are_about_comes_first(
    canon: Canon, networks: dict[str, Known]
) -> None:
    section = architecture.architecture(paper(canon, "resnet"), networks)
    assert section.index("networks/resnet50.html") < section.index("networks/resnet18.html")
    assert "56x56 pixels" in words(section)
    assert architecture.architecture(paper(canon, "batch-normalization"), networks) == ""


def test_printed_accuracy_is_drawn_against_measured_cost(canon: Canon, networks: dict[str, Known]) -> None:
    section = architecture.accuracy_charts(paper(canon, "mobilenet-v1"), networks)
    assert section.count("<figure") == 4
    row = next(
        part for part in section.split("<tr>") if part.startswith('<th scope="row">0.75 MobileNet-224<')
    )
    assert "325,401,216" in row
    assert 'class="ghost"' in section
    assert "Table 4, Table 5, Table 6, Table 7" in words(section)


def test_a_paper_without_accuracies_of_networks_has_no_chart(
    canon: Canon, networks: dict[str, Known]
) -> None:
    assert architecture.accuracy_charts(paper(canon, "conv-arithmetic"), networks) == ""


# -- comparing -------------------------------------------------------------------------------------------------------------


def test_the_accuracy_of_a_network_is_its_own_paper_s_where_that_prints_one(
    networks: dict[str, Known],
) -> None:
    found = top1(networks["mobilenet_v1"], "mobilenet_v1()")
    assert found is not None
    assert (found[0].claim.paper, found[1]) == ("mobilenet-v1", "70.6")
    wide = top1(networks["shufflenet_v2"], "shufflenet_v2()")
    assert wide is not None
    assert (wide[0].claim.printed, wide[1]) == ("30.6", "69.4")  # an error, turned round


def test_every_call_is_in_the_data_and_in_the_table(networks: dict[str, Known]) -> None:
    data = json.loads(data_file(networks))
    calls = [call for known in networks.values() for call in known.calls]
    assert [entry["call"] for entry in data] == calls
    page = compare_page(networks)
    assert page.body.count("<tr>") == len(calls) + 1
    (embedded,) = re.findall(r'id="_networks">([^<]*)</script>', page.body)
    assert [entry[0] for entry in json.loads(embedded)["calls"]] == calls
    assert set(json.loads(embedded)["start"]) <= set(calls)
    assert page.body.count("<script") == 1
