//! A converter, as constant data.

use crate::CastOptions;
use mediagen_core::{BoxFuture, Context, MediaFacts, Result, inventory};
use mediagen_probe::sniff::FileType;
use std::{fmt, path::Path};

/// What one step has to do.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct CastJob<'a> {
    /// The file to read.
    pub input: &'a Path,
    /// Its type.
    pub from: FileType,
    /// What was measured on it.
    pub facts: &'a MediaFacts,
    /// The file to write: it exists, is empty, and belongs to this step alone.
    pub output: &'a Path,
    /// The type to write.
    pub to: FileType,
    /// What the caller wants.
    pub options: &'a CastOptions,
}

/// What a converter is asked before it is planned.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct CastWish<'a> {
    /// The type to read.
    pub from: FileType,
    /// The type to write.
    pub to: FileType,
    /// What was measured on the source; all unknown for what an earlier step of the same plan will make.
    pub facts: &'a MediaFacts,
    /// What the caller wants.
    pub options: &'a CastOptions,
}

type Run = for<'a> fn(&'a Context, CastJob<'a>) -> BoxFuture<'a, Result<()>>;

/// One converter: from which types, to which, at what price.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct CastEntry {
    /// Its name, unique and in kebab-case.
    pub id: &'static str,
    /// The module that it stands in.
    pub origin: &'static str,
    /// Media types that it reads; empty for any.
    pub from: &'static [&'static str],
    /// Media types that it writes; empty for any.
    pub to: &'static [&'static str],
    /// The program that it needs at run time.
    pub program: Option<&'static str>,
    /// Whether it costs money, so that it runs only where the caller allowed that.
    pub is_paid: bool,
    fits: fn(CastWish<'_>) -> bool,
    run: Run,
}

impl CastEntry {
    /// For constants: a free converter that needs nothing.
    pub const fn new(
        id: &'static str,
        origin: &'static str,
        from: &'static [&'static str],
        to: &'static [&'static str],
        run: Run,
    ) -> Self {
        Self { id, origin, from, to, program: None, is_paid: false, fits: |_| true, run }
    }

    /// Needs `program` at run time.
    pub const fn needing(mut self, program: &'static str) -> Self {
        self.program = Some(program);
        self
    }

    /// Costs money.
    pub const fn paid(mut self) -> Self {
        self.is_paid = true;
        self
    }

    /// Takes only what `fits` says yes to, beyond the types.
    pub const fn when(mut self, fits: fn(CastWish<'_>) -> bool) -> Self {
        self.fits = fits;
        self
    }

    /// Whether it can do `wish`.
    pub fn can(&self, wish: CastWish<'_>) -> bool {
        let lists = |list: &[&str], kind: FileType| list.is_empty() || list.contains(&kind.media_type);
        lists(self.from, wish.from) && lists(self.to, wish.to) && (self.fits)(wish)
    }

    pub(super) fn run<'a>(&self, cx: &'a Context, job: CastJob<'a>) -> BoxFuture<'a, Result<()>> {
        (self.run)(cx, job)
    }
}

impl fmt::Debug for CastEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CastEntry")
            .field("id", &self.id)
            .field("origin", &self.origin)
            .field("program", &self.program)
            .field("is_paid", &self.is_paid)
            .finish_non_exhaustive()
    }
}

inventory::collect!(CastEntry);
