//! Seconds and frames of a result.

use super::{Counted, Counting, is_remote, named, value};
use mediagen_core::{Measured, MediaFacts, Modality, Place, Quantity, Role};

impl Counting<'_> {
    /// Seconds of one result.
    pub(super) fn seconds(&self) -> Counted {
        let requested = self.requested_seconds()?;
        if self.makes_new_length() {
            return match (requested, self.input(Role::Audio)) {
                (Some(requested), _) => Ok(requested),
                (None, Some(input)) => length_of(input, "audio"),
                (None, None) => Err("nothing in the request says how long the result will be".into()),
            };
        }
        let own = self.input_seconds()?;
        match (requested, own) {
            (Some(requested), Some(own)) => {
                Ok(requested.or(own, "whether the requested length or that of the input counts"))
            }
            (Some(one), None) | (None, Some(one)) => Ok(one),
            (None, None) => Err("nothing in the request says how long the result will be".into()),
        }
    }

    /// Frames of one video.
    pub(super) fn frames(&self) -> Counted {
        let own = match self.input(Role::Video).filter(|_| !self.makes_new_length()) {
            Some(input) if is_remote(input) => {
                return Err("the input video is behind an address, so its frames are not known".into());
            }
            Some(input) => Some(frames_of(&input.facts).ok_or("the frames of the input video cannot be counted")?),
            None if self.kind.input() == Modality::Video && !self.makes_new_length() => {
                return Err("there is no input `video` to measure".into());
            }
            None => None,
        };
        let requested = match self.length_place().filter(|(place, _)| in_frames(place)) {
            Some((place, value)) => match value::number(value) {
                Some(frames) => Some(Quantity::exact(frames, format!("{frames} frames"))),
                None => return Err(format!("`{}` is `{value}`", place.field)),
            },
            None => None,
        };
        match (requested, own) {
            (Some(requested), Some(own)) => {
                Ok(requested.or(own, "whether the requested frames or those of the input count"))
            }
            (Some(one), None) | (None, Some(one)) => Ok(one),
            (None, None) => Ok(self.seconds()?.times(self.rate()?)),
        }
    }

    /// Whether the length of what goes in decides nothing about what comes out.
    fn makes_new_length(&self) -> bool {
        let last = self.model.rsplit('/').next().unwrap_or_default();
        let lasting = matches!(self.kind.input(), Modality::Video | Modality::Audio);
        !lasting || self.table.models.new_length.iter().any(|name| name == last)
    }

    /// Seconds that go in; `None` where nothing does. Lips that follow audio may stop with either.
    fn input_seconds(&self) -> Result<Option<Quantity>, String> {
        let of = |role: Role| self.inputs.iter().filter(move |input| input.role == role);
        if of(Role::Video).count() > 1 {
            return Err("several videos go in, and how long the result will be is not known".into());
        }
        let needed = if self.kind.input() == Modality::Video { Role::Video } else { Role::Audio };
        if self.input(needed).is_none() {
            return Err(format!("there is no input `{needed}` to measure"));
        }
        let video = self.input(Role::Video).map(|input| length_of(input, "video")).transpose()?;
        let audio = self.input(Role::Audio).map(|input| length_of(input, "audio")).transpose()?;
        Ok(match (video, audio) {
            (Some(video), Some(audio)) => Some(video.or(audio, "whether the video or the audio decides the length")),
            (video, audio) => video.or(audio),
        })
    }

    /// The field that says how long, with what it holds.
    fn length_place(&self) -> Option<(&Place, &serde_json::Value)> {
        let by_name = self.table.fields.length.iter().flat_map(|name| {
            let last = std::slice::from_ref(name);
            self.places.iter().filter(move |place| named(place, last))
        });
        let mut places = self.with_option("duration").chain(by_name);
        places.find_map(|place| Some((place, self.value(place)?)))
    }

    fn requested_seconds(&self) -> Result<Option<Quantity>, String> {
        let Some((place, value)) = self.length_place() else { return Ok(self.left_open()) };
        let (field, number) = (&place.field, value::number(value));
        if in_frames(place) {
            let frames = number.ok_or_else(|| format!("`{field}` is {value}"))?;
            let rate = self.rate()?;
            let words = format!("/ {}", rate.how);
            let (slow, fast) = (rate.low, rate.high.unwrap_or(rate.low));
            let seconds = |rate: f64| Quantity::exact(frames, format!("{frames} frames")).divided(rate, &words);
            return Ok(Some(match rate.open.first() {
                Some(open) => seconds(fast).or(seconds(slow), open.clone()),
                None => seconds(slow),
            }));
        }
        let unit = if field.ends_with("_ms") { 1000.0 } else { 1.0 };
        if let Some(number) = number {
            return Ok(Some(seconds(number / unit)));
        }
        let (low, high) = value::bounds(&place.ty).ok_or_else(|| format!("`{field}` is {value}"))?;
        Ok(Some(span(low / unit, high / unit, format!("`{field}` is {value}"))))
    }

    /// A length that may be chosen and was not: what the field can hold.
    fn left_open(&self) -> Option<Quantity> {
        let place = self.with_option("duration").find(|place| !in_frames(place))?;
        let (low, high) = value::bounds(&place.ty)?;
        let unit = if place.field.ends_with("_ms") { 1000.0 } else { 1.0 };
        Some(span(low / unit, high / unit, format!("`{}` is not set", place.field)))
    }

    /// Frames a second.
    fn rate(&self) -> Counted {
        let exact = |rate: f64| Ok(Quantity::exact(rate, format!("{rate} a second")));
        let mut places = self.with_option("fps");
        let sent = places.find_map(|place| value::number(self.value(place)?)).or(self.frame_rate);
        if let Some(rate) = sent.filter(|rate| *rate > 0.0) {
            return exact(rate);
        }
        let open = self.with_option("fps").find_map(|place| Some((place, value::bounds(&place.ty)?)));
        let (place, (low, high)) = open.ok_or("the number of frames a second is not known")?;
        let why = format!("frames a second, because `{}` is not set", place.field);
        Ok(Quantity::between(low, Some(high), format!("{low} to {high} a second"), why))
    }
}

fn seconds(number: f64) -> Quantity {
    let number = (number * 1000.0).round() / 1000.0;
    Quantity::exact(number, format!("{number} seconds"))
}

fn span(low: f64, high: f64, open: String) -> Quantity {
    Quantity::between(low, Some(high), format!("{low} to {high} seconds"), open)
}

fn in_frames(place: &Place) -> bool {
    place.field.split(['_', '.']).any(|word| matches!(word, "frame" | "frames"))
}

fn length_of(input: &Measured, what: &str) -> Counted {
    if is_remote(input) {
        return Err(format!("the input {what} is behind an address, so its length is not known"));
    }
    let length = input.facts.duration_s.ok_or_else(|| format!("the length of the input {what} cannot be measured"))?;
    let mut quantity = seconds(length);
    quantity.how = format!("{} of the input {what}", quantity.how);
    Ok(quantity)
}

fn frames_of(facts: &MediaFacts) -> Option<Quantity> {
    #[expect(clippy::cast_precision_loss, reason = "frames of one video")]
    let counted = facts.frames.map(|frames| frames as f64);
    let frames = counted.or_else(|| Some((facts.duration_s? * facts.fps?).round()))?;
    Some(Quantity::exact(frames, format!("{frames} frames of the input video")))
}
