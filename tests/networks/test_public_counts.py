"""Networks held against a collection that others built from the same papers, https://github.com/osmr/imgclsmob.

Its table gives the parameters of each network exactly, and half of its operations in millions, in which normalisation,
activations and biases are counted beside the multiply-adds. So the first must be equal. The second must be more than ours
and by less than a fifth, which is what elementwise work comes to in the thinnest of them; a stride or an image size in
the wrong place would be off by more. Left out are networks that were built from another reading there: pre-activation
ResNets for ImageNet with one normalisation more, BN-Inception with biases.
"""

import pytest

from cnnclaims.verifiers.running import values

# Parameters, and half of the operations in millions.
IMAGENET = """
    vgg11()                                         132,863,336   7,615.87
    vgg13()                                         133,047,848  11,317.65
    vgg16()                                         138,357,544  15,480.10
    vgg19()                                         143,667,240  19,642.55
    vgg16_bn()                                      138,365,992  15,507.20
    resnet18()                                       11,689,512   1,820.41
    resnet34()                                       21,797,672   3,672.68
    resnet50()                                       25,557,032   3,877.95
    resnet50(stride='3x3')                           25,557,032   4,110.48
    resnet101()                                      44,549,160   7,597.95
    resnet101(stride='3x3')                          44,549,160   7,830.48
    resnet152()                                      60,192,808  11,321.85
    resnet152(stride='3x3')                          60,192,808  11,554.38
    resnext50_32x4d()                                25,028,904   4,255.86
    resnext101_32x4d()                               44,177,704   8,003.45
    resnext101_64x4d()                               83,455,272  15,500.27
    se_resnet50()                                    28,088,024   3,883.25
    se_resnet101()                                   49,326,872   7,602.76
    se_resnet152()                                   66,821,848  11,328.52
    se_resnext50_32x4d()                             27,559,896   4,261.16
    se_resnext101_32x4d()                            48,955,416   8,012.73
    senet154()                                      115,088,984  20,745.78
    resnet50_ibn_a()                                 25,557,032   4,110.48
    resnet101_ibn_a()                                44,549,160   7,830.48
    resnet50_ibn_b()                                 25,558,568   4,112.89
    resnext101_ibn_a()                               44,177,704   8,003.45
    densenet121_ibn_a()                               7,978,856   2,872.13
    densenet169_ibn_a()                              14,149,480   3,403.89
    densenet121()                                     7,978,856   2,872.13
    densenet161()                                    28,681,000   7,793.16
    densenet169()                                    14,149,480   3,403.89
    densenet201()                                    20,013,928   4,347.15
    condensenet(groups=4)                             4,773,944     546.06
    condensenet(groups=8)                             2,935,416     291.52
    peleenet()                                        2,802,248     514.87
    dpn131()                                         79,254,504  16,076.15
    darknet_reference()                               7,319,416     367.59
    darknet53()                                      41,609,928   7,133.86
    vovnet39(variant='code')                         22,600,296   7,086.16
    vovnet57(variant='code')                         36,640,296   8,943.09
    squeezenet1_0()                                   1,248,424     823.67
    squeezenet1_1()                                   1,235,496     352.02
    shufflenet_v1(groups=1)                           1,531,936     148.13
    shufflenet_v1(groups=2)                           1,733,848     147.60
    shufflenet_v1(groups=3)                           1,865,728     145.46
    shufflenet_v1(groups=4)                           1,968,344     143.33
    shufflenet_v1(groups=8)                           2,434,768     150.76
    shufflenet_v1(groups=3, width=0.5)                  718,324      41.70
    shufflenet_v1(groups=3, width=0.25)                 305,902      13.09
    shufflenet_v2(width=0.5)                          1,366,792      43.31
    shufflenet_v2()                                   2,279,760     150.62
    shufflenet_v2(equal_branches=True)                2,278,604     149.72
    mobilenet_v1(width=0.25)                            470,072      44.09
    mobilenet_v1(width=0.5)                           1,331,592     155.42
    mobilenet_v1(width=0.75)                          2,585,560     333.99
    mobilenet_v1()                                    4,231,976     579.80
    mnasnet_b1()                                      4,383,312     326.30
    mnasnet_a1()                                      3,887,038     326.07
    proxylessnas_mobile()                             4,080,512     332.46
    xception()                                       22,855,952   8,403.63
    inception_v3()                                   23,834,568   5,743.06
    inception_v4(layout='released')                  42,679,816  12,304.93
    inception_resnet_v2(layout='released')           55,843,464  13,188.64
    polynet()                                        95,366,600  34,821.34
    nasnet_mobile()                                   5,289,978     584.90
    nasnet_a()                                       88,753,150  23,976.44
    pnasnet5_large()                                 86,057,668  25,140.77
    efficientnet_b0()                                 5,288,548     414.31
    efficientnet_b1()                                 7,794,184     732.54
    efficientnet_b2()                                 9,109,994   1,051.98
    efficientnet_b3()                                12,233,232   1,928.55
    efficientnet_b4()                                19,341,616   4,607.46
    efficientnet_b5()                                30,389,784  10,695.20
    efficientnet_b6()                                43,040,704  19,796.24
    efficientnet_b7()                                66,347,960  39,010.98
"""
CIFAR = """
    nin_cifar()                                         966,986     222.97
    resnet_cifar(depth=20, option='B')                  272,474      41.29
    resnet_cifar(depth=56, option='B')                  855,770     127.06
    resnet_cifar(depth=110, option='B')               1,730,714     255.70
    preact_resnet(depth=164)                          1,703,258     255.08
    preact_resnet(depth=1001)                        10,327,706   1,536.18
    resnext29(cardinality=32, width=4)                4,775,754     780.55
    resnext29(cardinality=16, width=64)              68,155,210  10,709.34
    densenet(depth=40, growth_rate=12, bottleneck=True, compression=0.5)    176,122      74.89
    densenet(depth=100, growth_rate=12, bottleneck=True, compression=0.5)   769,162     298.45
    densenet(depth=190, growth_rate=40, bottleneck=True, compression=0.5) 25,624,430  9,400.45
    densenet(depth=250, growth_rate=24, bottleneck=True, compression=0.5) 15,324,406  5,519.54
    wrn(depth=16, widen=10)                          17,116,634   2,414.04
    wrn(depth=28, widen=10)                          36,479,194   5,246.98
    wrn(depth=40, widen=8)                           35,748,314   5,176.90
    shake_shake(width=32)                             2,923,162     428.89
"""
IMAGE = {  # pixels, where the table's are not the network's own
    "darknet53()": 224,
    "darknet_reference()": 224,
    "squeezenet1_0()": 224,
    "squeezenet1_1()": 224,
}
ROWS = [line.rsplit(maxsplit=2) for line in (IMAGENET + CIFAR).splitlines() if line.strip()]


PARAMS = {network.strip(): f"params({network.strip()})" for network, _, _ in ROWS}
MACS = {n: f"macs({n}, input={IMAGE[n]})" if n in IMAGE else f"macs({n})" for n in PARAMS}


@pytest.fixture(scope="module")
def found():
    return dict(values([*PARAMS.values(), *MACS.values()], jobs=2, time_limit=120))


@pytest.mark.parametrize(("network", "params", "operations"), ROWS, ids=PARAMS)
def test_a_network_has_the_counts_of_others_who_built_it(found, network, params, operations):
    assert found[PARAMS[network.strip()]] == int(params.replace(",", ""))
    more = float(operations.replace(",", "")) * 1e6 / float(found[MACS[network.strip()]])
    assert 1.0005 < more < 1.2
