"""Channel shuffle by hand."""

import torch

from cnnclaims.verifiers.kernels.shuffle import channel_shuffle, channel_shuffle_by_definition


def test_two_groups_of_three_are_dealt_out_in_turn():
    x = torch.arange(6.0).reshape(1, 6, 1, 1)
    shuffled, multiplications = channel_shuffle_by_definition(x, 2)
    assert shuffled.flatten().tolist() == [0, 3, 1, 4, 2, 5]
    assert multiplications == 0
    assert torch.equal(channel_shuffle(6, 2, 1)(x), shuffled)


def test_a_second_shuffle_with_the_other_number_of_groups_undoes_it():
    x = torch.arange(12.0).reshape(1, 12, 1, 1)
    once, _ = channel_shuffle_by_definition(x, 3)
    assert torch.equal(channel_shuffle_by_definition(once, 4)[0], x)


def test_one_group_and_one_channel_a_group_leave_all_in_place():
    x = torch.arange(4.0).reshape(1, 4, 1, 1)
    for groups in (1, 4):
        assert torch.equal(channel_shuffle_by_definition(x, groups)[0], x)
