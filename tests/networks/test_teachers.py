"""Teachers: what they are, when they drop, and what is heard of a network on its way."""

import pytest
import torch

from tlcore.errors import RequestError
from tlcore.networks import build_network
from tlcore.networks.heard import alike, heard
from tlcore.networks.offers import BACKBONES
from tlcore.networks.teachers import TEACHERS, WIDEST, agreement, build_teacher, frozen

IMAGES = torch.randint(0, 256, (6, 1, 8, 8), dtype=torch.uint8)
STUDENT = build_network("small-cnn-bn", 5, input_shape=(1, 8, 8))


def test_every_teacher_is_on_offer() -> None:
    assert set(TEACHERS) - {"auto"} <= {offer.card.key for offer in BACKBONES}


def test_a_teacher_is_wider_than_a_student_of_either_kind_and_names_as_many_classes() -> None:
    points = build_network("tiny-mlp", 3, input_shape=(2,))
    for student, inputs in ((STUDENT, IMAGES), (points, torch.rand(4, 2))):
        teacher = build_teacher("auto", student, inputs, seed=0)
        assert teacher.dim > student.dim
        assert teacher(inputs).shape == (len(inputs), student.classes)
        assert WIDEST[student.backbone.takes] in TEACHERS


def test_a_teacher_drops_units_in_training_alone() -> None:
    teacher = build_teacher("mlp-800", STUDENT, IMAGES, seed=0, dropout=0.5)
    with heard(teacher.backbone.stages) as outputs:
        teacher(IMAGES)
    plain = build_teacher("mlp-800", STUDENT, IMAGES, seed=0)
    with heard(plain.backbone.stages) as whole:
        plain(IMAGES)
    first, undropped = outputs[0], whole[0]
    kept = first != 0
    torch.testing.assert_close(first[kept], 2 * undropped[kept])
    assert 0.4 < float(kept[undropped > 0].float().mean()) < 0.6
    frozen(teacher), frozen(plain)
    assert torch.equal(teacher(IMAGES), plain(IMAGES))
    assert not any(weight.requires_grad for weight in teacher.parameters())


def test_a_teacher_that_cannot_take_the_inputs_is_refused_in_a_sentence() -> None:
    with pytest.raises(RequestError, match="takes points, but these are images"):
        build_teacher("wide-mlp", STUDENT, IMAGES, seed=0)


def test_agreement_is_the_share_of_equal_answers() -> None:
    first = torch.eye(4)
    second = torch.eye(4)[[0, 1, 3, 2]]
    assert agreement(first, second) == 0.5


def test_what_is_heard_is_what_flows_and_only_while_listening() -> None:
    stages = STUDENT.backbone.stages
    with heard(stages) as outputs:
        features = STUDENT.backbone(IMAGES)
    assert [tuple(maps.shape[1:]) for maps in outputs] == [(16, 4, 4), (32, 2, 2), (64, 2, 2)]
    torch.testing.assert_close(outputs[-1].mean((2, 3)), features)
    STUDENT.backbone(IMAGES)
    assert len(outputs) == 3


def test_two_outputs_get_as_many_places_each() -> None:
    small, large, row = torch.rand(2, 3, 2, 2), torch.rand(2, 5, 4, 4), torch.rand(2, 7)
    first, second = alike(small, large)
    assert torch.equal(first, small)
    torch.testing.assert_close(second, large.view(2, 5, 2, 2, 2, 2).mean((3, 5)))
    tokens = torch.rand(2, 4, 3)
    first, second = alike(tokens, large)
    torch.testing.assert_close(first, tokens.sum(1) / 4)
    assert second.shape == (2, 5)
    first, second = alike(row, large)
    assert torch.equal(first, row)
    torch.testing.assert_close(second, large.mean((2, 3)))
