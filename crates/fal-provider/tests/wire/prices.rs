//! `GET /models/pricing` (protocol 7.2).

use crate::{sources::quick, support::*};
use fal_provider::{FalConfig, FalProvider};
use mediagen_core::{ErrorKind, Price, PriceUnit, Provider as _};
use mediagen_emulator::fal::{Emulator, EmulatorConfig, Fault, Route, catalogue::Catalogue};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use wiremock::{
    Mock, MockServer,
    matchers::{path, query_param, query_param_is_missing},
};

/// Every endpoint of the emulator, and the prices of those that have one.
fn priced() -> (Vec<String>, BTreeMap<String, (f64, String)>) {
    let catalogue = Catalogue::builtin();
    let ids = catalogue.iter().map(|e| e.id.clone()).collect();
    let prices = catalogue.iter().filter_map(|e| Some((e.id.clone(), e.price.as_ref()?)));
    (ids, prices.map(|(id, price)| (id, (price.unit_price, price.unit.clone()))).collect())
}

fn batches(emulator: &Emulator) -> Vec<usize> {
    let pricing = emulator.requests().into_iter().filter(|r| r.route == Route::Pricing);
    pricing.map(|r| r.query.matches("endpoint_id=").count()).collect()
}

#[tokio::test]
async fn prices_come_in_batches_of_fifty_with_their_units() {
    let emulator = Emulator::start(EmulatorConfig::default().with_accepted_key(KEY)).await.unwrap();
    let (ids, expected) = priced();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    assert!(ids.len() > 50 && ids.len() <= 100);
    let twice = [ids.as_slice(), ids.as_slice()].concat();
    let prices = quick(&emulator).prices(&context(), &twice).await.unwrap();
    assert_eq!(batches(&emulator), [50, ids.len() - 50], "each id once");
    let known: BTreeSet<_> = expected.keys().collect();
    assert_eq!(prices.keys().collect::<BTreeSet<_>>(), known, "those without a price are left out");
    for (id, (amount, unit)) in &expected {
        let [price] = &*prices[id] else { panic!("{id}: {:?}", prices[id]) };
        assert_eq!((price.per.amount.to_bits(), price.per.currency.as_str()), (amount.to_bits(), "USD"), "{id}");
        assert!(price.when.is_empty(), "{id}");
        assert_eq!(price.unit.as_str().trim_end_matches('s'), unit.trim_end_matches('s'), "{id}");
        assert!(!matches!(price.unit, PriceUnit::Other(_)), "{id}: {unit}");
    }
}

#[tokio::test]
async fn one_unknown_id_loses_no_other_price() {
    let emulator = Emulator::start(EmulatorConfig::default().with_accepted_key(KEY)).await.unwrap();
    let (ids, expected) = priced();
    let mut asked: Vec<&str> = ids.iter().map(String::as_str).take(47).collect();
    asked.extend(["fal-ai/no/such-model", "aa/none", "zz/none"]);
    let prices = quick(&emulator).prices(&context(), &asked).await.unwrap();
    let wanted: BTreeSet<_> = asked.iter().filter(|id| expected.contains_key(**id)).map(ToString::to_string).collect();
    assert_eq!(prices.into_keys().collect::<BTreeSet<_>>(), wanted);
    let batches = batches(&emulator);
    assert!(batches[0] == 50 && batches.len() <= 31, "{batches:?}");
}

#[tokio::test]
async fn without_a_key_nothing_is_sent_and_a_failure_is_told() {
    let emulator = Emulator::start(EmulatorConfig::default().with_accepted_key(KEY)).await.unwrap();
    let keyless = FalConfig::keyless().unwrap().with_base_url(&emulator.base_url()).unwrap();
    let error = FalProvider::new(keyless).unwrap().prices(&context(), &["fal-ai/flux/dev"]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthenticated);
    assert!(error.hint().unwrap().contains("FAL_KEY") && emulator.requests().is_empty());
    emulator.fail(Route::Pricing, Fault::Status(500, json!({})), 1);
    emulator.fail(Route::Page, Fault::EmptyPage, 1);
    let error = quick(&emulator).prices(&context(), &["fal-ai/flux/dev"]).await.unwrap_err();
    assert_eq!((error.kind(), emulator.count(Route::Pricing)), (ErrorKind::Unavailable, 1));
    assert!(quick(&emulator).prices(&context(), &[]).await.unwrap().is_empty());
    assert_eq!(emulator.count(Route::Pricing), 1, "nothing to ask for");
}

#[tokio::test]
async fn where_the_list_of_prices_is_down_a_few_are_read_off_the_pages() {
    let emulator = Emulator::start(EmulatorConfig::default().with_accepted_key(KEY)).await.unwrap();
    let asked = ["fal-ai/flux/dev", "fal-ai/framepack"];
    let listed = quick(&emulator).prices(&context(), &asked).await.unwrap();
    emulator.fail(Route::Pricing, Fault::Status(500, json!({})), 2);
    assert_eq!((quick(&emulator).prices(&context(), &asked).await.unwrap(), listed.len()), (listed, 2));
    let (ids, _) = priced();
    let many: Vec<&str> = ids.iter().map(String::as_str).collect();
    emulator.clear_requests();
    let error = quick(&emulator).prices(&context(), &many).await.unwrap_err();
    assert_eq!((error.kind(), emulator.count(Route::Page)), (ErrorKind::Unavailable, 0), "many would take too long");
}

#[tokio::test]
async fn prices_that_make_no_sense_are_left_out_and_pages_are_followed() {
    let server = MockServer::start().await;
    let entry = |id: &str, amount: serde_json::Value, unit: &str| json!({"endpoint_id": id, "unit_price": amount, "unit": unit});
    let first = json!({"prices": [entry("a/b", json!(-1), "image"), entry("a/c", json!("0.5"), "tokens"),
        entry("x/not-asked", json!(1), "image"), {"endpoint_id": 7}], "next_cursor": "n", "has_more": true});
    let second =
        json!({"prices": [entry("a/d", json!(0), "processed megapixels")], "next_cursor": "n", "has_more": true});
    let base = || Mock::given(path("/api/models/pricing"));
    base().and(query_param_is_missing("cursor")).respond_with(ok(first)).mount(&server).await;
    base().and(query_param("cursor", "n")).respond_with(ok(second)).mount(&server).await;
    let (cx, events) = watched(context());
    let prices = provider(&server).prices(&cx, &["a/b", "a/c", "a/d"]).await.unwrap();
    let one = |(id, prices): (&'_ String, &'_ Vec<Price>)| {
        let [price] = &**prices else { panic!("{id}: {prices:?}") };
        (id.clone(), price.per.amount.to_string(), price.unit.to_string())
    };
    let found: Vec<_> = prices.iter().map(one).collect();
    assert_eq!(
        found,
        [("a/c", "0.5", "tokens"), ("a/d", "0", "megapixel")].map(|(a, b, c)| (a.into(), b.into(), c.into()))
    );
    assert_eq!(lines(&server).await.len(), 2, "a cursor that comes again ends it");
    assert!(events.lock().unwrap().iter().any(|e| e.starts_with("warning") && e.contains("a/b")));
    assert!(header(&last(&server, "/api/models/pricing").await, "authorization").is_some());
}
