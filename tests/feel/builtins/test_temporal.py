"""Making dates, times and durations, and reading their parts."""

import pytest

from tests.feel.tables import answer, cases


@pytest.mark.parametrize(
    "text, expected",
    cases("""
        date("2030-01-31")                                                  => 2030-01-31
        date("2030-02-30")                                                  => null
        date(2030, 1, 31)                                                   => 2030-01-31
        date(2030, 13, 1)                                                   => null
        date(date and time("2030-01-31T10:00:00"))                          => 2030-01-31
        date(from: @"2030-01-31")                                           => 2030-01-31
        time("10:00:00")                                                    => 10:00:00
        time("25:00:00")                                                    => null
        time(10, 30, 15)                                                    => 10:30:15
        time(10, 30, 15.25, duration("PT2H"))                               => 10:30:15.25+02:00
        time(10, 30, 60)                                                    => null
        time(10, 30, 0, duration("P1D"))                                    => null
        time(date and time("2030-01-31T10:00:00Z"))                         => 10:00:00Z
        time(@"2030-01-31")                                                 => 00:00:00Z
        date and time("2030-01-31T10:00:00")                                => 2030-01-31T10:00:00
        date and time("2030-01-31")                                         => 2030-01-31T00:00:00
        date and time("tomorrow")                                           => null
        date and time(date("2030-01-31"), time("10:00:00Z"))                => 2030-01-31T10:00:00Z
        date and time(@"2030-01-31T10:00:00Z", "Europe/Paris")              => 2030-01-31T11:00:00@Europe/Paris
        date and time(@"2030-01-31T10:00:00Z", "-05:00")                    => 2030-01-31T05:00:00-05:00
        date and time(@"2030-01-31T10:00:00Z", "Nowhere")                   => null
        duration("P1DT2H")                                                  => P1DT2H
        duration("P1Y6M")                                                   => P1Y6M
        duration("soon")                                                    => null
        years and months duration(@"2011-12-22", @"2013-08-24")             => P1Y8M
        years and months duration(@"2013-08-24", @"2011-12-22")             => -P1Y8M
        years and months duration(@"2030-01-31", @"2030-02-28")             => P0M
        now()                                                               => 2023-11-14T22:13:20Z
        today()                                                             => 2023-11-14
        day of week(@"2023-11-14")                                          => "Tuesday"
        day of year(@"2024-12-31")                                          => 366
        week of year(@"2021-01-03")                                         => 53
        week of year(@"2005-01-01T10:00:00")                                => 53
        month of year(@"2023-11-14")                                        => "November"
        last day of month(@"2024-02-01")                                    => 2024-02-29
        cycle(duration("PT36H"))                                            => "R/P1DT12H"
        cycle(3, @"P1M")                                                    => "R3/P1M"
        cycle(null, @"PT1H")                                                => "R/PT1H"
        cycle(repetitions: 0, interval: @"PT1H")                            => "R0/PT1H"
        cycle(-1, @"PT1H")                                                  => null
        cycle(1.5, @"PT1H")                                                 => null
        cycle("PT1H")                                                       => null
        from unix timestamp(1700000000)                                     => 2023-11-14T22:13:20Z
        to unix timestamp(@"2023-11-14T23:13:20+01:00")                     => 1700000000
    """),
)
def test_making_and_reading(text: str, expected: str) -> None:
    assert answer(text) == expected


@pytest.mark.parametrize(
    "text, expected",
    cases("""
        @"2030-01-31".year                                  => 2030
        @"2030-01-31".month                                 => 1
        @"2030-01-31".day                                   => 31
        @"2030-01-31".weekday                               => 4
        @"2030-01-31".hour                                  => null
        @"10:30:15".hour                                    => 10
        @"10:30:15".minute                                  => 30
        @"10:30:15.5".second                                => 15.5
        @"10:30:15".time offset                             => null
        @"10:30:15-05:00".time offset                       => -PT5H
        @"2030-07-01T10:00:00@Europe/Paris".time offset     => PT2H
        @"2030-01-01T10:00:00@Europe/Paris".time offset     => PT1H
        @"2030-07-01T10:00:00@Europe/Paris".timezone        => "Europe/Paris"
        @"2030-07-01T10:00:00Z".timezone                    => null
        @"2030-07-01T10:30:15Z".day                         => 1
        @"2030-07-01T10:30:15Z".minute                      => 30
        @"-P1DT2H3M4.5S".days                               => -1
        @"P1DT2H3M4.5S".hours                               => 2
        @"P1DT2H3M4.5S".minutes                             => 3
        @"P1DT2H3M4.5S".seconds                             => 4.5
        @"-PT4.25S".seconds => -4.25
        @"PT0.000000001S".seconds => 0.000000001
        @"P1Y6M".years                                      => 1
        @"-P1Y6M".months                                    => -6
        @"P1Y6M".days                                       => null
    """),
)
def test_properties(text: str, expected: str) -> None:
    assert answer(text) == expected
