"""Runs a network once without arithmetic and writes down what happened.

The network is built without initialising its parameters and fed a batch of no images, on the CPU: torch's own shape rules run, no
number is ever computed, and ViT-Huge costs as little as LeNet. Every torch function called on the way is seen with the shapes of one image.
"""

import contextlib
import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.traced import Layer, Node, Pair, Trace, Window


class UncountedOperator(TypeError):
    """A weighted operation that has no counting rule."""


INITIALISED = (nn.modules.conv._ConvNd, nn.Linear, nn.modules.batchnorm._NormBase, nn.LayerNorm, nn.GroupNorm)
NORMALISATIONS = (nn.modules.batchnorm._NormBase, nn.LayerNorm, nn.GroupNorm)

# torch's name of a function -> the name that measures use.
OPERATIONS = {
    "conv1d": "conv",
    "conv2d": "conv",
    "conv3d": "conv",
    "conv_transpose2d": "transposed",
    "_max_pool2d": "max_pool",
    "max_pool2d": "max_pool",
    "avg_pool2d": "avg_pool",
    "adaptive_avg_pool2d": "avg_pool",
    "__add__": "add",
    "__iadd__": "add",
    "add_": "add",
    "__radd__": "add",
    "__mul__": "mul",
    "__imul__": "mul",
    "__rmul__": "mul",
    "mul_": "mul",
    "cat": "concat",
    "concat": "concat",
    "__matmul__": "matmul",
    "bmm": "matmul",
    "mm": "matmul",
    "relu_": "relu",
    "reshape": "view",
    "flatten": "flatten",
    "local_response_norm": "lrn",
    "scaled_dot_product_attention": "attention",
}
# Operations that take parameters without a matrix product: one multiplication or addition a value at most, or none.
ELEMENTWISE = frozenset(
    "add sub mul div neg view permute transpose t unsqueeze squeeze expand expand_as contiguous detach to clone __getitem__ chunk split "
    "unbind concat stack sum mean batch_norm layer_norm group_norm instance_norm prelu sigmoid tanh exp softmax sqrt rsqrt pow "
    "__sub__ __rsub__ __truediv__ __neg__ __pow__ flatten movedim type_as repeat float double half bfloat16 abs sign".split()
)
# Products that would go by uncounted, even between tensors that are no parameters.
UNCOUNTED = frozenset(
    "einsum bilinear multi_head_attention_forward tensordot inner outer dot mv baddbmm addmm addbmm conv_transpose1d "
    "conv_transpose3d conv_tbc lstm gru rnn_tanh rnn_relu embedding_bag chain_matmul multi_dot".split()
)


@contextlib.contextmanager
def uninitialised() -> Iterator[None]:
    """Modules built inside get memory for their parameters and nothing in it."""
    kept = {cls: cls.reset_parameters for cls in INITIALISED}
    try:
        for cls in INITIALISED:
            cls.reset_parameters = lambda self: None  # type: ignore[method-assign]
        yield
    finally:
        for cls, reset in kept.items():
            cls.reset_parameters = reset  # type: ignore[method-assign]


def trace(net: Network, input: int | None = None, name: str = "") -> Trace:
    """What one image's forward pass does: every operation and every module, with shapes, parameters and multiply-adds.

    `input` is the side in pixels, the network's own `input_shape` by default. The network is left in evaluation mode.
    """
    channels = net.input_shape[0]
    shape = (channels, input, input) if input is not None else net.input_shape
    device = next(net.parameters(), torch.empty(0)).device
    modules = dict(net.named_modules())
    recorder = Recorder(net, {id(module): path for path, module in modules.items()})
    net.eval()
    image = torch.empty(0, *shape, device=device)
    recorder.made_by[id(image)] = -1
    recorder.kept.append(image)
    with torch.inference_mode(), module_hooks(recorder), recorder:
        result = net(image)
    results = result if isinstance(result, tuple | list) else (result,)
    output = tuple(recorder.made_by[id(tensor)] for tensor in results)
    seen: set[int] = set()
    layers = {path: _layer(module, recorder.shapes.get(path), seen) for path, module in modules.items()}
    return Trace(name or type(net).__name__, shape, layers, tuple(recorder.nodes), output)


@contextlib.contextmanager
def module_hooks(recorder: "Recorder") -> Iterator[None]:
    """Within, a recorder knows which module runs, and what it puts out."""

    def enter(module: nn.Module, args: Any) -> None:
        path = recorder.paths.get(id(module))
        recorder.stack.append(recorder.stack[-1] if path is None else path)

    def leave(module: nn.Module, args: Any, output: Any) -> None:
        path = recorder.stack.pop()
        made_by = recorder.made_by.get(id(output), -1)
        if made_by >= 0:
            recorder.shapes[path] = recorder.nodes[made_by].shape
        elif isinstance(output, Tensor):
            recorder.shapes[path] = tuple(output.shape[1:])

    handles = (
        nn.modules.module.register_module_forward_pre_hook(enter),
        nn.modules.module.register_module_forward_hook(leave),
    )
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _layer(module: nn.Module, shape: tuple[int, ...] | None, seen: set[int]) -> Layer:
    weights = biases = norms = 0
    for name, parameter in module._parameters.items():
        if parameter is None or id(parameter) in seen:
            continue
        seen.add(id(parameter))  # a parameter that two modules share is counted once
        if isinstance(module, NORMALISATIONS):
            norms += parameter.numel()
        elif name.endswith("bias"):
            biases += parameter.numel()
        else:
            weights += parameter.numel()
    settings: dict[str, int | float] = {}
    for name, value in module.__dict__.items():
        if name[0] == "_":
            continue
        if type(value) is tuple and value and value == value[:1] * len(value):
            value = value[0]  # a square kernel, (3, 3), is 3
        if type(value) in (int, float):
            settings[name] = value
    return Layer(type(module).__name__, weights, biases, norms, settings, shape)


class Recorder(TorchFunctionMode):
    """Sees every torch function of the forward pass."""

    def __init__(self, net: nn.Module, paths: dict[int, str]) -> None:
        super().__init__()
        self.paths = paths
        self.parameters = {id(parameter) for parameter in net.parameters()}
        self.stack = [""]
        self.shapes: dict[str, tuple[int, ...]] = {}
        self.nodes: list[Node] = []
        self.made_by: dict[int, int] = {}  # id of a tensor -> the node that made it
        self.kept: list[Tensor] = []  # an id stays one tensor's own as long as the tensor lives

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        function_name = func.__name__
        if function_name != "__get__":  # an attribute such as .shape
            self.record(function_name, args, kwargs or {}, result)
        return result

    def record(self, function_name: str, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> None:
        """Keep what one function did, where it is an operation of the network."""
        op = OPERATIONS.get(function_name, function_name)
        sources: dict[int, None] = {}
        weighted = False
        for tensor in _tensors((*args, *kwargs.values()) if kwargs else args):
            key = id(tensor)
            if key in self.made_by:
                sources[self.made_by[key]] = None
            if key in self.parameters:
                weighted = True
        inputs = tuple(sources)
        results = _tensors((result,))
        rule = RULES.get(op)
        if rule is None and (op in UNCOUNTED or (weighted and op not in ELEMENTWISE)):
            raise UncountedOperator(
                f"layer {self.stack[-1] or 'at the top'!r}: no rule to count the multiplications of {function_name}"
            )
        if not inputs and weighted:  # a view of a parameter is still a parameter
            self.parameters.update(map(id, results))
            self.kept += results
            return
        if not inputs and rule is None:
            return
        for tensor in results:
            extra = rule(args, kwargs, tensor) if rule else {}
            if window := WINDOWS.get(function_name):
                extra["window"] = window(args, kwargs)
            self.made_by[id(tensor)] = len(self.nodes)
            self.kept.append(tensor)
            self.nodes.append(Node(op, self.stack[-1], inputs, tuple(tensor.shape[1:]), **extra))


def _tensors(values: Iterable[Any]) -> list[Tensor]:
    found = []
    for value in values:
        if isinstance(value, Tensor):
            found.append(value)
        elif isinstance(value, (tuple, list)):
            found += _tensors(value)
    return found


def _argument(
    args: tuple[Any, ...], kwargs: dict[str, Any], position: int, name: str, default: Any = None
) -> Any:
    return args[position] if len(args) > position else kwargs.get(name, default)


def _pair(value: Any) -> Pair:
    if isinstance(value, int):
        return value, value
    return (value[0], value[-1]) if value else (1, 1)


# -- counting rules: one image's multiplications, from the shapes of the call ------------------------------------------


def _convolution(args: tuple[Any, ...], kwargs: dict[str, Any], out: Tensor) -> dict[str, Any]:
    weight = _argument(args, kwargs, 1, "weight")
    groups = _argument(args, kwargs, 6, "groups", 1)
    size = weight.numel()
    return {
        "macs": size * math.prod(out.shape[2:]),
        "fan_in": size // weight.shape[0],
        "weight": tuple(weight.shape),
        "groups": groups,
    }


def _transposed(args: tuple[Any, ...], kwargs: dict[str, Any], out: Tensor) -> dict[str, Any]:
    image, weight = args[0], _argument(args, kwargs, 1, "weight")
    macs = weight.numel() * math.prod(image.shape[2:])
    groups = _argument(args, kwargs, 6, "groups", 1)
    return {"macs": macs, "weight": tuple(weight.shape), "groups": groups}


def _linear(args: tuple[Any, ...], kwargs: dict[str, Any], out: Tensor) -> dict[str, Any]:
    weight = _argument(args, kwargs, 1, "weight")
    rows = math.prod(args[0].shape[1:-1])
    return {"macs": rows * weight.numel(), "fan_in": weight.shape[-1], "weight": tuple(weight.shape)}


def _matmul(args: tuple[Any, ...], kwargs: dict[str, Any], out: Tensor) -> dict[str, Any]:
    inner = args[0].shape[-1]
    return {"macs": math.prod(out.shape[1:]) * inner, "fan_in": inner}


def _attention(args: tuple[Any, ...], kwargs: dict[str, Any], out: Tensor) -> dict[str, Any]:
    query, key, value = args[:3]
    rows = math.prod(query.shape[1:-1])
    return {"macs": rows * key.shape[-2] * (query.shape[-1] + value.shape[-1])}


def _distance(args: tuple[Any, ...], kwargs: dict[str, Any], out: Tensor) -> dict[str, Any]:
    """Euclidean distances: one square a pair of components."""
    size = args[0].shape[-1]
    return {"macs": math.prod(out.shape[1:]) * size, "fan_in": size}


RULES: dict[str, Callable[[tuple[Any, ...], dict[str, Any], Tensor], dict[str, Any]]] = {
    "attention": _attention,
    "cdist": _distance,
    "conv": _convolution,
    "linear": _linear,
    "matmul": _matmul,
    "transposed": _transposed,
}


# -- what an output sees of its input: for receptive fields ----------------------------------------------------------------


def _conv_window(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Window:
    kernel = tuple(_argument(args, kwargs, 1, "weight").shape[2:])
    stride = _pair(_argument(args, kwargs, 3, "stride", 1))
    dilation = _pair(_argument(args, kwargs, 5, "dilation", 1))
    return Window(_pair(kernel), stride, dilation)


def _pool_window(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Window:
    kernel = _pair(_argument(args, kwargs, 1, "kernel_size"))
    stride = _argument(args, kwargs, 2, "stride")
    return Window(kernel, kernel if stride in (None, [], ()) else _pair(stride), (1, 1))


def _max_pool_window(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Window:
    return _pool_window(args, kwargs)._replace(dilation=_pair(_argument(args, kwargs, 4, "dilation", 1)))


def _adaptive_window(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Window:
    height, width = args[0].shape[-2:]
    rows, columns = _pair(_argument(args, kwargs, 1, "output_size"))
    stride = (height // rows, width // columns)
    kernel = (height - (rows - 1) * stride[0], width - (columns - 1) * stride[1])
    return Window(kernel, stride, (1, 1))


WINDOWS: dict[str, Callable[[tuple[Any, ...], dict[str, Any]], Window]] = {
    "conv1d": _conv_window,
    "conv2d": _conv_window,
    "max_pool2d": _max_pool_window,
    "_max_pool2d": _max_pool_window,
    "avg_pool2d": _pool_window,
    "adaptive_avg_pool2d": _adaptive_window,
}
