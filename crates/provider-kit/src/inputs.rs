//! The inputs of a request: measured when it is prepared, moved to the provider before it is submitted.

use crate::{
    input::LocalInput,
    upload::{Given, Storage, UploadTerms, Uploads},
};
use mediagen_core::{
    Context, Dispatch, Error, ErrorKind, FieldProblem, Measured, MediaFacts, MediaInput, Note, Plan, ProblemCode,
    Request, Result, Role, Slot, Uploaded, Via,
};
use mediagen_params::UploadSlot;

/// The inputs of a request: each opened once, and measured by that one reading. An address is not opened.
///
/// ```
/// use mediagen_core::{Input, MediaInput, Request, Role};
/// use mediagen_provider_kit::Inputs;
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let gif = MediaInput::bytes(&b"GIF89a\x40\x01\xf0\x00\x00\x00\x00"[..], "a.gif");
/// let request = Request::new().with_input(Role::Image, gif);
/// let measured = Inputs::open(&request).await.unwrap().measured();
/// assert_eq!(measured[0].facts.width, Some(320));
/// # });
/// ```
#[derive(Debug)]
pub struct Inputs(Vec<(Measured, Option<LocalInput>)>);

impl Inputs {
    /// Opens every local input of `request`.
    ///
    /// # Errors
    /// `NotFound`, `Io` and `InvalidInput` for an input that cannot be read, is empty or contradicts its role; each names
    /// the role.
    pub async fn open(request: &Request) -> Result<Self> {
        let mut all = Vec::with_capacity(request.inputs.len());
        for input in &request.inputs {
            let local = LocalInput::open(&input.media).await.map_err(|e| unsendable(e, input.role))?;
            if let Some(local) = &local {
                local.check_role(input.role)?;
            }
            let measured = local.as_ref().map_or_else(|| Measured::from(input), |local| local.measured(input));
            all.push((measured, local));
        }
        Ok(Self(all))
    }

    /// Adds the hashes of large files that `uploads` recognises from an earlier upload; nothing is read.
    pub async fn recognise(&mut self, cx: &Context, uploads: &Uploads, terms: &UploadTerms) {
        for (measured, local) in &mut self.0 {
            let Some(local) = local.as_mut().filter(|local| local.hash.is_none()) else { continue };
            local.hash = uploads.known_hash(cx, local, terms).await;
            measured.blake3 = local.hash.map(|hash| hash.to_hex().to_string());
        }
    }

    /// What is known of each input's content; `None` for an address.
    pub fn facts(&self) -> Vec<Option<MediaFacts>> {
        self.0.iter().map(|(measured, local)| local.as_ref().map(|_| measured.facts.clone())).collect()
    }

    /// The place that `upload` leaves for its input, whose content goes inside the body when it has fewer than
    /// `inline_below` bytes.
    pub fn slot(&self, upload: &UploadSlot, inline_below: u64) -> Slot {
        let slot = Slot::new(upload.input, upload.role, &*upload.pointer);
        let len = self.0.get(upload.input).and_then(|(_, local)| local.as_ref()?.len);
        if len.is_some_and(|len| len < inline_below) { slot.inline() } else { slot }
    }

    /// Notes on names that contradict the content.
    pub fn notes(&self) -> Vec<Note> {
        self.0.iter().filter_map(|(measured, local)| local.as_ref()?.note(measured.role.as_str())).collect()
    }

    /// The measured inputs, in the order of the request.
    pub fn measured(self) -> Vec<Measured> {
        self.0.into_iter().map(|(measured, _)| measured).collect()
    }
}

/// Moves the inputs that the slots of `plan` wait for to `storage`: all at the same time, each content once, and none of
/// them read before it leaves.
///
/// # Errors
/// `InputGone` for an input that is not there, `InputChanged` for one that is not as it was measured, and those of
/// [`Uploads::send_all`]. Each names the role.
pub async fn upload_inputs(
    cx: &Context,
    uploads: &Uploads,
    storage: &dyn Storage,
    plan: &Plan,
    inputs: &[MediaInput],
    terms: &UploadTerms,
) -> Result<Vec<Uploaded>> {
    let mut done = Vec::new();
    let mut local = Vec::new();
    for (slot, measured) in plan.uploads() {
        let Some(media) = inputs.get(slot.input) else {
            return Err(Error::new(ErrorKind::InputGone, format!("the input `{}` is not here", slot.role)));
        };
        let input = LocalInput::reopen(measured, media).await.map_err(|e| unsendable(e, slot.role))?;
        let Some(input) = input else {
            let error = Error::new(ErrorKind::Unsupported, "this form of input cannot be uploaded");
            return Err(unsendable(error, slot.role));
        };
        if slot.how == Via::Inline {
            done.push(inlined(slot, &input).await.map_err(|e| unsendable(e, slot.role))?);
        } else {
            local.push((slot, input));
        }
    }
    let given: Vec<Given<'_>> =
        local.iter().map(|(slot, input)| Given { number: slot.input, role: slot.role, input }).collect();
    if !given.is_empty() {
        done.extend(uploads.send_all(cx, storage, &given, terms).await?);
    }
    Ok(done)
}

async fn inlined(slot: &Slot, input: &LocalInput) -> Result<Uploaded> {
    let (content, hash) = input.data_uri().await?;
    let mut inlined = Uploaded::inline(slot.input, content, input.shown_data_uri());
    inlined.bytes = input.len;
    inlined.blake3 = Some(hash.to_hex().to_string());
    inlined.media_type = Some(input.media_type.clone());
    Ok(inlined)
}

/// `error` of the input in the part of `role`. Whatever it is: the paid call did not leave.
fn unsendable(error: Error, role: Role) -> Error {
    error
        .with_field(
            FieldProblem::new(role.as_str(), "cannot be sent").with_code(ProblemCode::Media).with_give(role.as_str()),
        )
        .with_dispatch(Dispatch::NotSent)
}

#[cfg(test)]
mod tests;
