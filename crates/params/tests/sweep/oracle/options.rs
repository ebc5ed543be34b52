//! Numbers, flags and words.

use super::{
    Court, Sense,
    leaf::{Form, Leaf},
    sense::{english, figure, is_format},
};
use serde_json::Value;

/// The number nearest to `wish` that the place takes.
fn reachable(leaf: &Leaf<'_>, wish: f64) -> f64 {
    let near = |a: &f64, b: &f64| (a - wish).abs().total_cmp(&(b - wish).abs());
    if let Some((min, max)) = leaf.range() {
        return wish.max(min.unwrap_or(wish)).min(max.unwrap_or(wish));
    }
    leaf.words().iter().filter_map(figure).min_by(near).unwrap_or(wish)
}

/// Whether `value` is `wish`, or as near as the place allows.
fn near(leaf: &Leaf<'_>, value: &Value, wish: f64, slack: f64) -> bool {
    let Some(found) = figure(value).map(|n| if value.as_f64().is_some_and(|v| v < 0.0) { -n.abs() } else { n }) else {
        return false;
    };
    // One of two equally near choices is as good as the other.
    (found - reachable(leaf, wish)).abs() <= slack
        || ((found - wish).abs() - (reachable(leaf, wish) - wish).abs()).abs() < 1e-9
}

impl Court<'_> {
    /// Texts.
    pub(super) fn words(&mut self) {
        let holds = |wish: Option<&str>| {
            let wish = wish.unwrap_or_default().to_owned();
            move |_: &Leaf<'_>, value: &Value| {
                value.as_str() == Some(&wish)
                    || value.as_array().is_some_and(|list| list.iter().any(|item| item == wish.as_str()))
            }
        };
        let options = &self.request.options;
        let prompts = self.with(Sense::Prompt);
        if let Some(text) = self.request.prompt.as_deref() {
            self.expect("prompt", &prompts, holds(Some(text)));
            let spoken: Vec<&Leaf<'_>> = prompts.iter().copied().filter(|leaf| leaf.is("text") && leaf.top).collect();
            if self.kind.input() == mediagen_core::Modality::Text
                && self.kind.output() == mediagen_core::Modality::Audio
            {
                self.expect("prompt (the words to speak)", &spoken, holds(Some(text)));
            }
        }
        if options.negative_prompt.is_some() {
            self.expect("negative_prompt", &self.with(Sense::Negative), holds(options.negative_prompt.as_deref()));
        }
        if options.voice_sample_text.is_some() {
            self.expect(
                "voice_sample_text",
                &self.with(Sense::SampleText),
                holds(options.voice_sample_text.as_deref()),
            );
        }
        if let Some(voice) = options.voice.as_deref() {
            let can = |leaf: &&Leaf<'_>| leaf.text() || leaf.words().iter().any(|word| word == voice);
            let leaves: Vec<&Leaf<'_>> = self.with(Sense::Voice).into_iter().filter(can).collect();
            self.expect("voice", &leaves, holds(Some(voice)));
        }
        if options.language.is_some() {
            self.expect("language", &self.with(Sense::Language), |_, value| english(value));
        }
        if options.format.is_some() {
            let kind = self.kind;
            self.expect("format", &self.with(Sense::Format), |_, value| is_format(value, kind));
        }
        if options.quality.is_some() {
            let best = ["high", "hd", "best", "quality", "ultra", "maximum"];
            self.expect("quality", &self.with(Sense::Quality), |leaf, value| match value.as_str() {
                Some(text) => best.contains(&text.to_ascii_lowercase().as_str()),
                None => leaf.range().is_some_and(|(_, max)| value.as_f64() >= max),
            });
        }
    }

    /// Numbers and flags.
    pub(super) fn options(&mut self) {
        let options = self.request.options.clone();
        let count = |number: Option<u32>| number.map(f64::from);
        let numbers = [
            ("count", Sense::Count, count(options.count)),
            ("steps", Sense::Steps, count(options.steps)),
            ("sample_rate", Sense::SampleRate, count(options.sample_rate)),
            ("guidance", Sense::Guidance, options.guidance),
            ("strength", Sense::Strength, options.strength),
            ("fps", Sense::Fps, options.fps),
            ("motion", Sense::Motion, options.motion),
            ("scale", Sense::Scale, options.scale),
            ("similarity", Sense::Similarity, options.similarity),
            ("speed", Sense::Speed, options.speed),
            ("pitch", Sense::Pitch, options.pitch),
            ("volume", Sense::Volume, options.volume),
        ];
        for (option, sense, wish) in numbers {
            if let Some(wish) = wish {
                let slack = if wish.fract() == 0.0 { 1e-9 } else { 0.51 };
                self.expect(option, &self.with(sense), |leaf, value| near(leaf, value, wish, slack));
            }
        }
        if let Some(seed) = options.seed {
            self.expect("seed", &self.with(Sense::Seed), |leaf, value| {
                let range = leaf.range().unwrap_or_default();
                // Some begin at 1, some above 0.
                let least =
                    range.0.is_some_and(|min| value.as_f64().is_some_and(|value| value >= min && value <= min + 1.0));
                value.as_u64() == Some(seed) || least
            });
        }
        for (option, sense, wish) in
            [("loop", Sense::Loop, options.looping), ("denoise", Sense::Denoise, options.denoise)]
        {
            if let Some(wish) = wish {
                self.expect(option, &self.with(sense), |_, value| value.as_bool() == Some(wish));
            }
        }
    }

    /// Seconds, or the frames that they are.
    pub(super) fn duration(&mut self) {
        let Some(seconds) = self.request.options.duration else { return };
        let direct = self.with(Sense::Seconds);
        let thousandths = self.with(Sense::Milliseconds);
        let frames = self.with(Sense::Frames);
        if !direct.is_empty() {
            return self.expect("duration", &direct, |leaf, value| near(leaf, value, seconds, 0.51));
        }
        if !thousandths.is_empty() {
            return self.expect("duration", &thousandths, |leaf, value| near(leaf, value, seconds * 1000.0, 1.0));
        }
        let rates = self.with(Sense::Fps);
        let sent = rates.iter().find_map(|leaf| leaf.value(self.body).and_then(figure));
        let rate = sent.or_else(|| rates.iter().find_map(|leaf| leaf.default.and_then(figure)));
        self.expect("duration", &frames, |leaf, value| match rate {
            // Steps such as 8n+1 may be up to a third of a second away.
            Some(rate) => near(leaf, value, seconds * rate, 8.0),
            None => [12.0, 16.0, 24.0, 25.0, 30.0].iter().any(|rate| near(leaf, value, seconds * rate, 8.0)),
        });
    }
}

impl Leaf<'_> {
    /// How many texts or files fit.
    pub(super) fn room(&self) -> u64 {
        self.forms.iter().map(|form| if let Form::List { room } = form { *room } else { 1 }).max().unwrap_or(1)
    }
}
