//! How many units a request takes: counted from the body that would be sent, the schema's defaults, and measured inputs.
//!
//! Units are not rounded: providers state no rule for that with their prices.

mod length;
mod pixels;
mod value;

use crate::config;
use mediagen_core::{
    JsonMap, Measured, MediaFacts, Modality, ModelKind, Place, PriceUnit, Quantity, Result as CoreResult, Role,
    UnitCount,
};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// What a provider knows of its models by name, as data.
///
/// ```
/// use mediagen_provider_kit::estimate::Table;
///
/// let table = Table::parse(
///     r#"
///     [sizes] # words for sizes whose pixels the provider states
///     square = [512, 512]
///     [fields] # the last part of a field's path; the first that has a value counts
///     width = ["width"]
///     height = ["height"]
///     length = ["duration", "num_frames"]
///     at_most = ["max_images"]
///     text = ["text"]
///     [models] # by the last segment of a model's name
///     new_length = ["reference-to-video"]
///     "#,
/// )?;
/// # let _ = table;
/// # Ok::<(), mediagen_core::Error>(())
/// ```
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Table {
    sizes: BTreeMap<String, (u32, u32)>,
    fields: Fields,
    models: Models,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Fields {
    width: Vec<String>,
    height: Vec<String>,
    length: Vec<String>,
    /// At most so many results for each one requested; the model decides.
    at_most: Vec<String>,
    /// The text of one part, where a text is a list of objects.
    text: Vec<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Models {
    /// Models that take a video or audio and make a new one: the length of what goes in decides nothing.
    new_length: Vec<String>,
}

impl Table {
    /// Reads a table in TOML; parts that are left out are empty.
    ///
    /// # Errors
    /// `Config` with the place in the table.
    pub fn parse(text: &str) -> CoreResult<Self> {
        config::table("what is billed", text)
    }
}

/// How many units, or what is missing to know it.
type Counted = Result<Quantity, String>;

/// How many results are requested, and the field by which each of them may be up to so many.
type Results<'p> = (f64, Option<&'p Place>);

/// A request, as far as it decides the price.
#[derive(Debug, Clone, Copy)]
pub struct Counting<'a> {
    /// The provider's data.
    pub table: &'a Table,
    /// The model's name.
    pub model: &'a str,
    /// The kind that it is run as.
    pub kind: ModelKind,
    /// What the model takes.
    pub places: &'a [Place],
    /// What would be sent.
    pub body: &'a JsonMap,
    /// The inputs; nothing is measured of one behind an address.
    pub inputs: &'a [Measured],
    /// Frames a second, where they are known of the model.
    pub frame_rate: Option<f64>,
}

impl Counting<'_> {
    /// How many of each unit the request takes, or why that is not known.
    pub fn all(&self) -> Vec<UnitCount> {
        // Most units rest on these two.
        let (results, seconds) = (self.count(), self.seconds());
        let count = |unit: &PriceUnit| UnitCount::new(unit.clone(), self.units(unit, results, &seconds));
        PriceUnit::COUNTABLE.iter().map(count).collect()
    }

    fn units(&self, unit: &PriceUnit, results: Results<'_>, seconds: &Counted) -> Counted {
        match unit {
            PriceUnit::Image => Ok(self.results(results, "image")),
            PriceUnit::Video => Ok(self.results(results, "video")),
            PriceUnit::Request => Ok(Quantity::exact(1.0, "1 request")),
            PriceUnit::Megapixel => Ok(self.for_each_result(results, self.megapixels()?)),
            PriceUnit::Second => Ok(self.for_each_result(results, seconds.clone()?)),
            PriceUnit::Minute => Ok(self.for_each_result(results, seconds.clone()?.divided(60.0, "/ 60"))),
            PriceUnit::ThousandCharacters => self.thousand_characters(),
            other => Err(format!("the unit `{other}` cannot be counted in advance")),
        }
    }

    /// How many results are requested; one where the model does not let that be chosen.
    fn count(&self) -> Results<'_> {
        let spots = self.with_option("count").filter(|place| !named(place, &self.table.fields.at_most));
        let mut counts = spots.filter_map(|place| value::number(self.value(place)?));
        let count = counts.find(|count| *count >= 1.0).unwrap_or(1.0);
        (count, self.places.iter().find(|place| named(place, &self.table.fields.at_most)))
    }

    fn results(&self, (count, at_most): Results<'_>, word: &str) -> Quantity {
        let plural = if count > 1.0 { "s" } else { "" };
        self.up_to(Quantity::exact(count, format!("{count} {word}{plural}")), at_most)
    }

    fn for_each_result(&self, (count, at_most): Results<'_>, one: Quantity) -> Quantity {
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

    /// Every character counts, also those of white space and markup.
    fn thousand_characters(&self) -> Counted {
        let texts: Vec<&Value> = self.with_option("prompt").filter_map(|place| self.value(place)).collect();
        let characters: usize = texts.iter().map(|text| value::characters(text, &self.table.fields.text)).sum();
        if characters == 0 {
            return Err("there is no text to count".into());
        }
        #[expect(clippy::cast_precision_loss, reason = "characters of one text")]
        let number = characters as f64;
        Ok(Quantity::exact(number, format!("{characters} characters")).divided(1000.0, "/ 1000"))
    }

    /// Megapixels of one result: of a video, all frames together.
    fn megapixels(&self) -> Counted {
        let image = self.frame()?;
        match self.kind.output() {
            Modality::Image => Ok(image),
            Modality::Video => Ok(self.frames()?.times(image)),
            _ => Err("whether it makes an image or a video is not known".into()),
        }
    }

    /// What is sent in `place`, otherwise what the model takes without it; `None` where that is null.
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
    // Every field is held against every name for every unit, so the path is not taken apart.
    names.iter().any(|name| {
        let before = place.field.strip_suffix(name.as_str());
        before.is_some_and(|path| path.is_empty() || path.ends_with('.'))
    })
}

#[cfg(test)]
mod tests;
