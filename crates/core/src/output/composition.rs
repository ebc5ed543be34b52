//! The typed output of a video made from videos.

use super::Output;
use crate::{KindOutput, Measured, Role};

/// A video made from videos, with what is known about it and about every secondary input.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct VideoComposition {
    /// Facts about the video; unknown ones are `None`, never 0.
    pub metadata: CompositionMetadata,
    output: Output,
}

/// Facts about a composed video, from what the provider says; measured values replace them after a download.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct CompositionMetadata {
    /// Length in seconds.
    pub duration_s: Option<f64>,
    /// Width and height in pixels.
    pub resolution: Option<(u32, u32)>,
    /// Width to height in lowest terms.
    pub aspect_ratio: Option<(u32, u32)>,
    /// Frames a second.
    pub fps: Option<f64>,
    /// Every input besides the main video, in order.
    pub secondary: Vec<CompositionInput>,
}

/// A secondary input of a composition.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CompositionInput {
    /// From 0, in the order given.
    pub index: usize,
    /// What it was for.
    pub role: Role,
    /// File name, or URL without its query.
    pub name: String,
}

impl KindOutput for VideoComposition {
    fn from_output(output: Output) -> Self {
        let mut main_seen = false;
        let secondary = |fact: &&Measured| fact.role != Role::Video || std::mem::replace(&mut main_seen, true);
        let secondary: Vec<&Measured> = output.inputs.iter().filter(secondary).collect();
        let secondary = secondary.into_iter().enumerate();
        let secondary =
            secondary.map(|(index, f)| CompositionInput { index, role: f.role, name: f.name.clone() }).collect();
        let part = output.parts.first();
        let resolution = part.and_then(|p| Some((p.facts.width?, p.facts.height?)));
        let metadata = CompositionMetadata {
            duration_s: part.and_then(|p| p.facts.duration_s),
            resolution,
            aspect_ratio: resolution.and_then(|(w, h)| reduce(w, h)),
            fps: part.and_then(|p| p.facts.fps),
            secondary,
        };
        Self { metadata, output }
    }

    fn output(&self) -> &Output {
        &self.output
    }
}

fn reduce(width: u32, height: u32) -> Option<(u32, u32)> {
    let (mut a, mut b) = (width, height);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    (a != 0 && height != 0).then(|| (width / a, height / a))
}
