//! What a cast will do, before it does it.

use crate::{CastEntry, CastOptions, CastRegistry, CastSource, CastWish};
use mediagen_core::{Error, ErrorKind, FieldProblem, MediaFacts, Result};
use mediagen_probe::sniff::{self, FileType, MediaClass};
use std::fmt;

/// One step of a plan.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Step {
    /// The converter.
    pub entry: &'static CastEntry,
    /// The type that it reads.
    pub from: FileType,
    /// The type that it writes.
    pub to: FileType,
}

/// The steps of a cast with its source and options.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Plan {
    /// What is cast.
    pub source: CastSource,
    /// In order; never empty.
    pub steps: Vec<Step>,
    /// What is wanted and allowed.
    pub options: CastOptions,
}

impl Plan {
    /// Whether a step costs money.
    pub fn costs_money(&self) -> bool {
        self.steps.iter().any(|step| step.entry.is_paid)
    }

    /// The programs that must be there, each once.
    pub fn programs(&self) -> Vec<&'static str> {
        let mut programs: Vec<_> = self.steps.iter().filter_map(|step| step.entry.program).collect();
        programs.dedup();
        programs
    }

    pub(super) fn find(
        registry: &CastRegistry,
        source: &CastSource,
        to: FileType,
        options: &CastOptions,
    ) -> Result<Self> {
        check_wish(source, to, options)?;
        let from = source.kind;
        let unknown = MediaFacts::default();
        let steps = |from: FileType, to: FileType, first: bool| {
            let facts = if first { &source.facts } else { &unknown };
            let wish = CastWish { from, to, facts, options };
            registry.entries().filter(move |entry| entry.can(wish)).map(move |entry| Step { entry, from, to })
        };
        let mut ways: Vec<Vec<Step>> = steps(from, to, true).map(|step| vec![step]).collect();
        for middle in sniff::types().filter(|middle| *middle != from && *middle != to && from != to) {
            for first in steps(from, middle, true) {
                // One converter twice is a detour around what it refuses, such as to make a still of an animation.
                let seconds = steps(middle, to, false).filter(|second| second.entry.id != first.entry.id);
                ways.extend(seconds.map(|second| vec![first, second]));
            }
        }
        // The first of equals is taken, so that the order of names decides.
        let best = ways.into_iter().min_by_key(|way| {
            let paid = way.iter().filter(|step| step.entry.is_paid).count();
            let programs = way.iter().filter(|step| step.entry.program.is_some()).count();
            // Of two ways through different types, that through a lossless one.
            let lossy = way.iter().any(|step| step.to != to && !is_lossless(step.to));
            (paid, programs, way.len(), lossy)
        });
        let steps = best.ok_or_else(|| unsupported(registry, source, to, options))?;
        Ok(Self { source: source.clone(), steps, options: options.clone() })
    }
}

fn is_lossless(kind: FileType) -> bool {
    matches!(kind.media_type, "image/png" | "audio/wav" | "audio/flac")
}

/// What can be refused by what is known about the source.
fn check_wish(source: &CastSource, to: FileType, options: &CastOptions) -> Result<()> {
    let is_video = source.kind.class == MediaClass::Video;
    let refused = |field: &str, message: String| {
        Err(Error::new(ErrorKind::InvalidInput, message.clone()).with_field(FieldProblem::new(field, message)))
    };
    if to.class == MediaClass::Audio && source.facts.has_audio == Some(false) {
        return refused("to", format!("`{}` has no audio to make {} of", source.path.display(), to.media_type));
    }
    let end = source.facts.duration_s.filter(|_| is_video && to.class == MediaClass::Image);
    if let Some(end) = end.filter(|end| options.at.as_secs_f64() >= *end) {
        let at = options.at.as_secs_f64();
        return refused("at", format!("{at} s is not within the video, which is {end:.3} s long"));
    }
    Ok(())
}

fn unsupported(registry: &CastRegistry, source: &CastSource, to: FileType, options: &CastOptions) -> Error {
    let from = source.kind;
    let reachable = sniff::types().filter(|kind| {
        let wish = CastWish { from, to: *kind, facts: &source.facts, options };
        registry.entries().any(|entry| entry.can(wish))
    });
    let reachable: Vec<_> = reachable.map(|kind| kind.media_type).collect();
    let message = format!("no converter makes {} of {}", to.media_type, from.media_type);
    Error::new(ErrorKind::Unsupported, message).with_hint(if reachable.is_empty() {
        "nothing can be made of this type".to_owned()
    } else {
        format!("it can become: {}", reachable.join(", "))
    })
}

impl fmt::Display for Plan {
    /// One line for each step: types, converter, the program that it needs, and whether it costs money.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.steps.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{}. {} -> {} by {}", index + 1, step.from.media_type, step.to.media_type, step.entry.id)?;
            if let Some(program) = step.entry.program {
                write!(f, ", needs {program}")?;
            }
            if step.entry.is_paid {
                write!(f, ", costs money")?;
            }
        }
        Ok(())
    }
}
