//! Size, ratio and resolution: does the body say the picture that was asked for, as nearly as the endpoint can?

use super::{
    Court, Sense,
    leaf::{Form, Leaf},
    sense::figure,
};
use mediagen_core::Modality;
use serde_json::Value;

pub(super) fn sense(leaf: &Leaf<'_>) -> Option<Sense> {
    let named = |own: &str| leaf.any(own) && leaf.only(&format!("{own} image video output target canvas"));
    let sizes = leaf.has(|form| *form == Form::Sides) || leaf.words().iter().any(|value| size(value).is_some());
    if !leaf.top {
        return None;
    }
    if sizes && named("size dimensions resolution") {
        Some(Sense::Size)
    } else if (named("ratio aspect") || leaf.is("orientation") || leaf.is("resolution_mode"))
        && (leaf.words().iter().any(|value| ratio(value).is_some()) || (leaf.text() && leaf.words().is_empty()))
    {
        Some(Sense::Ratio)
    } else if named("resolution") && leaf.words().iter().any(|value| figure(value).is_some()) {
        Some(Sense::Resolution)
    } else {
        None
    }
}

/// What a preset or `1024x768` measures.
fn size(value: &Value) -> Option<(f64, f64)> {
    let text = value.as_str()?.to_ascii_lowercase();
    if let Some((w, h)) = text.split_once('x') {
        return Some((w.trim().parse().ok()?, h.split_whitespace().next()?.parse().ok()?));
    }
    Some(match text.as_str() {
        "square_hd" => (1024.0, 1024.0),
        "square" => (512.0, 512.0),
        "portrait_4_3" => (768.0, 1024.0),
        "portrait_16_9" => (576.0, 1024.0),
        "landscape_4_3" => (1024.0, 768.0),
        "landscape_16_9" => (1024.0, 576.0),
        _ => return None,
    })
}

fn ratio(value: &Value) -> Option<f64> {
    let text = value.as_str()?;
    match text.to_ascii_lowercase().as_str() {
        "landscape" | "horizontal" => return Some(16.0 / 9.0),
        "portrait" | "vertical" => return Some(9.0 / 16.0),
        "square" => return Some(1.0),
        _ => {}
    }
    let (w, h) = text.split_whitespace().next()?.split_once([':', '/'])?;
    let (w, h): (f64, f64) = (w.parse().ok()?, h.parse().ok()?);
    Some(w / h)
}

/// Pixels on the short side of a picture of `ratio`, for `720p`, `2K` and `1MP`.
fn short(value: &Value, ratio: f64, film: bool) -> Option<f64> {
    let number = figure(value)?;
    let text = value.as_str().unwrap_or_default().to_ascii_lowercase();
    let squeeze = ratio.max(1.0 / ratio).sqrt();
    Some(if text.contains("mp") {
        (number * 1e6).sqrt() / squeeze
    } else if text.contains('k') {
        if film { number * 540.0 } else { number * 1024.0 / squeeze }
    } else {
        number
    })
}

fn far(a: f64, b: f64) -> f64 {
    (a / b).ln().abs()
}

/// Whether `chosen` is as near to the wish as the best of `all`, within a hair.
fn best<T>(all: impl Iterator<Item = T>, chosen: Option<T>, distance: impl Fn(&T) -> f64) -> bool {
    let nearest = all.map(|other| distance(&other)).fold(f64::INFINITY, f64::min);
    chosen.is_some_and(|chosen| distance(&chosen) <= nearest + 0.03)
}

impl Court<'_> {
    pub(super) fn picture(&mut self) {
        let options = &self.request.options;
        let (size, aspect, resolution) = (options.size, options.aspect_ratio, options.resolution.clone());
        let wanted = size.map(|size| f64::from(size.width) / f64::from(size.height));
        let exact = size.is_some_and(|size| self.exact(f64::from(size.width), f64::from(size.height)));
        if size.is_some() && self.has_sides() {
            self.expressible += 1;
            if !exact {
                self.miss("size", "the endpoint takes width and height, and the body has others or none");
            }
        }
        let shaped = aspect.map(mediagen_core::AspectRatio::value).or(wanted);
        if let Some(shape) = shaped.filter(|_| self.can_shape()) {
            self.expressible += 1;
            if !exact && !self.shape_is(shape) {
                self.miss("aspect_ratio", "no field of the body says the nearest ratio");
            }
        }
        let tall = size.map(|size| f64::from(size.width.min(size.height)));
        let tall = resolution.as_ref().and_then(|word| figure(&Value::from(word.as_str()))).or(tall);
        let film = self.kind.output() == Modality::Video;
        if let Some(tall) = tall.filter(|_| !exact) {
            let shape = shaped.unwrap_or(1.0);
            let leaves = self.with(Sense::Resolution);
            self.expect("resolution", &leaves, |leaf, value| {
                let all = leaf.words().iter().filter_map(|word| short(word, shape, film));
                best(all, short(value, shape, film), |other| far(*other, tall))
            });
        }
    }

    fn miss(&mut self, option: &str, why: &str) {
        let body: Vec<String> = ["Size", "Ratio"]
            .iter()
            .zip([Sense::Size, Sense::Ratio])
            .flat_map(|(_, sense)| self.with(sense))
            .map(|leaf| format!("`{}` = {}", leaf.path, leaf.value(self.body).unwrap_or(&Value::Null)))
            .collect();
        self.misses.push(super::Miss { option: option.into(), why: format!("{why} ({})", body.join(", ")) });
    }

    fn has_sides(&self) -> bool {
        let object = self.with(Sense::Size).iter().any(|leaf| leaf.has(|form| *form == Form::Sides));
        object || (!self.with(Sense::Width).is_empty() && !self.with(Sense::Height).is_empty())
    }

    fn can_shape(&self) -> bool {
        !self.with(Sense::Ratio).is_empty() || !self.with(Sense::Size).is_empty() || self.has_sides()
    }

    /// The width and height that the body gives as numbers.
    fn sides(&self) -> Option<(f64, f64)> {
        let object = self.with(Sense::Size).iter().find_map(|leaf| {
            let value = leaf.value(self.body)?;
            Some((value["width"].as_f64()?, value["height"].as_f64()?))
        });
        let side = |sense| self.with(sense).iter().find_map(|leaf| leaf.value(self.body)?.as_f64());
        object.or_else(|| side(Sense::Width).zip(side(Sense::Height)))
    }

    /// The size that was asked for, or as much of it as the bounds of two fields allow.
    fn exact(&self, width: f64, height: f64) -> bool {
        let bound = |sense, wish: f64| {
            let range = self.with(sense).iter().find_map(|leaf| leaf.range());
            let (min, max) = range.unwrap_or_default();
            wish.max(min.unwrap_or(wish)).min(max.unwrap_or(wish))
        };
        let wish = (bound(Sense::Width, width), bound(Sense::Height, height));
        self.sides().is_some_and(|sides| (sides.0 - wish.0).abs() < 17.0 && (sides.1 - wish.1).abs() < 17.0)
    }

    fn shape_is(&self, shape: f64) -> bool {
        let shaped = self.sides().is_some_and(|(width, height)| far(width / height, shape) < 0.03);
        let sized = self.with(Sense::Size).into_iter().any(|leaf| {
            let of = |value: &Value| size(value).map(|(w, h)| w / h);
            let chosen = leaf.value(self.body).and_then(of);
            chosen.is_some() && best(leaf.words().iter().filter_map(of), chosen, |other| far(*other, shape))
        });
        let said = self.with(Sense::Ratio).into_iter().any(|leaf| {
            let chosen = leaf.value(self.body).and_then(ratio);
            let all: Vec<f64> = leaf.words().iter().filter_map(ratio).collect();
            chosen.is_some() && (all.is_empty() || best(all.into_iter(), chosen, |other| far(*other, shape)))
        });
        shaped || sized || said
    }
}
