//! `GET /models/pricing` (protocol 7.2).

use super::{CATALOGUE_LIMIT, Call, FalClient, ours, unusable};
use mediagen_core::{Context, ErrorKind, Event, Phase, Price, PriceUnit, Result};
use mediagen_http::HttpRequest;
use mediagen_provider_kit::{call::whole_body, config::join};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Most ids of one call.
const BATCH: usize = 50;
/// Most pages of one batch's answer; one price each is one page.
const MOST_PAGES: usize = BATCH;
/// The currency where none is named.
const CURRENCY: &str = "USD";

/// fal's words for what is paid for, in lower case and in the singular; all others stay as they are.
const UNITS: &[(&str, PriceUnit)] = &[
    ("image", PriceUnit::Image),
    ("megapixel", PriceUnit::Megapixel),
    ("processed megapixel", PriceUnit::Megapixel),
    ("second", PriceUnit::Second),
    ("minute", PriceUnit::Minute),
    ("video", PriceUnit::Video),
    ("request", PriceUnit::Request),
    ("1000 character", PriceUnit::ThousandCharacters),
    ("1,000 character", PriceUnit::ThousandCharacters),
    ("1k character", PriceUnit::ThousandCharacters),
    ("compute second", PriceUnit::ComputeSecond),
];

impl FalClient {
    /// The price of every id that has one.
    ///
    /// # Errors
    /// `Unauthenticated` without a key, before anything is sent, and those of the calls. An id that fal does not know
    /// is no error: it is left out as those without a price are.
    pub(crate) async fn prices(&self, cx: &Context, ids: &[&str]) -> Result<BTreeMap<String, Vec<Price>>> {
        self.need_key()?;
        let ids: BTreeSet<&str> = ids.iter().copied().filter(|id| !id.is_empty()).collect();
        let ids: Vec<&str> = ids.into_iter().collect();
        let mut prices = BTreeMap::new();
        let mut waiting: Vec<&[&str]> = ids.chunks(BATCH).rev().collect();
        while let Some(batch) = waiting.pop() {
            match self.batch(cx, batch, &mut prices).await {
                // One unknown id refuses the whole batch: the others are found by halves.
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    if let Some((first, second)) = batch.split_at_checked(batch.len() / 2).filter(|_| batch.len() > 1) {
                        waiting.extend([second, first]);
                    }
                }
                outcome => outcome?,
            }
        }
        Ok(prices)
    }

    async fn batch(&self, cx: &Context, ids: &[&str], prices: &mut BTreeMap<String, Vec<Price>>) -> Result<()> {
        let mut cursor: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let mut url = join(&self.bases.api, &["models", "pricing"]);
            url.query_pairs_mut()
                .extend_pairs(ids.iter().map(|id| ("endpoint_id", *id)))
                .extend_pairs(cursor.iter().map(|cursor| ("cursor", cursor.as_str())));
            let answer = self.price_page(cx, url).await?;
            let list = answer.get("prices").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            for entry in list {
                let text = |key: &str| entry.get(key).and_then(Value::as_str);
                let Some(id) = text("endpoint_id").filter(|id| ids.contains(id)) else { continue };
                let amount = entry.get("unit_price").unwrap_or(&Value::Null);
                match unit_price(amount, text("unit").unwrap_or_default(), text("currency")) {
                    Some(price) => {
                        prices.insert(id.to_owned(), vec![price]);
                    }
                    None => cx.emit(Event::Warning(format!("fal's price of `{id}` cannot be understood: {entry}"))),
                }
            }
            let next = answer.get("next_cursor").and_then(Value::as_str).filter(|next| !next.is_empty());
            let more = answer.get("has_more").and_then(Value::as_bool) == Some(true);
            match next.filter(|next| more && cursor.as_deref() != Some(*next)) {
                Some(next) => cursor = Some(next.to_owned()),
                None => break,
            }
        }
        Ok(())
    }

    async fn price_page(&self, cx: &Context, url: url::Url) -> Result<Value> {
        let once = || async {
            let response = self.ask(cx, Call::Price, HttpRequest::get(url.clone(), Phase::Price), None).await?;
            let status = response.status();
            let value: Value = response.json(CATALOGUE_LIMIT).await.map_err(|e| ours(e, None))?;
            if value.is_object() { Ok(value) } else { Err(unusable("the list of prices is no object", status, None)) }
        };
        whole_body(cx, Phase::Price, once).await
    }
}

/// A price of fal's; `None` without a unit, or where the amount is no number from 0.
pub(crate) fn unit_price(amount: &Value, unit: &str, currency: Option<&str>) -> Option<Price> {
    let amount = amount.as_f64().or_else(|| amount.as_str()?.trim().parse().ok());
    let amount = amount.filter(|amount| amount.is_finite() && *amount >= 0.0)?;
    let unit = unit.split_whitespace().collect::<Vec<_>>().join(" ");
    let currency = currency.map(str::trim).filter(|currency| !currency.is_empty()).unwrap_or(CURRENCY);
    (!unit.is_empty()).then(|| Price::new(amount, unit_of(&unit), currency))
}

fn unit_of(text: &str) -> PriceUnit {
    let lower = text.to_lowercase();
    let singular = lower.strip_suffix('s').unwrap_or(&lower);
    let row = UNITS.iter().find(|(word, _)| *word == singular);
    row.map_or_else(|| PriceUnit::Other(text.to_owned()), |(_, unit)| unit.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_word_that_was_seen_has_its_unit_and_others_stay() {
        for (words, expected) in [
            ("images", PriceUnit::Image),
            ("image", PriceUnit::Image),
            ("megapixels", PriceUnit::Megapixel),
            ("processed  Megapixels", PriceUnit::Megapixel),
            ("seconds", PriceUnit::Second),
            ("minutes", PriceUnit::Minute),
            ("videos", PriceUnit::Video),
            ("requests", PriceUnit::Request),
            ("1000 characters", PriceUnit::ThousandCharacters),
            ("compute seconds", PriceUnit::ComputeSecond),
            ("tokens", PriceUnit::Other("tokens".into())),
            ("1M tokens", PriceUnit::Other("1M tokens".into())),
            ("10 seconds", PriceUnit::Other("10 seconds".into())),
        ] {
            let price = unit_price(&json!(0.04), words, None).unwrap();
            assert_eq!((price.per.amount, price.unit, price.per.currency.as_str()), (0.04, expected, "USD"), "{words}");
        }
    }

    #[test]
    fn amounts_that_are_none_are_refused() {
        for amount in [json!(-0.01), json!("NaN"), json!("inf"), json!(null), json!("free"), json!([1])] {
            assert_eq!(unit_price(&amount, "image", None), None, "{amount}");
        }
        assert_eq!(unit_price(&json!(1), " ", None), None, "a unit is needed");
        let free = unit_price(&json!("0"), "image", Some("EUR")).unwrap();
        assert_eq!((free.per.amount.to_bits(), free.per.currency.as_str()), (0, "EUR"));
    }
}
