//! What a request will cost: units counted from the body that would be sent, the schema's defaults, and measured inputs.
//!
//! Units are not rounded: fal states no rule for that with its prices.

mod length;
mod pixels;
mod value;

use mediagen_core::{JsonMap, Measured, MediaFacts, Modality, ModelKind, Place, PriceUnit, Quantity, Role, UnitCount};
use serde::Deserialize;
use serde_json::Value;
use std::{collections::BTreeMap, sync::LazyLock};

/// What is known of endpoints by name, as data.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    sizes: BTreeMap<String, (u32, u32)>,
    fields: Fields,
    models: Models,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    width: Vec<String>,
    height: Vec<String>,
    length: Vec<String>,
    at_most: Vec<String>,
    text: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Models {
    makes_anew: Vec<String>,
}

/// A test reads it, so that it cannot be broken unseen.
static KNOWN: LazyLock<Known> =
    LazyLock::new(|| toml::from_str(include_str!("../data/estimate.toml")).unwrap_or_default());

/// How many units, or what is missing to know it.
type Counted = Result<Quantity, String>;

/// A request, as far as it decides the price.
pub(crate) struct Counting<'a> {
    /// The endpoint's id.
    pub(crate) id: &'a str,
    pub(crate) kind: ModelKind,
    /// What the endpoint takes.
    pub(crate) places: &'a [Place],
    /// What would be sent.
    pub(crate) body: &'a JsonMap,
    /// The inputs; nothing is measured of one behind an address.
    pub(crate) inputs: &'a [Measured],
    /// Frames a second, where a rule knows them of the endpoint.
    pub(crate) frame_rate: Option<f64>,
}

impl Counting<'_> {
    /// How many of each unit the request takes, or why that is not known.
    pub(crate) fn all(&self) -> Vec<UnitCount> {
        let count = |unit: &PriceUnit| UnitCount::new(unit.clone(), self.units(unit));
        PriceUnit::COUNTABLE.iter().map(count).collect()
    }

    fn units(&self, unit: &PriceUnit) -> Counted {
        match unit {
            PriceUnit::Image => Ok(self.results("image")),
            PriceUnit::Video => Ok(self.results("video")),
            PriceUnit::Request => Ok(Quantity::exact(1.0, "1 request")),
            PriceUnit::Megapixel => Ok(self.for_each_result(self.megapixels()?)),
            PriceUnit::Second => Ok(self.for_each_result(self.seconds()?)),
            PriceUnit::Minute => Ok(self.for_each_result(self.seconds()?.divided(60.0, "/ 60"))),
            PriceUnit::ThousandCharacters => self.thousand_characters(),
            other => Err(format!("the unit `{other}` cannot be counted in advance")),
        }
    }

    /// How many results are asked for; one where the endpoint does not let that be chosen.
    fn count(&self) -> (f64, Option<&Place>) {
        let spots = self.with_option("count").filter(|place| !named(place, &KNOWN.fields.at_most));
        let mut counts = spots.filter_map(|place| value::number(self.value(place)?));
        let count = counts.find(|count| *count >= 1.0).unwrap_or(1.0);
        (count, self.places.iter().find(|place| named(place, &KNOWN.fields.at_most)))
    }

    fn results(&self, word: &str) -> Quantity {
        let (count, at_most) = self.count();
        let plural = if count > 1.0 { "s" } else { "" };
        self.up_to(Quantity::exact(count, format!("{count} {word}{plural}")), at_most)
    }

    fn for_each_result(&self, one: Quantity) -> Quantity {
        let (count, at_most) = self.count();
        let all = if count > 1.0 { Quantity::exact(count, count.to_string()).times(one) } else { one };
        self.up_to(all, at_most)
    }

    fn up_to(&self, one: Quantity, at_most: Option<&Place>) -> Quantity {
        let most = at_most.and_then(|place| Some((place, value::number(self.value(place)?).filter(|n| *n > 1.0)?)));
        match most {
            Some((place, most)) => {
                let open = format!("how many of at most {most} (`{}`) the model makes", place.field);
                Quantity::between(1.0, Some(most), format!("1 to {most}"), open).times(one)
            }
            None => one,
        }
    }

    /// Every character counts, those of white space and markup, too.
    fn thousand_characters(&self) -> Counted {
        let texts: Vec<&Value> = self.with_option("prompt").filter_map(|place| self.value(place)).collect();
        let letters: usize = texts.iter().map(|text| value::letters(text, &KNOWN.fields.text)).sum();
        if letters == 0 {
            return Err("there is no text to count".into());
        }
        #[expect(clippy::cast_precision_loss, reason = "letters of one text")]
        let number = letters as f64;
        Ok(Quantity::exact(number, format!("{letters} characters")).divided(1000.0, "/ 1000"))
    }

    /// Megapixels of one result: of a film, all frames together.
    fn megapixels(&self) -> Counted {
        let picture = self.frame()?;
        match self.kind.output() {
            Modality::Image => Ok(picture),
            Modality::Video => Ok(self.frames()?.times(picture)),
            _ => Err("whether it makes a picture or a film is not known".into()),
        }
    }

    /// What is sent in `place`, else what the endpoint takes without it; `None` where that is null.
    fn value<'v>(&'v self, place: &'v Place) -> Option<&'v Value> {
        let (first, rest) = place.field.split_once('.').unwrap_or((&place.field, ""));
        let mut keys = rest.split('.').filter(|key| !key.is_empty());
        let sent = self.body.get(first).and_then(|value| keys.try_fold(value, |value, key| value.get(key)));
        sent.filter(|value| !value.is_null()).or(place.default.as_ref()).filter(|value| !value.is_null())
    }

    fn with_option<'s>(&'s self, option: &'static str) -> impl Iterator<Item = &'s Place> {
        self.places.iter().filter(move |place| place.options.contains(&option))
    }

    /// The first input of `role`.
    fn input(&self, role: Role) -> Option<&Measured> {
        self.inputs.iter().find(|input| input.role == role)
    }
}

/// Whether nothing was measured of an input, because it is behind an address.
fn is_remote(input: &Measured) -> bool {
    input.facts == MediaFacts::default()
}

/// Whether the last part of the path is one of `names`.
fn named(place: &Place, names: &[String]) -> bool {
    let last = place.field.rsplit('.').next().unwrap_or_default();
    names.iter().any(|name| name == last)
}

#[cfg(test)]
mod tests;
