"""What holds for every network: it runs, learns and is saved, and three counts of its multiply-adds agree."""

import ast
import functools
import math

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from cnnclaims.claims.loading import load
from cnnclaims.verifiers import catalogue
from cnnclaims.verifiers.kernels import KERNELS
from cnnclaims.verifiers.measures.cost import macs, params
from cnnclaims.verifiers.networks import NETWORKS
from cnnclaims.verifiers.trace import trace, uninitialised

NAMES = sorted({*NETWORKS, *KERNELS})
LARGEST = 30_000_000  # parameters that a test trains on a CPU: ResNet-50 has 26 million
WIDEST = 40_000_000  # values that one image makes in it, likewise: ResNet-50 makes 36 million


def calls_of_the_records():
    """Every network call that a shipped record makes, and every network as it is by default."""
    found = set()
    for claim in load().claims():
        for expression in filter(None, (claim.measure, claim.explained_by)):
            for node in ast.walk(ast.parse(expression, mode="eval")):
                if isinstance(node, ast.Call) and node.func.id in NAMES:
                    found.add(ast.unparse(node))
    for name in NAMES:
        if all(parameter.default is not None for parameter in catalogue.signatures()[name].parameters):
            found.add(f"{name}()")
    return sorted(found)


CALLS = calls_of_the_records()


def build(call):
    functions = {name: catalogue.function(name) for name in NAMES if name in call}
    return eval(call, {"__builtins__": {}}, functions)


def macs_of_operations(net):
    """Counted by torch from the operations that it dispatches, one image on the meta device."""
    net = net.to("meta").eval()
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        net(torch.empty(1, *net.input_shape, device="meta"))
    return counter.get_total_flops() // 2


def macs_of_layers(net):
    """Counted from the layers' hyper-parameters and output sizes, without looking at a weight."""
    total = 0

    def count(layer, inputs, output):
        nonlocal total
        if isinstance(layer, nn.Conv2d | nn.Conv3d):
            fan_in = layer.in_channels // layer.groups * math.prod(layer.kernel_size)
            total += fan_in * layer.out_channels * math.prod(output.shape[2:])
        elif isinstance(layer, nn.ConvTranspose2d):
            fan_out = layer.out_channels // layer.groups * math.prod(layer.kernel_size)
            total += fan_out * layer.in_channels * math.prod(inputs[0].shape[2:])
        else:
            total += layer.in_features * layer.out_features * math.prod(inputs[0].shape[1:-1])

    hooks = [
        module.register_forward_hook(count)
        for module in net.modules()
        if isinstance(module, nn.Conv2d | nn.Conv3d | nn.ConvTranspose2d | nn.Linear)
    ]
    net.eval()
    with torch.no_grad():
        net(torch.empty(1, *net.input_shape, device="meta"))
    for hook in hooks:
        hook.remove()
    return total


@pytest.mark.parametrize("call", CALLS)
def test_three_ways_of_counting_multiply_adds_agree(call):
    with uninitialised():
        net = build(call)
    traced = trace(net)
    squares = sum(
        node.macs for node in traced.nodes if node.op == "cdist"
    )  # no product: LeNet's distances to its codes
    assert macs(traced) > 0 or not params(traced)
    assert params(traced) == sum(parameter.numel() for parameter in net.parameters())
    attention = sum(
        node.macs for node in traced.nodes if node.op == "matmul" and len(node.inputs) > 1
    )  # no layer
    assert macs(traced) - squares == macs_of_operations(net) == macs_of_layers(net) + attention


@pytest.mark.parametrize("device", ["cpu", "cuda"])
@pytest.mark.parametrize("name", [name for name in sorted(NETWORKS) if f"{name}()" in CALLS])
def test_a_network_runs_learns_and_is_saved(name, device):
    if device == "cuda" and not torch.cuda.is_available():
        pytest.skip("no CUDA device on this machine")
    with uninitialised():
        net, other = build(f"{name}()"), build(f"{name}()")
    run = _default_trace(name)
    large, wide = params(run), sum(node.values for node in run.nodes)
    if device == "cpu" and (large > LARGEST or wide > WIDEST):
        net, other, device = net.to("meta"), other.to("meta"), "meta"  # shapes alone
    for parameter in net.parameters():
        nn.init.constant_(parameter, 0.01)
    net = net.to(device).train()
    output = net(torch.rand(2, *net.input_shape, device=device))
    outputs = output if isinstance(output, tuple) else (output,)
    assert all(out.shape[0] == 2 for out in outputs)
    sum(out.sum() for out in outputs).backward()
    without = [path for path, parameter in net.named_parameters() if parameter.grad is None]
    assert not without
    other.load_state_dict(net.state_dict())
    if device == "meta":
        return
    first = next(iter(net.state_dict().values())).cpu()
    assert torch.equal(next(iter(other.state_dict().values())), first)


def test_every_network_of_the_folders_is_listed():
    for folder, names in (("networks", NETWORKS), ("kernels", KERNELS)):
        files = {path.stem for path in (catalogue.PACKAGE / folder).glob("*.py")}
        shared = {"__init__", "network", "arguments", "layers"}
        defined_here = (
            set(NETWORKS) - set(NETWORKS.values()) if folder == "kernels" else set()
        )  # built elsewhere
        assert files - shared - defined_here == set(names.values())
        assert list(names) == sorted(names)


def test_every_network_of_a_record_is_in_the_language():
    networks = [name for record in load().records.values() for name in record.networks]
    assert not [name for name in networks if name not in NETWORKS and name not in KERNELS]


def test_signatures_read_from_the_source_are_those_that_python_sees():
    import inspect

    for name in NAMES:
        parameters = inspect.signature(catalogue.function(name)).parameters
        assert [p.name for p in catalogue.signatures()[name].parameters] == list(parameters)


@functools.cache
def _default_trace(name):
    with uninitialised():
        return trace(build(f"{name}()"))


@pytest.mark.parametrize("name", ["alexnet", "mobilenet_v1", "resnet50"])
def test_a_batch_of_no_images_counts_what_two_images_count(name):
    with uninitialised():
        net = build(f"{name}()").to("meta").eval()
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        net(torch.empty(2, *net.input_shape, device="meta"))
    assert macs(_default_trace(name)) == counter.get_total_flops() // 4
