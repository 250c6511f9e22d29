"""Events survive the way through bytes; what is damaged is refused in words."""

import json
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from tlcore.errors import StoreError
from tlcore.runs.encoding import Logged, decode, encode, pack, unpack
from tlcore.training.events import Evaluated, Finished, Measured, Observed

STEPS = st.integers(0, 2**40)
NAMES = st.text(min_size=1, max_size=12)
VALUES = st.dictionaries(NAMES, st.floats(allow_nan=False, allow_infinity=False), max_size=5)
WORDS = st.dictionaries(NAMES, st.one_of(st.floats(-1e9, 1e9), st.text(max_size=9), st.lists(st.text(max_size=5))))
DTYPES = st.sampled_from([np.uint8, np.uint16, np.int64, np.float16, np.float32, np.float64, np.dtype(">f4"), np.bool_])
ARRAYS = st.dictionaries(NAMES, arrays(DTYPES, array_shapes(min_dims=0, max_dims=3, min_side=0)), max_size=3)


@given(st.sampled_from([Measured, Evaluated, Finished]), STEPS, VALUES)
def test_numbers_come_back_exactly(kind, step, values):
    event = decode(encode(kind(step, values)))
    assert type(event) is kind and event.step == step and event.values == values


@settings(deadline=None)
@given(STEPS, NAMES, WORDS, ARRAYS)
def test_observed_comes_back_bit_for_bit(step, name, values, given_arrays):
    event = decode(encode(Observed(step, name, values, given_arrays)))
    assert (event.step, event.name, event.values) == (step, name, values)
    assert list(event.arrays) == list(given_arrays)
    for key, array in given_arrays.items():
        assert event.arrays[key].shape == array.shape
        assert event.arrays[key].dtype == array.dtype.newbyteorder("<")
        assert event.arrays[key].tobytes() == array.astype(array.dtype.newbyteorder("<")).tobytes()


@given(STEPS, st.text())
def test_a_remark_comes_back(step, text):
    assert decode(encode(Logged(step, text))) == Logged(step, text)


def test_the_layout_is_the_documented_one():
    message = pack({"a": 1}, {"x": np.array([1, 2, 3], np.uint8), "y": np.array([[1.5]], np.float32)})
    (length,) = struct.unpack_from("<I", message)
    head = json.loads(message[4 : 4 + length])
    assert (4 + length) % 8 == 0
    assert head["arrays"] == [
        {"name": "x", "dtype": "uint8", "shape": [3], "offset": 0},
        {"name": "y", "dtype": "float32", "shape": [1, 1], "offset": 8},
    ]
    assert message[4 + length :] == b"\x01\x02\x03" + bytes(5) + struct.pack("<f", 1.5) + bytes(4)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_not_finite_is_strict_json_and_comes_back_as_nan(value):
    message = encode(Measured(1, {"loss": value}))
    assert b"NaN" not in message and b"Infinity" not in message
    assert np.isnan(decode(message).values["loss"])


def test_every_truncation_is_refused():
    message = encode(Observed(3, "frame", {"mmd": 0.5}, {"map": np.zeros((4, 2), np.float32)}))
    for length in range(len(message)):
        with pytest.raises(StoreError):
            decode(message[:length])


def test_arrays_are_views_that_cannot_be_written():
    _, found = unpack(pack({}, {"x": np.arange(3)}))
    with pytest.raises(ValueError, match="read-only"):
        found["x"][0] = 1
