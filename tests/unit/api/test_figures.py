"""Figures that are told rounded."""

from hypothesis import given
from hypothesis import strategies as st

from countline.api.figures import capture_rate, coverage_of
from countline.model.query import Row

NOTHING = Row(
    start_s=0, end_s=3600, local_date=None, ins=None, outs=None, passby=None, passby_source=None,
    in_staff=None, out_staff=None, occupancy=None, occupancy_max=None, occupancy_min=None,
    person_s=None, elapsed_s=3600, adjustment=(), covered_s=0, expected_s=3600,
    reason="unknown", final=False, revision=0,
)  # fmt: skip


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_a_capture_rate_is_the_share_to_four_digits(ins: int, passby: int) -> None:
    rate, low_sample = capture_rate(NOTHING._replace(ins=ins, passby=passby))
    if ins + passby == 0:
        assert (rate, low_sample) == (None, False)
        return
    assert rate is not None
    assert abs(rate - ins / (ins + passby)) <= 0.00005
    assert rate == round(rate, 4)
    assert low_sample == (ins + passby < 30)


def test_a_capture_rate_of_unknown_numbers_is_unknown() -> None:
    assert capture_rate(NOTHING) == (None, False)
    assert capture_rate(NOTHING._replace(ins=3)) == (None, False)


@given(st.integers(0, 4000), st.integers(0, 4000))
def test_coverage_is_a_share_of_what_was_expected(covered_s: int, expected_s: int) -> None:
    told = coverage_of(NOTHING._replace(covered_s=covered_s, expected_s=expected_s))
    assert 0 <= told <= 1
    assert (told == 0) == (covered_s * 20_000 < expected_s or expected_s == 0)
