use super::*;

fn price(amount: f64) -> Price {
    Price::new(amount, PriceUnit::Image, "USD")
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
    let euros = Price::new(1.0, PriceUnit::Image, "EUR").times(&Quantity::exact(1.0, "1 image"));
    assert_eq!(Estimate::total([exact(0.5), euros]).kind(), "unknown");
    assert_eq!(Estimate::total([]).kind(), "unknown");
}

#[test]
fn the_first_price_that_applies_and_whose_unit_was_counted_makes_the_estimate() {
    let counts = [
        UnitCount::new(PriceUnit::Image, Ok(Quantity::exact(2.0, "2 images"))),
        UnitCount::new(PriceUnit::Second, Err("the length is not known".into())),
    ];
    let body = |quality: &str| JsonMap::from_iter([("quality".to_owned(), quality.into())]);
    let prices = [
        Price::new(0.05, PriceUnit::Image, "USD").when(Condition::new("/quality", "high")),
        Price::new(0.02, PriceUnit::Image, "USD"),
    ];
    assert_eq!(Estimate::of(&counts, &prices, &body("high")).high(), Some(0.1));
    assert_eq!(Estimate::of(&counts, &prices, &body("low")).high(), Some(0.04));
    let by_second = [Price::new(1.0, PriceUnit::Second, "USD"), Price::new(1.0, PriceUnit::ComputeSecond, "USD")];
    let estimate = Estimate::of(&counts, &by_second, &body("low"));
    assert_eq!((estimate.kind(), estimate.why()), ("unknown", "billed at 1 USD/second: the length is not known"));
    assert_eq!(Estimate::of(&counts, &[], &body("low")).why(), "no price is published for this model");
}

#[test]
fn a_bill_is_priced_within_one_unit_or_not_at_all() {
    let body = JsonMap::new();
    let per_image = [Price::new(0.003, PriceUnit::Image, "USD")];
    let usage = Usage::default().with_count(Count::of(PriceUnit::ComputeSecond, 1.5));
    assert_eq!(usage.cost(&per_image, &body), None, "compute seconds times a price per image is no money");
    let both = usage.clone().with_count(Count::of(PriceUnit::Image, 2.0));
    assert_eq!(both.cost(&per_image, &body), Some(Money::usd(0.006)));
    assert_eq!(both.billed(&per_image, &body), Some(Count::of(PriceUnit::Image, 2.0)));
    let billed = Usage::default().with_count(Count::billed(4.0));
    assert_eq!(billed.cost(&per_image, &body), Some(Money::usd(0.012)), "counted in the unit of the price");
    assert_eq!(billed.cost(&[], &body), None);
    let named = both.with_money(Money::new(1.0, "EUR"));
    assert_eq!(named.cost(&per_image, &body), Some(Money::new(1.0, "EUR")));
}

#[test]
fn an_estimate_has_one_form_in_json_and_an_older_one_is_read() {
    let estimate = price(0.5).times(&Quantity::between(1.0, None, "1 or more", "how many"));
    let json = serde_json::to_value(&estimate).unwrap();
    let why = "1 or more x 0.5 USD; open: how many";
    assert_eq!(json, serde_json::json!({"kind": "range", "low": 0.5, "high": null, "currency": "USD", "why": why}));
    assert_eq!(serde_json::from_value::<Estimate>(json).unwrap(), estimate);
    let older = serde_json::json!({"kind": "exact", "low": 0.5, "high": 0.5, "currency": "USD"});
    assert_eq!(serde_json::from_value::<Estimate>(older).unwrap().high(), Some(0.5));
    let unknown = serde_json::json!({"kind": "unknown", "low": null, "high": null, "currency": null});
    assert_eq!(serde_json::from_value::<Estimate>(unknown).unwrap().kind(), "unknown");
}
