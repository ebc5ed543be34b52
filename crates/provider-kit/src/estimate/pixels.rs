//! Megapixels of one image, or of one frame.

use super::{Counted, Counting, Table, is_remote, named, value};
use mediagen_core::{Modality, Place, Quantity, Role};
use serde_json::Value;

/// Sides that are not whole are met with multiples of this, up or down.
const STEP: f64 = 32.0;
/// How far the pixels of a word such as `2K` are from those of a square of so many sides, up and down.
const ABOUT: f64 = 0.05;

impl Counting<'_> {
    /// Megapixels of an image that comes out.
    pub(super) fn frame(&self) -> Counted {
        let enlarged = self.enlarged();
        let stated = self.stated();
        match (enlarged, stated) {
            (Some(factor), Some(stated)) => Ok(self.own(factor)?.or(stated?, "whether the factor or the size counts")),
            (Some(factor), None) => self.own(factor),
            (None, Some(stated)) => stated,
            (None, None) => match self.kind.input() {
                Modality::Image | Modality::Video => self.own(1.0),
                _ => Err("nothing in the request says how large the result will be".into()),
            },
        }
    }

    /// The factor of a model that enlarges what goes in.
    fn enlarged(&self) -> Option<f64> {
        let enlarges = matches!(self.kind.input(), Modality::Image | Modality::Video);
        let mut places = self.with_option("scale").filter(|_| enlarges);
        places.find_map(|place| value::number(self.value(place)?)).filter(|factor| *factor > 0.0)
    }

    /// As large as what goes in, times `factor` on each side.
    fn own(&self, factor: f64) -> Counted {
        let (role, word) = match self.kind.input() {
            Modality::Video => (Role::Video, "video"),
            _ => (Role::Image, "image"),
        };
        let input = self.input(role).ok_or_else(|| format!("there is no input {word} to measure"))?;
        if is_remote(input) {
            return Err(format!("the input {word} is behind an address, so its size is not known"));
        }
        let size = input.facts.width.zip(input.facts.height);
        let (width, height) = size.ok_or_else(|| format!("the size of the input {word} cannot be measured"))?;
        let area = f64::from(width) * f64::from(height) * factor * factor / 1e6;
        let words = if factor.to_bits() == 1_f64.to_bits() { String::new() } else { format!(" x {factor} x {factor}") };
        Ok(Quantity::exact(area, format!("{} megapixels ({width}x{height} of the input {word}{words})", short(area))))
    }

    /// The size that fields state; `None` where the model has none, or they are left to the model.
    fn stated(&self) -> Option<Counted> {
        let size = self.with_option("size").find_map(|place| Some((place, self.value(place)?)));
        let whole = size.filter(|(place, _)| place.field.rsplit('.').next().is_some_and(|name| name.ends_with("size")));
        if let Some((place, value)) = whole {
            let unclear = || format!("`{}` is {value}, and what that is in pixels is not known", place.field);
            return Some(size_of(self.table, value).map(|(w, h)| pixels(w, h)).ok_or_else(unclear));
        }
        let pixels_of = |names: &[String]| {
            let mut places = self.places.iter().filter(|place| named(place, names));
            places.find_map(|place| value::number(self.value(place)?))
        };
        if let Some((width, height)) = pixels_of(&self.table.fields.width).zip(pixels_of(&self.table.fields.height)) {
            return Some(Ok(pixels(width, height)));
        }
        let resolution = self.with_option("resolution").find_map(|place| Some((place, self.value(place)?)));
        resolution.map(|(place, value)| self.by_resolution(place, value))
    }

    fn by_resolution(&self, place: &Place, value: &Value) -> Counted {
        if let Some((width, height)) = size_of(self.table, value) {
            return Ok(pixels(width, height));
        }
        let video = self.kind.output() == Modality::Video;
        let measure = measure(value, video);
        let measure = measure.ok_or_else(|| format!("`{}` is {value}, which names no pixels", place.field))?;
        let short_side = match measure {
            Measure::Short(short) => short,
            Measure::Area(area) => {
                let words = format!("about {} megapixels ({value})", short(area));
                let (low, high) = (area * (1.0 - ABOUT), area * (1.0 + ABOUT));
                return Ok(Quantity::between(low, Some(high), words, "the exact sides of the image"));
            }
        };
        let (ratios, open) = self.ratios()?;
        let mut all: Option<Quantity> = None;
        for ratio in ratios {
            let one = framed(short_side, ratio);
            all = Some(match all {
                Some(all) => all.or(one, "the ratio"),
                None => one,
            });
        }
        let mut all = all.ok_or("the aspect ratio is not known")?;
        if let Some(open) = open {
            (all.how, all.open) =
                (format!("{} to {} megapixels", short(all.low), short(all.high.unwrap_or(all.low))), vec![open]);
        }
        Ok(all)
    }

    /// The ratios that the result may have, and what is open where these are several.
    fn ratios(&self) -> Result<(Vec<f64>, Option<String>), String> {
        let place = self.with_option("aspect_ratio").next();
        let value = place.and_then(|place| self.value(place));
        if let Some(ratio) = value.and_then(ratio_of) {
            return Ok((vec![ratio], None));
        }
        let size_of_input = |role| {
            let facts = &self.input(role)?.facts;
            facts.width.zip(facts.height)
        };
        if let Some((width, height)) = [Role::Video, Role::Image].into_iter().find_map(size_of_input) {
            return Ok((vec![f64::from(width) / f64::from(height.max(1))], None));
        }
        let words = place.map(|place| value::words(&place.ty)).unwrap_or_default();
        let ratios: Vec<f64> = words.into_iter().filter_map(ratio_of).collect();
        match place.filter(|_| !ratios.is_empty()) {
            Some(place) => Ok((ratios, Some(format!("the aspect ratio (`{}`)", place.field)))),
            None => Err("the aspect ratio of the result is not known".into()),
        }
    }
}

enum Measure {
    /// Pixels on the short side.
    Short(f64),
    /// Megapixels in all.
    Area(f64),
}

/// `720p` and `768P` are lines; `2K` and `4k` are lines of a video and the sides of a square image.
fn measure(value: &Value, video: bool) -> Option<Measure> {
    let text = value.as_str()?.to_ascii_lowercase();
    let word = text.rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '.').next()?;
    let end = word.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(word.len());
    let number: f64 = word[..end].parse().ok().filter(|number| *number > 0.0)?;
    match &word[end..] {
        "p" => Some(Measure::Short(number)),
        "k" if video => Some(Measure::Short(number * 540.0)),
        "k" => Some(Measure::Area((number * 1024.0).powi(2) / 1e6)),
        "mp" => Some(Measure::Area(number)),
        _ => None,
    }
}

fn ratio_of(value: &Value) -> Option<f64> {
    let (width, height) = value.as_str()?.split_once(':')?;
    let (width, height): (f64, f64) = (width.trim().parse().ok()?, height.trim().parse().ok()?);
    (width > 0.0 && height > 0.0).then_some(width / height)
}

/// A frame with so many pixels on its short side. Where the long side is not a whole number, it is the model's choice.
fn framed(short_side: f64, ratio: f64) -> Quantity {
    let long = short_side * ratio.max(1.0 / ratio);
    if (long - long.round()).abs() < 1e-6 {
        return if ratio >= 1.0 { pixels(long.round(), short_side) } else { pixels(short_side, long.round()) };
    }
    let (low, high) = ((long / STEP).floor() * STEP * short_side / 1e6, (long / STEP).ceil() * STEP * short_side / 1e6);
    let words = format!("{} to {} megapixels", short(low), short(high));
    Quantity::between(low, Some(high), words, format!("the long side next to {short_side} pixels"))
}

fn pixels(width: f64, height: f64) -> Quantity {
    let area = width * height / 1e6;
    Quantity::exact(area, format!("{} megapixels ({width}x{height})", short(area)))
}

/// Six digits behind the point are single pixels.
fn short(megapixels: f64) -> f64 {
    (megapixels * 1e6).round() / 1e6
}

/// An object with both sides, a name whose pixels are known, or `1024x768`.
fn size_of(table: &Table, value: &Value) -> Option<(f64, f64)> {
    match value {
        Value::Object(map) => Some((value::number(map.get("width")?)?, value::number(map.get("height")?)?)),
        Value::String(text) => {
            if let Some((width, height)) = table.sizes.get(text.as_str()) {
                return Some((f64::from(*width), f64::from(*height)));
            }
            let (width, height) = text.split_once(['x', 'X', '*'])?;
            Some((width.trim().parse().ok()?, height.trim().parse().ok()?))
        }
        _ => None,
    }
}
