//! The inputs of a request: measured when it is prepared, moved to fal before it is submitted.

use crate::client::{FalClient, Wishes};
use mediagen_core::{
    Context, Dispatch, Error, ErrorKind, FieldProblem, Input, Measured, MediaFacts, MediaInput, Note, Plan, Request,
    Result, Slot, Uploaded, Via,
};
use mediagen_params::UploadSlot;
use mediagen_provider_kit::{
    LocalInput,
    upload::{Given, Stored},
};
use std::collections::BTreeMap;

/// The inputs of a request: each opened once, and measured by that one reading. An address is not opened.
pub(super) struct Inputs(Vec<(Measured, Option<LocalInput>)>);

impl Inputs {
    /// Opens every local input of `request`.
    ///
    /// # Errors
    /// `NotFound`, `Io` and `InvalidInput` for an input that cannot be read, is empty or contradicts its role; each names
    /// the role.
    pub(super) async fn open(request: &Request) -> Result<Self> {
        let mut all = Vec::with_capacity(request.inputs.len());
        for input in &request.inputs {
            let mut measured = Measured::from(input);
            let local = open(input).await?;
            if let Some(local) = &local {
                measured.path = Some(local.given.clone());
                measured.facts = local.facts.clone();
                measured.facts.media_type = Some(local.media_type.clone());
                measured.blake3 = local.hash.map(|hash| hash.to_hex().to_string());
            }
            all.push((measured, local));
        }
        Ok(Self(all))
    }

    /// What is known of each input's file; `None` for an address.
    pub(super) fn facts(&self) -> Vec<Option<MediaFacts>> {
        self.0.iter().map(|(_, local)| local.as_ref().map(|local| local.facts.clone())).collect()
    }

    /// The place that `upload` leaves for its input.
    pub(super) fn slot(&self, upload: &UploadSlot, wishes: &Wishes) -> Slot {
        let slot = Slot::new(upload.input, upload.role, &*upload.pointer);
        let local = self.0.get(upload.input).and_then(|(_, local)| local.as_ref());
        let len = local.and_then(|local| local.len);
        if len.is_some_and(|len| len < wishes.inline_below) { slot.inline() } else { slot }
    }

    /// Notes on names that contradict the content.
    pub(super) fn notes(&self) -> Vec<Note> {
        self.0.iter().filter_map(|(measured, local)| local.as_ref()?.note(measured.role.as_str())).collect()
    }

    /// The measured inputs, in the order of the request.
    pub(super) fn measured(self) -> Vec<Measured> {
        self.0.into_iter().map(|(measured, _)| measured).collect()
    }
}

async fn open(input: &Input) -> Result<Option<LocalInput>> {
    let named = |e: Error| e.with_field(FieldProblem::new(input.role.as_str(), "cannot be sent"));
    let local = LocalInput::open(&input.media).await.map_err(named)?;
    if let Some(local) = &local {
        local.check_role(input.role)?;
    }
    Ok(local)
}

/// An upload as a plan's input number `input`.
pub(crate) fn uploaded(input: usize, stored: Stored) -> Uploaded {
    let mut uploaded = Uploaded::new(input, stored.reference);
    uploaded.bytes = Some(stored.len);
    uploaded.media_type = Some(stored.media_type);
    uploaded.blake3 = stored.hash;
    uploaded.cached = stored.cached;
    uploaded.notes = stored.notes;
    uploaded
}

/// Moves the inputs that slots wait for to fal: all at the same time, each content once.
pub(super) async fn upload(
    client: &FalClient,
    cx: &Context,
    plan: &Plan,
    inputs: &[MediaInput],
    wishes: &Wishes,
) -> Result<Vec<Uploaded>> {
    let mut files = BTreeMap::new();
    let mut done = Vec::new();
    for (slot, measured) in plan.uploads() {
        let Some(media) = inputs.get(slot.input) else {
            return Err(Error::new(ErrorKind::InputGone, format!("the input `{}` is not here", slot.role)));
        };
        let named = |e: Error| {
            let field = FieldProblem::new(slot.role.as_str(), format!("`{}` cannot be sent", measured.name));
            e.with_field(field).with_dispatch(Dispatch::NotSent)
        };
        let file = open(&Input::new(slot.role, media.clone())).await?;
        let unsupported = || named(Error::new(ErrorKind::Unsupported, "this form of input cannot be uploaded"));
        let file = file.ok_or_else(unsupported)?;
        if slot.how == Via::Inline {
            if file.len.is_none_or(|len| len >= wishes.inline_below) {
                let message = "the input is larger than when the request was prepared";
                return Err(named(Error::new(ErrorKind::InputChanged, message)));
            }
            let content = file.data_uri().await.map_err(named)?;
            let mut inlined = Uploaded::inline(slot.input, content, file.shown_data_uri());
            inlined.bytes = file.len;
            inlined.blake3 = file.hash.map(|hash| hash.to_hex().to_string());
            inlined.media_type = Some(file.media_type);
            done.push(inlined);
        } else {
            files.insert(slot.input, (slot.role, file));
        }
    }
    if files.is_empty() {
        return Ok(done);
    }
    let given: Vec<Given<'_>> = files.values().map(|(role, file)| Given { role: *role, input: file }).collect();
    let stored = client.upload_all(cx, &given, wishes).await?;
    done.extend(files.keys().zip(stored).map(|(input, stored)| uploaded(*input, stored)));
    Ok(done)
}
