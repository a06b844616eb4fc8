"""The sheet of a network: what stands in its rows, and that they add up."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from cnnclaims.claims.loading import load
from cnnclaims.claims.verdicts import VerdictFileError
from cnnclaims.verifiers import running, sheet_files
from cnnclaims.verifiers.networks.densenet import densenet121
from cnnclaims.verifiers.networks.inception_v1 import googlenet
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.resnet import resnet18, resnet50
from cnnclaims.verifiers.networks.shufflenet_v1 import shufflenet_v1
from cnnclaims.verifiers.sheets import Row, Stage, layers, stages, totals
from cnnclaims.verifiers.trace import trace


class Doubled(nn.Module):
    """A convolution used twice, whose second output is added to the first; no activation between."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(2, 2, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        first = self.conv(x)
        return first + self.conv(first).transpose(2, 3)


def small() -> Network:
    parts: dict[str, nn.Module] = {
        "conv": nn.Conv2d(3, 2, 3, stride=2, padding=1),
        "bn": nn.BatchNorm2d(2),
        "relu": nn.ReLU(),
        "twice": Doubled(),
        "flatten": nn.Flatten(),
        "fc": nn.Linear(2 * 4 * 4, 5),
    }
    return Network(parts, input_shape=(3, 8, 8))


def test_rows_of_a_network_worked_by_hand() -> None:
    conv, first, second, added, fc = layers(trace(small()))
    assert conv == Row("conv", "conv", "batch_norm relu", "3x3", 2, 1, "2x4x4", 56 + 4, 54 * 16, ())
    assert first == Row("twice.conv", "conv", "", "3x3", 1, 1, "2x4x4", 38, 36 * 16, ())
    assert second == first._replace(params=0)  # the same module again
    assert added == Row("twice", "add", "", "", 1, 1, "2x4x4", 0, 0, (1, 2))  # through the transposition
    assert fc == Row("fc", "linear", "", "", 1, 1, "5", 165, 160, ())


def test_stages_of_a_network_worked_by_hand() -> None:
    found = {stage.name: stage for stage in stages(trace(small()))}
    assert found["conv"] == Stage("conv", "2x4x4", "3x3", 2, 1, 56, 864)
    assert found["twice"] == Stage("twice", "2x4x4", "3x3", 1, 1, 38, 1152)
    assert found["fc"] == Stage("fc", "5", "", 1, 1, 165, 160)


def test_totals_at_another_input() -> None:
    found = totals(trace(resnet18(), 112))
    assert (found["input"], found["output"], found["params"]) == ("3x112x112", "1000", 11689512)
    assert found["macs"] == 485_359_616  # a quarter of each stage, but conv5_x has 4x4 of 7x7
    assert (found["depth"], found["receptive_field"]) == (18, 531)
    assert "residual-learning" in found["ideas"]
    assert "dense-connectivity" not in found["ideas"]


def test_what_is_no_square_has_no_receptive_field() -> None:
    flat = Network({"conv": nn.Conv2d(3, 2, (3, 1))}, input_shape=(3, 8, 8))
    assert totals(trace(flat))["receptive_field"] is None


class Gated(nn.Module):
    """A map times its own means, with or without the places of a map."""

    def __init__(self, vector: bool) -> None:
        super().__init__()
        self.vector = vector

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        means = x.mean((2, 3)) if self.vector else x.mean((2, 3), keepdim=True)
        return x * (means[:, :, None, None] if self.vector else means)


@pytest.mark.parametrize("vector", [False, True])
def test_a_gate_that_sees_the_whole_map_leaves_the_steps_behind_it_alone(vector: bool) -> None:
    parts = {"a": nn.Conv2d(3, 2, 3, padding=1), "gate": Gated(vector), "b": nn.Conv2d(2, 2, 3, padding=1)}
    found = totals(trace(Network(parts, input_shape=(3, 8, 8))))
    assert (
        found["receptive_field"] == 3 + 7 + 2
    )  # 3 of the first, the 7 other places of the map, 2 of the second


def test_blocks_are_counted_where_they_are_numbered_alike() -> None:
    assert [stage.repeats for stage in stages(trace(resnet50())) if stage.repeats > 1] == [3, 4, 6, 3]
    assert [stage.repeats for stage in stages(trace(densenet121())) if stage.repeats > 1] == [6, 12, 24, 16]
    assert {stage.repeats for stage in stages(trace(googlenet()))} == {1}  # 1x1, 3x3, 5x5 are branches


def test_a_shuffle_made_of_views_is_a_row_of_its_own() -> None:
    assert "channel_shuffle" in {row.op for row in layers(trace(shufflenet_v1()))}


def test_a_shortcut_is_read_by_the_sum_that_ends_it() -> None:
    rows = layers(trace(resnet18()))
    plain = next(row for row in rows if row.path == "conv2_x.0.add")
    assert [rows[index].path for index in plain.inputs] == ["conv2_x.0.conv2", "maxpool"]


def test_rows_and_stages_of_every_recorded_sheet_add_up_to_the_totals() -> None:
    documents = sheet_files.load_sheets()
    assert len(documents) > 150
    for document in documents.values():
        for call, found in document["calls"].items():
            tables = [found["stages"], *([found["layers"]] if found["layers"] else [])]
            for rows in tables:
                assert sum(row.params for row in rows) == found["totals"]["params"], call
                assert sum(row.macs for row in rows) == found["totals"]["macs"], call
                assert len({row.name if isinstance(row, Stage) else id(row) for row in rows}) == len(rows)


def test_every_call_of_the_records_has_a_sheet_and_no_other_has() -> None:
    asked = sheet_files.questions(load().records.values())
    wanted = {name: [sheet_files.key(*one) for one in every] for name, every in asked.items()}
    assert {name: list(found["calls"]) for name, found in sheet_files.load_sheets().items()} == wanted


@pytest.mark.parametrize("names", [["lenet5", "resnet18", "vit_b_16", "vgg", "shufflenet_v2_unit"]])
def test_recorded_sheets_are_what_is_built(names: list[str], tmp_path: Path) -> None:
    asked = sheet_files.questions(load().records.values())
    made, failed = _built({name: asked[name] for name in names})
    assert not failed
    for name in names:
        path = sheet_files.SHEETS / f"{name}.json"
        assert sheet_files.text(made[name]) == path.read_text(encoding="utf-8"), name


def test_writing_twice_changes_nothing_and_a_stale_sheet_goes(tmp_path: Path) -> None:
    document = {"network": "small", "calls": {"small()": sheet_files.sheet(trace(small()))}}
    (tmp_path / "gone.json").write_text("{}")
    assert sheet_files.write({"small": document}, tmp_path) == [
        tmp_path / "gone.json",
        tmp_path / "small.json",
    ]
    assert sheet_files.write({"small": document}, tmp_path) == []
    assert [path.name for path in tmp_path.iterdir()] == ["small.json"]
    (read,) = sheet_files.load_sheets(tmp_path).values()
    assert read["calls"]["small()"]["layers"] == layers(trace(small()))


def test_a_changed_layer_is_a_changed_sheet(tmp_path: Path) -> None:
    document = {"network": "small", "calls": {"small()": sheet_files.sheet(trace(small()))}}
    sheet_files.write({"small": document}, tmp_path)
    document["calls"]["small()"]["layers"][0][7] += 1
    assert sheet_files.changed({"small": document}, tmp_path) == [tmp_path / "small.json"]


@pytest.mark.parametrize("broken", ["", "[]", '{"calls": {"x()": {}}}', '{"calls": {"x()": {"totals": {"params": 1}, "stages": [[1]]}}}'])  # fmt: skip
def test_a_broken_sheet_is_named_with_its_repair(tmp_path: Path, broken: str) -> None:
    (tmp_path / "x.json").write_text(broken)
    with pytest.raises(
        VerdictFileError, match=r"x\.json: no sheet can be read here(.|\n)*cnnclaims verify --all --update"
    ):
        sheet_files.load_sheets(tmp_path)


def test_calls_are_found_with_their_input_and_without_defaults() -> None:
    found: Any = list(
        sheet_files.calls("macs(resnet50(), input=320) / macs(mobilenet_v1(width=1, conv='full'))")
    )
    assert found == [("resnet50()", 320), ("mobilenet_v1(conv='full')", None)]
    assert list(sheet_files.calls("only='pointwise'")) == []
    assert list(sheet_files.calls("macs(conv(c_in=3, c_out=4, k=1, size=2))")) == []


@pytest.mark.parametrize(
    "text", ["resnet18(classes=1 / 0)", "resnet18('é')", "resnet18(", "(" * 99, "mlp(units=depth(vgg16()))"]
)
def test_a_text_that_lint_refuses_is_about_no_such_network(text: str) -> None:
    assert [call for call, _ in sheet_files.calls(text) if call.startswith(("resnet", "mlp"))] == []


def test_a_network_that_cannot_be_built_is_told_and_costs_no_other() -> None:
    asked = {"resnet18": [("resnet18()", None), ("resnet18(classes=0)", None)]}
    made, failed = _built(asked)
    assert list(made["resnet18"]["calls"]) == ["resnet18()"]
    assert failed == {"resnet18(classes=0)": "ValueError: classes is 0; use at least 1"}


def test_a_network_that_an_expression_speaks_of_is_not_built_again(monkeypatch: pytest.MonkeyPatch) -> None:
    tasks: list[Any] = []
    add = running.Pool.add
    monkeypatch.setattr(running.Pool, "add", lambda pool, *task: tasks.append(task) or add(pool, *task))
    found: Any = {}
    calls: Any = [("lenet5()", None), ("lenet5_caffe()", None)]
    assert dict(running.answers(["params(lenet5())"], networks=calls, take=found.__setitem__))
    assert list(found) == calls
    assert len(tasks) == 2


def _built(asked: dict[str, list[sheet_files.Question]]) -> sheet_files.Built:
    sheets: sheet_files.Sheets = {}
    calls = [call for every in asked.values() for call in every]
    assert not list(running.answers((), jobs=2, networks=calls, take=sheet_files.filling(sheets, asked)))
    return sheet_files.built(sheets, asked)
