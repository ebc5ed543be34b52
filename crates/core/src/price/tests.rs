use super::*;

fn price(amount: f64) -> UnitPrice {
    UnitPrice::new(amount, PriceUnit::Image, "USD")
}

#[test]
fn the_arithmetic_is_shown_and_noise_is_taken_off() {
    let estimate = price(0.1).times(&Quantity::exact(3.0, "3 images"));
    assert_eq!(
        estimate,
        Estimate::Exact { amount: 0.3, currency: "USD".into(), why: "3 images x 0.1 USD".into() },
        "not 0.30000000000000004"
    );
    assert_eq!((estimate.kind(), estimate.low(), estimate.high()), ("exact", Some(0.3), Some(0.3)));
    let film = Quantity::exact(81.0, "81 frames").divided(16.0, "/ 16 a second");
    assert_eq!(price(1.0).times(&film).why(), "81 frames / 16 a second x 1 USD");
    assert_eq!(price(1.0).times(&film).high(), Some(5.0625));
}

#[test]
fn what_is_open_makes_a_range_and_is_named() {
    let open = Quantity::between(4.0, Some(15.0), "4 to 15 seconds", "`duration` is `auto`");
    let estimate = price(0.5).times(&Quantity::exact(2.0, "2").times(open));
    assert_eq!((estimate.kind(), estimate.low(), estimate.high()), ("range", Some(4.0), Some(15.0)));
    assert_eq!(estimate.why(), "2 x 4 to 15 seconds x 0.5 USD; open: `duration` is `auto`");
    let endless = price(1.0).times(&Quantity::between(1.0, None, "1 or more images", "how many it makes"));
    assert_eq!((endless.kind(), endless.low(), endless.high()), ("range", Some(1.0), None));
    let either = Quantity::exact(5.0, "5 seconds").or(Quantity::exact(3.0, "3 seconds"), "which");
    assert_eq!((either.low, either.high), (3.0, Some(5.0)));
    let same = Quantity::exact(5.0, "5 seconds").or(Quantity::exact(5.0, "5 s"), "which");
    assert_eq!(same, Quantity::exact(5.0, "5 seconds"));
}

#[test]
fn a_number_that_is_none_is_unknown_and_never_nothing() {
    for low in [f64::NAN, f64::INFINITY, -1.0] {
        let estimate = price(0.1).times(&Quantity::exact(low, "some"));
        assert_eq!((estimate.kind(), estimate.low(), estimate.currency()), ("unknown", None, None));
    }
    assert_eq!(price(-1.0).times(&Quantity::exact(1.0, "1 image")).kind(), "unknown");
}

#[test]
fn a_total_is_as_certain_as_its_least_certain_part() {
    let exact = |amount| price(amount).times(&Quantity::exact(1.0, "1 image"));
    let range = price(1.0).times(&Quantity::between(1.0, Some(2.0), "1 or 2 images", "how many"));
    let total = Estimate::total([exact(0.1), exact(0.2)]);
    assert_eq!(
        (total.kind(), total.high(), total.why()),
        ("exact", Some(0.3), "1 image x 0.1 USD + 1 image x 0.2 USD")
    );
    let total = Estimate::total([exact(0.5), range]);
    assert_eq!((total.kind(), total.low(), total.high()), ("range", Some(1.5), Some(2.5)));
    let total = Estimate::total([exact(0.5), Estimate::unknown("no price"), exact(0.5)]);
    assert_eq!(total, Estimate::unknown("no price"));
    let euros = UnitPrice::new(1.0, PriceUnit::Image, "EUR").times(&Quantity::exact(1.0, "1 image"));
    assert_eq!(Estimate::total([exact(0.5), euros]).kind(), "unknown");
    assert_eq!(Estimate::total([]).kind(), "unknown");
}
