"""C2D and I3D ResNet-50 for videos: Non-local Neural Networks (Wang et al. 2017, arXiv 1711.07971), Section 4.1.

Built as the authors' code has them for clips of eight frames (facebookresearch/video-nonlocal-net, `resnet_video.py`).
Shapes are channels x frames x height x width; a clip comes in as all frames of its first colour, then of the others. The
first pooling is without padding and leaves 55x55, the stride is on the 3x3, and no convolution has a bias.
"""

from collections import OrderedDict

from torch import Tensor, nn

from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.resnet import Add

# Stage, width of the 3x3 convolutions, stride of its first block, frames that the first 1x1 of each block spans in I3D
STAGES = (
    ("res2", 64, 1, (3, 3, 3)),  # 256 x 8 x 55 x 55
    ("res3", 128, 2, (3, 1, 3, 1)),  # 512 x 4 x 28 x 28
    ("res4", 256, 2, (3, 1, 3, 1, 3, 1)),  # 1024 x 4 x 14 x 14
    ("res5", 512, 2, (1, 3, 1)),  # 2048 x 4 x 7 x 7
)
FIRST = 5  # frames that the 7x7 filters span in I3D
EXPANSION = 4


class Clip(nn.Module):
    """The frames of each colour one behind another, as channels x frames x height x width."""

    def __init__(self, frames: int) -> None:
        super().__init__()
        self.frames = frames

    def forward(self, x: Tensor) -> Tensor:
        return x.reshape(x.shape[0], 3, self.frames, *x.shape[2:])


def conv(c_in: int, c_out: int, frames: int, side: int, stride: int = 1) -> nn.Conv3d:
    """Filters over so many frames and pixels that keep the number of frames, and at stride 1 the map's size."""
    return nn.Conv3d(
        c_in,
        c_out,
        (frames, side, side),
        (1, stride, stride),
        (frames // 2, side // 2, side // 2),
        bias=False,
    )


class VideoBottleneck(nn.Module):
    """ResNet's bottleneck frame by frame, but that its first 1x1 may span three frames."""

    def __init__(self, c_in: int, inner: int, c_out: int, stride: int, frames: int) -> None:
        super().__init__()
        self.residual = nn.Sequential(
            OrderedDict(
                conv1=conv(c_in, inner, frames, 1),
                bn1=nn.BatchNorm3d(inner),
                relu1=nn.ReLU(inplace=True),
                conv2=conv(inner, inner, 1, 3, stride),
                bn2=nn.BatchNorm3d(inner),
                relu2=nn.ReLU(inplace=True),
                conv3=conv(inner, c_out, 1, 1),
                bn3=nn.BatchNorm3d(c_out),
            )
        )
        self.shortcut: nn.Module = nn.Identity()
        if c_in != c_out or stride > 1:
            self.shortcut = nn.Sequential(conv(c_in, c_out, 1, 1, stride), nn.BatchNorm3d(c_out))
        self.add = Add()
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.relu(self.add(self.residual(x), self.shortcut(x)))
        return y


def i3d_resnet50(frames: int = 8, classes: int = 400) -> Network:
    """ResNet-50 with its 7x7 filters spread over five frames, and every second block over three."""
    return _video_resnet50(frames, classes, inflated=True)


def c2d_resnet50(frames: int = 8, classes: int = 400) -> Network:
    """The same network frame by frame: only pooling joins frames."""
    return _video_resnet50(frames, classes, inflated=False)


def _video_resnet50(frames: int, classes: int, inflated: bool) -> Network:
    if frames < 2 or frames % 2:
        raise ValueError(
            f"frames is {frames}; use an even number of at least 2, since pairs of them are pooled"
        )
    if classes < 1:
        raise ValueError(f"classes is {classes}; use a whole number of at least 1")
    stages: dict[str, nn.Module] = {
        "clip": Clip(frames),  # 3 x 8 x 224 x 224
        "conv1": nn.Sequential(
            conv(3, 64, FIRST if inflated else 1, 7, 2), nn.BatchNorm3d(64), nn.ReLU(inplace=True)
        ),  # 64 x 8 x 112 x 112
        "pool1": nn.MaxPool3d((1, 3, 3), (1, 2, 2)),  # 64 x 8 x 55 x 55
    }
    c_in = 64
    for name, width, stride, spans in STAGES:
        blocks = []
        for i, span in enumerate(spans):
            step, over = stride if i == 0 else 1, span if inflated else 1
            blocks.append(VideoBottleneck(c_in, width, EXPANSION * width, step, over))
            c_in = EXPANSION * width
        stages[name] = nn.Sequential(*blocks)
        if name == "res2":
            stages["pool2"] = nn.MaxPool3d((2, 1, 1))  # 256 x 4 x 55 x 55
    stages |= {
        "pool5": nn.AdaptiveAvgPool3d(1),
        "flatten": nn.Flatten(),
        "dropout": nn.Dropout(0.5),
        "fc": nn.Linear(c_in, classes),
    }
    return Network(stages, input_shape=(3 * frames, 224, 224))
