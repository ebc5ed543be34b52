//! Size, aspect ratio and resolution: three ways to ask, and five in which models take it.

use super::{
    enlarge::enlarge,
    measure::{self, Measure, apart, same_ratio},
};
use crate::{
    coerce::{Change, coerce, list},
    draft::Draft,
    path::{Spot, Step},
};
use mediagen_core::{FieldType, Modality, Size};
use serde_json::{Value, json};

/// What the model offers.
struct Offer<'a> {
    /// A field for an object with width and height, and the types of these.
    object: Option<(Spot<'a>, &'a FieldType, &'a FieldType)>,
    /// A field whose values name sizes (`square_hd`, `1024x768`).
    names: Option<(Spot<'a>, Vec<(&'a Value, Size)>)>,
    /// A text field that is written as `1024x768`.
    text: Option<Spot<'a>>,
    /// Two fields.
    pair: Option<(Spot<'a>, Spot<'a>)>,
    /// A field whose values name ratios; no values where it is free text.
    ratio: Option<(Spot<'a>, Vec<(&'a Value, f64)>)>,
    /// A field whose values name resolutions; no values where it is free text.
    resolution: Option<(Spot<'a>, Vec<(&'a Value, Measure)>)>,
    film: bool,
}

impl Offer<'_> {
    fn nothing(&self) -> bool {
        self.object.is_none()
            && self.names.is_none()
            && self.text.is_none()
            && self.pair.is_none()
            && self.ratio.is_none()
            && self.resolution.is_none()
    }
}

/// Maps `size`, `aspect_ratio` and `resolution`.
pub(super) fn map(draft: &mut Draft<'_>) {
    let options = &draft.request.options;
    let (size, ratio, resolution) = (options.size, options.aspect_ratio, options.resolution.clone());
    if size.is_none() && ratio.is_none() && resolution.is_none() {
        return;
    }
    let offer = offer(draft);
    if offer.nothing() {
        let why = "the model has no field for a size, a ratio or a resolution";
        if let Some(size) = size {
            enlarge(draft, size, &json!(size.to_string()), why);
        }
        let others = [("aspect_ratio", ratio.map(|ratio| ratio.to_string())), ("resolution", resolution)];
        for (option, asked) in others {
            if let Some(asked) = asked {
                draft.unsupported(option, json!(asked), why);
            }
        }
        return;
    }
    if let Some(size) = size {
        by_size(draft, &offer, size);
    }
    if let Some(ratio) = ratio {
        let asked = json!(ratio.to_string());
        let decided = size.filter(|size| same_ratio(measure::ratio_of(*size), ratio.value()));
        let free = offer.ratio.as_ref().is_some_and(|(spot, _)| draft.free(&spot.path));
        if size.is_none() || (free && decided.is_none()) {
            by_ratio(draft, &offer, ratio.value(), &asked);
        } else if decided.is_none() {
            draft.note("aspect_ratio", asked, Value::Null, "the size decides the aspect ratio");
        }
    }
    if let Some(word) = resolution {
        by_resolution(draft, &offer, &word);
    }
}

fn offer<'a>(draft: &Draft<'a>) -> Offer<'a> {
    let places = draft.places("size");
    let object = places.iter().find_map(|spot| {
        let fields = parts(spot.ty).iter().find_map(|ty| if let FieldType::Object(f) = ty { Some(f) } else { None })?;
        let side = |name: &str| fields.iter().find(|field| field.name == name).map(|field| &field.ty);
        Some((spot.clone(), side("width")?, side("height")?))
    });
    let presets = places.iter().find_map(|spot| Some((spot.clone(), values(spot.ty, &measure::size)?)));
    let text = places.iter().find(|spot| has_text(spot.ty) && spot.default().and_then(measure::size).is_some());
    let (width, height) = (draft.places("width").into_iter().next(), draft.places("height").into_iter().next());
    let ratio = draft.places("aspect_ratio").into_iter().find_map(|spot| {
        // `square` among presets is a size.
        if presets.as_ref().is_some_and(|(other, _)| other.path == spot.path) {
            return None;
        }
        let free = || (has_text(spot.ty) && spot.path.root().ends_with("ratio")).then(Vec::new);
        let named = values(spot.ty, &measure::ratio).or_else(free)?;
        Some((spot, named))
    });
    let resolution = draft.places("resolution").into_iter().find_map(|spot| {
        let mega = spot.path.root() == "megapixels";
        let read = |value: &Value| measure::size(value).is_none().then(|| measure::measure(value, mega)).flatten();
        let free = || (has_text(spot.ty) && spot.path.root().ends_with("resolution")).then(Vec::new);
        let named = values(spot.ty, &read).or_else(free)?;
        Some((spot, named))
    });
    let film = draft.kind.output() == Modality::Video;
    Offer { object, names: presets, text: text.cloned(), pair: width.zip(height), ratio, resolution, film }
}

fn parts(ty: &FieldType) -> &[FieldType] {
    if let FieldType::Union(variants) = ty { variants } else { std::slice::from_ref(ty) }
}

fn has_text(ty: &FieldType) -> bool {
    parts(ty).iter().any(|part| matches!(part, FieldType::Text { .. }))
}

/// The values of an enum that `read` understands; `None` when it understands none: then the word means another thing.
fn values<'a, T>(ty: &'a FieldType, read: &dyn Fn(&Value) -> Option<T>) -> Option<Vec<(&'a Value, T)>> {
    let parts = parts(ty).iter();
    let all = parts.filter_map(|part| if let FieldType::Enum(values) = part { Some(values) } else { None }).flatten();
    let read: Vec<(&Value, T)> = all.filter_map(|value| Some((value, read(value)?))).collect();
    (!read.is_empty()).then_some(read)
}

fn by_size(draft: &mut Draft<'_>, offer: &Offer<'_>, size: Size) {
    let asked = json!(size.to_string());
    if sides(draft, offer, "size", &asked, size) {
        return;
    }
    if let Some((spot, named)) = &offer.names {
        let distance = |other: &Size| {
            apart(measure::ratio_of(*other), measure::ratio_of(size)) * 10.0 + apart(area(*other), area(size))
        };
        if let Some((value, found)) = named.iter().min_by(|a, b| distance(&a.1).total_cmp(&distance(&b.1))) {
            if *found != size {
                let why = format!("`{}` takes one of {}", spot.path, shown(named));
                draft.adjust("size", asked.clone(), (*value).clone(), Change::choice(why));
            }
            draft.put("size", &asked, &spot.path, (*value).clone());
        }
    } else if let Some(spot) = &offer.text {
        draft.put("size", &asked, &spot.path, asked.clone());
    } else {
        by_words(draft, offer, size, &asked);
    }
}

/// Width and height as numbers, in an object or in two fields; false when the model has neither.
fn sides(draft: &mut Draft<'_>, offer: &Offer<'_>, option: &'static str, asked: &Value, size: Size) -> bool {
    let (paths, types) = if let Some((spot, width, height)) = &offer.object {
        let at = |name: &str| spot.path.then(Step::Key(name.to_owned()));
        ([at("width"), at("height")], [*width, *height])
    } else if let Some((width, height)) = &offer.pair {
        ([width.path.clone(), height.path.clone()], [width.ty, height.ty])
    } else {
        return false;
    };
    let fit = |pixels: u32, ty| coerce(&json!(pixels), ty, None);
    let (Some(width), Some(height)) = (fit(size.width, types[0]), fit(size.height, types[1])) else { return false };
    if let Some(change) = width.changed.as_ref().or(height.changed.as_ref()) {
        let to = json!({"width": width.value, "height": height.value});
        let change = change.clone().after(&format!("`{}` and `{}`: ", paths[0], paths[1]));
        draft.adjust(option, asked.clone(), to, change);
    }
    for (path, fit) in paths.iter().zip([width, height]) {
        draft.put(option, asked, path, fit.value);
    }
    true
}

/// A size as a ratio and a resolution word.
fn by_words(draft: &mut Draft<'_>, offer: &Offer<'_>, size: Size, asked: &Value) {
    let (mut sent, mut exact) = (serde_json::Map::new(), true);
    let wanted = measure::ratio_of(size);
    if let Some((spot, named)) = &offer.ratio {
        let found = nearest(named, |ratio| apart(*ratio, wanted));
        let value = found.map_or_else(|| json!(reduced(size)), |(value, _)| (*value).clone());
        exact &= found.is_none_or(|(_, ratio)| same_ratio(*ratio, wanted));
        draft.put("size", asked, &spot.path, value.clone());
        sent.insert(spot.path.to_string(), value);
    }
    let short = f64::from(size.width.min(size.height));
    if let Some((spot, named)) = offer.resolution.as_ref().filter(|(spot, _)| draft.free(&spot.path)) {
        let found = nearest(named, |m| apart(m.short_side(wanted, offer.film), short));
        let value = found.map_or_else(|| json!(format!("{short}p")), |(value, _)| (*value).clone());
        exact &= found.is_none_or(|(_, m)| apart(m.short_side(wanted, offer.film), short) < 0.02);
        draft.put("size", asked, &spot.path, value.clone());
        sent.insert(spot.path.to_string(), value);
    }
    match (sent.len(), exact && offer.resolution.is_some() && offer.ratio.is_some()) {
        (0, _) => draft.unsupported("size", asked.clone(), "the fields for it are taken"),
        (_, true) => {}
        (1, false) => {
            let to = sent.into_iter().next().map_or(Value::Null, |(_, value)| value);
            let why = "the model offers no other choice of the size".to_owned();
            draft.adjust("size", asked.clone(), to, Change::choice(why));
        }
        (_, false) => {
            let why = "the nearest of the model's ratios and resolutions".to_owned();
            draft.adjust("size", asked.clone(), Value::Object(sent), Change::choice(why));
        }
    }
}

fn by_ratio(draft: &mut Draft<'_>, offer: &Offer<'_>, wanted: f64, asked: &Value) {
    let ratio = offer.ratio.as_ref().filter(|(spot, _)| draft.free(&spot.path));
    let best_ratio = ratio.and_then(|(spot, named)| Some((spot, nearest(named, |r| apart(*r, wanted))?)));
    let best_name = offer.names.as_ref().and_then(|(spot, named)| {
        let distance = |size: &Size| apart(measure::ratio_of(*size), wanted) - area(*size) * 1e-12;
        Some((spot, nearest(named, distance)?))
    });
    let same_name = best_name.filter(|(_, (_, size))| same_ratio(measure::ratio_of(*size), wanted));
    if let Some((spot, (value, _))) = best_ratio.filter(|(_, (_, ratio))| same_ratio(*ratio, wanted)) {
        draft.put("aspect_ratio", asked, &spot.path, (*value).clone());
    } else if let Some((spot, (value, _))) = same_name {
        draft.put("aspect_ratio", asked, &spot.path, (*value).clone());
    } else if computed(draft, offer, "aspect_ratio", asked, Some(wanted)) {
    } else if let Some((spot, _)) = ratio.filter(|(_, named)| named.is_empty()) {
        draft.put("aspect_ratio", asked, &spot.path, asked.clone());
    } else if let Some((spot, (value, _))) = best_ratio {
        let why = format!("`{}` takes one of {}", spot.path, ratio.map(|(_, named)| shown(named)).unwrap_or_default());
        draft.adjust("aspect_ratio", asked.clone(), (*value).clone(), Change::choice(why));
        draft.put("aspect_ratio", asked, &spot.path, (*value).clone());
    } else if let Some((spot, (value, _))) = best_name {
        let why =
            format!("`{}` takes one of {}", spot.path, offer.names.as_ref().map(|(_, n)| shown(n)).unwrap_or_default());
        draft.adjust("aspect_ratio", asked.clone(), (*value).clone(), Change::choice(why));
        draft.put("aspect_ratio", asked, &spot.path, (*value).clone());
    } else {
        draft.unsupported("aspect_ratio", asked.clone(), "the model has no field for an aspect ratio or a size");
    }
}

fn by_resolution(draft: &mut Draft<'_>, offer: &Offer<'_>, word: &str) {
    let asked = json!(word);
    let free = offer.resolution.as_ref().filter(|(spot, _)| draft.free(&spot.path));
    if let Some((spot, named)) = free {
        let same = named.iter().find(|(value, _)| value.as_str().is_some_and(|value| value.eq_ignore_ascii_case(word)));
        let wish = measure::measure(&asked, false);
        if named.is_empty() || same.is_some() {
            let value = same.map_or_else(|| asked.clone(), |(value, _)| (*value).clone());
            return draft.put("resolution", &asked, &spot.path, value);
        }
        let Some(wish) = wish else {
            let why = format!("`{}` takes one of {}", spot.path, shown(named));
            return draft.unsupported("resolution", asked, why);
        };
        let distance = |m: &Measure| apart(m.short_side(1.0, offer.film), wish.short_side(1.0, offer.film));
        if let Some((value, found)) = nearest(named, distance) {
            if distance(found) > 0.02 {
                let why = format!("`{}` takes one of {}", spot.path, shown(named));
                draft.adjust("resolution", asked.clone(), (*value).clone(), Change::choice(why));
            }
            draft.put("resolution", &asked, &spot.path, (*value).clone());
        }
    } else if offer.resolution.is_some() || draft.request.options.size.is_some() {
        draft.note("resolution", asked, Value::Null, "the size decides the resolution");
    } else if !computed(draft, offer, "resolution", &asked, None) {
        draft.unsupported("resolution", asked, "the model has no field for a resolution or a size");
    }
}

/// A ratio or a resolution as width and height. False when the model does not take these, or they are decided already.
fn computed(
    draft: &mut Draft<'_>,
    offer: &Offer<'_>,
    option: &'static str,
    asked: &Value,
    wanted: Option<f64>,
) -> bool {
    let options = &draft.request.options;
    let place =
        offer.object.as_ref().map(|(spot, ..)| &spot.path).or(offer.pair.as_ref().map(|(width, _)| &width.path));
    if place.is_none_or(|path| !draft.free(path)) {
        // Both were asked and the ratio's turn wrote the frame with the resolution in it.
        return option == "resolution" && place.is_some() && options.aspect_ratio.is_some();
    }
    let ratio = wanted.unwrap_or(if offer.film { 16.0 / 9.0 } else { 1.0 });
    let measure = options.resolution.as_ref().and_then(|word| measure::measure(&json!(word), false));
    let usual = if offer.film { Measure::Short(720.0) } else { Measure::Mega(1.0) };
    let separate = offer.resolution.is_some();
    let measure = if separate { usual } else { measure.unwrap_or(usual) };
    let size = measure::frame(ratio, measure.short_side(ratio, offer.film));
    draft.note(option, asked.clone(), json!(size.to_string()), "the model takes width and height");
    sides(draft, offer, option, asked, size)
}

fn nearest<'n, 'a, T>(named: &'n [(&'a Value, T)], distance: impl Fn(&T) -> f64) -> Option<&'n (&'a Value, T)> {
    named.iter().min_by(|a, b| distance(&a.1).total_cmp(&distance(&b.1)))
}

fn shown<T>(named: &[(&Value, T)]) -> String {
    list(named.iter().map(|(value, _)| *value))
}

fn area(size: Size) -> f64 {
    f64::from(size.width) * f64::from(size.height)
}

fn reduced(size: Size) -> String {
    let (mut a, mut b) = (size.width, size.height);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    format!("{}:{}", size.width / a.max(1), size.height / a.max(1))
}
