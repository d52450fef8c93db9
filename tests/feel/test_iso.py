"""Text to dates, times and durations."""

import pytest

from counterflow.feel import iso


@pytest.mark.parametrize(
    "text", ["2030-01-31", "0001-01-01", "-0044-03-15", "999999999-12-31", "-999999999-01-01", "2024-02-29"]
)
def test_dates(text: str) -> None:
    assert str(iso.date(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2030",
        "2030-1-1",
        "30-01-01",
        "+2030-01-01",
        "02030-01-01",
        " 2030-01-01",
        "2030-13-01",
        "2030-00-01",
        "2023-02-29",
        "2030-01-01Z",
        "1000000000-01-01",
        "\u0662030-01-01",
    ],
)
def test_no_dates(text: str) -> None:
    assert iso.date(text) is None


@pytest.mark.parametrize(
    "text, canonical",
    [
        ("10:30:00", "10:30:00"),
        ("10:30:00.120", "10:30:00.12"),
        ("10:30:00.1234567899", "10:30:00.123456789"),
        ("10:30:00Z", "10:30:00Z"),
        ("10:30:00z", "10:30:00Z"),
        ("10:30:00+00:00", "10:30:00Z"),
        ("10:30:00-05:30", "10:30:00-05:30"),
        ("10:30:00+02:00:30", "10:30:00+02:00:30"),
        ("10:30:00@Europe/Paris", "10:30:00@Europe/Paris"),
        ("10:30:00@Etc/UTC", "10:30:00@Etc/UTC"),
    ],
)
def test_times(text: str, canonical: str) -> None:
    assert str(iso.time(text)) == canonical


@pytest.mark.parametrize(
    "text",
    [
        "",
        "10:30",
        "1:00:00",
        "24:00:00",
        "10:60:00",
        "10:00:60",
        "10:00:00+15:00",
        "10:00:00+02:60",
        "10:00:00+02:00@Etc/UTC",
        "10:00:00@Mars/Base",
        "10:00:00@../etc/passwd",
        "10:00:00@Europe",
    ],
)
def test_no_times(text: str) -> None:
    assert iso.time(text) is None


@pytest.mark.parametrize(
    "text, canonical",
    [
        ("2030-01-31T10:30:00", "2030-01-31T10:30:00"),
        ("2030-01-31", "2030-01-31T00:00:00"),
        ("2030-12-31T24:00:00", "2031-01-01T00:00:00"),
        ("2030-01-31T10:30:00.5+02:00", "2030-01-31T10:30:00.5+02:00"),
        ("-0044-03-15T12:00:00Z", "-0044-03-15T12:00:00Z"),
    ],
)
def test_dates_and_times(text: str, canonical: str) -> None:
    assert str(iso.date_time(text)) == canonical


@pytest.mark.parametrize(
    "text",
    [
        "",
        "T10:00:00",
        "2030-02-30T10:00:00",
        "2030-01-31T24:00:01",
        "2030-01-31 10:00:00",
        "999999999-12-31T24:00:00",
    ],
)
def test_no_dates_and_times(text: str) -> None:
    assert iso.date_time(text) is None


@pytest.mark.parametrize(
    "text, canonical",
    [
        ("P1D", "P1D"),
        ("PT36H", "P1DT12H"),
        ("PT90M", "PT1H30M"),
        ("PT0.5S", "PT0.5S"),
        ("-PT61S", "-PT1M1S"),
        ("P0D", "PT0S"),
        ("P1Y", "P1Y"),
        ("P18M", "P1Y6M"),
        ("-P13M", "-P1Y1M"),
        ("P0Y", "P0M"),
    ],
)
def test_durations(text: str, canonical: str) -> None:
    assert str(iso.duration(text)) == canonical


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "PT",
        "P1DT",
        "1D",
        "P1Y1D",
        "P1M1D",
        "P1.5D",
        "P-1D",
        "+P1D",
        "P1W",
        "P1S",
        "PT1D",
        "P999999999999999999999D",
    ],
)
def test_no_durations(text: str) -> None:
    assert iso.duration(text) is None


@pytest.mark.parametrize(
    "text, kind",
    [
        ("2030-01-31", "Date"),
        ("10:00:00", "Time"),
        ("2030-01-31T10:00:00", "DateTime"),
        ("P1D", "DaysDuration"),
        ("P1Y", "MonthsDuration"),
        ("soon", "NoneType"),
    ],
)
def test_an_at_literal_is_the_first_form_that_fits(text: str, kind: str) -> None:
    assert type(iso.read(text)).__name__ == kind
