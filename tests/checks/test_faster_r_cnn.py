"""The anchors of Faster R-CNN, counted: 6000 of them lie in a smaller image than the one that the paper names."""

from cnnclaims.verifiers.checks import faster_r_cnn as checks


def test_more_than_the_printed_number_lie_inside_a_1000_by_600_image():
    found = checks.anchors_inside()
    assert not found.holds
    assert "8,044 of 21,546" in found.found


def test_the_printed_number_is_that_of_an_800_by_600_image():
    assert checks.near((800, 600)).holds
    assert checks.inside((800, 600)) == 5834


def test_a_small_image_has_too_few():
    assert not checks.near((500, 375)).holds


def test_the_count_is_that_of_listing_every_box():
    listed = 0
    for area in checks.AREAS:
        for ratio in checks.RATIOS:
            w, h = checks._sides(area, ratio)
            assert abs(w * h - area**2) < 1e-6
            for x in range(8, 1000, 16):
                for y in range(8, 600, 16):
                    listed += x - w / 2 >= 0 and y - h / 2 >= 0 and x + w / 2 <= 1000 and y + h / 2 <= 600
    assert listed == checks.inside((1000, 600))
