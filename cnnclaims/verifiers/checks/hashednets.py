"""HashedNets (arXiv 1504.04788): the figure's example, and what hashing does to sums and to gradients."""

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.networks.hashednets import HashedLinear, equal_size_net, hashednet
from cnnclaims.verifiers.networks.network import Network

UNITS = "1000"  # Section 6: units of a hidden layer
PLAIN_UNITS = 100  # Section 6: units of the plain net that is as large at a factor of 1/10
TRIED = (999, 1000, 1001)  # each unit more keeps 79 or 80 weights more
INPUTS, OUTPUTS, STORED, BATCH = 60, 40, 300, 16  # factor 1/8


def figure_1_factor() -> Found:
    """The net of Figure 1 stores a quarter of its virtual weights, in both layers; at a third it does not."""
    virtual = equal_size_net(units=4, factor=1, image=2, classes=2)
    return stores_a_quarter(
        hashednet(units=4, factor=0.25, image=2, classes=2),
        virtual,
        hashednet(units=4, factor=0.34, image=2, classes=2),
    )


def stores_a_quarter(net: Network, virtual: Network, control: Network) -> Found:
    """Whether each layer of `net`, and not of the control, stores a quarter of the same layer of `virtual`."""
    stored, full, other = (weights(each) for each in (net, virtual, control))
    holds = all(4 * k == n for k, n in zip(stored, full, strict=True))
    differs = any(4 * k != n for k, n in zip(other, full, strict=True))
    written, of, against = (" and ".join(map(str, each)) for each in (stored, full, other))
    sentence = f"layers of {of} virtual weights store {written}: {sum(stored)} of {sum(full)}; the control stores {against}"
    return Found(holds and differs, sentence)


def weights(net: Network) -> list[int]:
    """The stored weights of each layer."""
    return [layer.weight.numel() for layer in net.modules() if isinstance(layer, nn.Linear)]


def gradient_of_a_bucket_is_a_sum() -> Found:
    """Equations 11 and 12: a stored weight's gradient sums sign times input times the gradient of each output it feeds."""
    layer, image, upstream = example()
    by_place = torch.zeros(STORED, dtype=torch.float64)
    unsigned = torch.zeros_like(by_place)
    for i in range(OUTPUTS):
        for j in range(INPUTS):
            product = (upstream[:, i] * image[:, j]).sum()
            by_place[layer.index[i, j]] += layer.sign[i, j] * product
            unsigned[layer.index[i, j]] += product
    (found,) = torch.autograd.grad((layer(image) * upstream).sum(), layer.weight)
    return agrees(found, by_place, unsigned, "the gradients of the stored weights")


def weights_or_inputs_may_be_hashed() -> Found:
    """Equations 4 to 7: each output is the product of the stored weights with the input hashed for that output."""
    layer, image, _ = example()
    features = torch.zeros(BATCH, OUTPUTS, STORED, dtype=torch.float64)
    unsigned = torch.zeros_like(features)
    for i in range(OUTPUTS):
        features[:, i].index_add_(1, layer.index[i], layer.sign[i] * image)
        unsigned[:, i].index_add_(1, layer.index[i], image)
    stored = layer.weight.detach()
    return agrees(layer(image).detach(), features @ stored, unsigned @ stored, "the outputs")


def example() -> tuple[HashedLinear, Tensor, Tensor]:
    """A hashed layer, a batch of inputs and a gradient of its outputs, all drawn from a standard normal law."""
    generator = torch.Generator().manual_seed(20150419)
    layer = HashedLinear(INPUTS, OUTPUTS, STORED).double()
    with torch.no_grad():
        layer.weight.normal_(generator=generator)
    image = torch.randn(BATCH, INPUTS, generator=generator, dtype=torch.float64)
    upstream = torch.randn(BATCH, OUTPUTS, generator=generator, dtype=torch.float64)
    return layer, image, upstream


def agrees(found: Tensor, by_formula: Tensor, control: Tensor, what: str) -> Found:
    """Whether two results are equal up to rounding of float64, and the control (no signs) is far off."""
    size = found.abs().max()
    error, off = (float((found - other).abs().max() / size) for other in (by_formula, control))
    sentence = (
        f"{OUTPUTS * INPUTS} virtual weights in {STORED}: {what} agree with the formula to {error:.0e} of the largest; "
        f"without the signs they are {off:.2f} off"
    )
    return Found(error < 1e-12 and off > 0.1, sentence)


def hidden_units_for_100_plain_ones() -> Found:
    """Section 6: at a factor of 1/10 the HashedNet that keeps as much as a plain net of 100 units has 1000; no other does."""
    return as_large_as_a_plain_net_of(PLAIN_UNITS)


def as_large_as_a_plain_net_of(units: int) -> Found:
    """Of all numbers of hidden units whose HashedNet keeps at a tenth exactly the weights of a plain net only the printed one fits."""
    plain = sum(weights(equal_size_net(units=units, factor=1)))
    kept = {n: sum(weights(hashednet(units=n, factor=0.1))) for n in TRIED}
    fit = [n for n, stored in kept.items() if stored == plain]
    sentence = (
        f"a plain net of {units} units has {plain:,} weights; at a factor of 1/10 HashedNets keep "
        f"{', '.join(f'{stored:,} with {n} units' for n, stored in kept.items())}"
    )
    return Found(fit == [int(UNITS)], sentence, own_word=True)
