"""Both forms of normalisations. What is near the mean is a difference of larger numbers, and the bounds know it."""

import torch
from torch import Tensor

from cnnclaims.verifiers.checks.agreement import Draw
from cnnclaims.verifiers.kernels import batch_norm as batch
from cnnclaims.verifiers.kernels import convolution
from cnnclaims.verifiers.kernels import instance_norm as instance
from cnnclaims.verifiers.kernels import local_response_norm as response
from cnnclaims.verifiers.kernels.forms.form import Forms, drawn, largest
from cnnclaims.verifiers.networks.network import Network


def batch_norm(the: Draw) -> Forms:
    """At inference, and in training with what is then stored; control: in training each image by itself."""
    net, macs = drawn(batch.batch_norm(the.whole(1, 5), the.whole(2, 6)), the)
    x, (mean, variance, scale, shift) = the.image(*net.input_shape[:2]), _statistics(net)
    framework = [net(x)]
    definition = [batch.normalised(x, mean, variance, scale, shift)]
    magnitude = _magnitude(x.abs() + mean.abs()[:, None, None], variance, scale, shift)
    mean.zero_()  # so that a tenth of the new ones is stored
    variance.zero_()
    framework += [net.train()(x), mean, variance]
    y, mean, variance = batch.batch_norm_by_definition(x, scale, shift)
    summands = x[:, 0].numel()
    of_population = variance * summands / (summands - 1)  # Algorithm 2
    definition += [y, 0.1 * mean, 0.1 * of_population]
    alone = [batch.batch_norm_by_definition(image[None], scale, shift)[0] for image in x]
    control = [definition[0], torch.cat(alone), *definition[2:]]
    magnitude = max(magnitude, _magnitude(x, variance, scale, shift))
    one, other, differs = (
        torch.cat([part.flatten() for part in parts]) for parts in (definition, framework, control)
    )
    return Forms(one, other, differs, 0, macs, summands, magnitude)


def conv_batch_norm(the: Draw) -> Forms:
    """Folded by definition, against the framework's pair and its one convolution; control: the stored mean left out."""
    c_in, c_out, k = the.whole(1, 4), the.whole(1, 4), 2 * the.whole(0, 2) + 1
    net, macs = drawn(batch.conv_batch_norm(c_in, c_out, k, the.whole(3, 8)), the)
    x, (mean, variance, scale, shift) = the.image(*net.input_shape[:2]), _statistics(net)
    weight, bias = batch.folded(net.get_parameter("conv.weight"), mean, variance, scale, shift)
    y, counted = convolution.conv_by_definition(x, weight, padding=k // 2)
    sizes, _ = convolution.conv_by_definition(x.abs(), weight.abs(), padding=k // 2)
    magnitude = largest(sizes) + largest(bias) + 2 * largest(shift)
    pair = torch.cat([net(x), batch.fold(net)(x)])
    folded, control = (torch.cat([y + b[:, None, None]] * 2) for b in (bias, shift))
    return Forms(folded, pair, control, counted, macs, c_in * k * k + 2, magnitude)


def instance_norm(the: Draw) -> Forms:
    """Control: mean and variance over the batch."""
    net, macs = drawn(instance.instance_norm(the.whole(1, 5), the.whole(2, 6)), the)
    x = the.image(*net.input_shape[:2])
    scale, shift = net.get_parameter("instance.weight"), net.get_parameter("instance.bias")
    y = instance.instance_norm_by_definition(x, scale, shift)
    control, _, _ = batch.batch_norm_by_definition(x, scale, shift)
    smallest = x.var((2, 3), correction=0).amin(0)
    return Forms(y, net(x), control, 0, macs, x[0, 0].numel(), _magnitude(x, smallest, scale, shift))


def instance_batch_norm(the: Draw) -> Forms:
    """In training; control: the other channels normalised by instance."""
    channels = the.whole(2, 6)
    first = the.whole(1, channels - 1)
    net, macs = drawn(instance.instance_batch_norm(channels, the.whole(2, 6), first), the)
    x = the.image(channels, net.input_shape[1])
    scale, shift = (
        torch.cat([p for n, p in net.named_parameters() if n.endswith(end)]) for end in ("weight", "bias")
    )
    y = instance.instance_batch_norm_by_definition(x, first, scale, shift)
    turned = instance.instance_batch_norm_by_definition(
        x.flip(1), channels - first, scale.flip(0), shift.flip(0)
    )
    smallest = x.var((2, 3), correction=0).amin(0)
    magnitude = _magnitude(x, smallest, scale, shift)
    return Forms(y, net.train()(x), turned.flip(1), 0, macs, 2 * x[0, 0].numel(), magnitude)


def local_response_norm(the: Draw) -> Forms:
    """With and without the division by n, and constants of any size; control: the one for the other."""
    channels, n = the.whole(2, 9), 2 * the.whole(1, 4) + 1
    k, alpha, beta = the.whole(1, 4) / 2, the.whole(1, 20) / 10, the.whole(1, 8) / 4
    divides = bool(the.whole(0, 1))
    net, macs = drawn(
        response.local_response_norm(channels, the.whole(1, 5), n, k, alpha, beta, divides), the
    )
    x = the.image(channels, net.input_shape[1])
    y, control = (
        response.local_response_norm_by_definition(x, n, k, alpha, beta, one)
        for one in (divides, not divides)
    )
    return Forms(y, net(x), control, 0, macs, 4 * n, largest(x) / k**beta)


def _statistics(net: Network) -> list[Tensor]:
    """Mean, variance, scale and shift of the network's normalisation."""
    stored = [net.get_buffer(f"bn.{name}") for name in ("running_mean", "running_var")]
    return stored + [net.get_parameter(f"bn.{name}") for name in ("weight", "bias")]


def _magnitude(x: Tensor, variance: Tensor, scale: Tensor, shift: Tensor) -> float:
    """The largest that a value and a mean are apart from zero, over a deviation, and a shift; squared, since variances are."""
    spread = x.abs().amax((0, 2, 3)) / (variance + batch.EPSILON).sqrt()
    return largest(scale.abs() * (spread + spread**3)) + largest(shift)
