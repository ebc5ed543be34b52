//! Files: is every file that has a place in the body?

use super::{Court, Sense, leaf::Leaf};
use crate::ask::address;
use mediagen_core::Role;
use serde_json::Value;

fn mentions(value: &Value, url: &str) -> bool {
    match value {
        Value::String(text) => text == url,
        Value::Array(list) => list.iter().any(|item| mentions(item, url)),
        Value::Object(map) => map.values().any(|item| mentions(item, url)),
        _ => false,
    }
}

impl<'a> Court<'a> {
    /// Every role that was given and that some field speaks of.
    pub(super) fn media(&mut self) {
        for role in Role::ALL.iter().copied() {
            let given = self.request.inputs.iter().filter(|input| input.role == role).count();
            let leaves = self.places(role);
            let room: u64 = leaves.iter().map(|leaf| leaf.room()).fold(0, u64::saturating_add);
            for number in 0..given.min(usize::try_from(room).unwrap_or(usize::MAX)) {
                let url = address(role, number);
                self.expect(role.as_str(), &leaves, |_, value| mentions(value, &url));
            }
        }
    }

    pub(super) fn places(&self, role: Role) -> Vec<&'a Leaf<'a>> {
        let of = |sense| self.with(sense);
        let (mut image, reference) = (of(Sense::Image), of(Sense::Reference));
        let given = |role| self.request.inputs.iter().filter(|input| input.role == role).count() as u64;
        match role {
            // Where a picture is only ever called a reference, or a reference is what has to be there, that is the picture.
            Role::Image if image.is_empty() => reference,
            Role::Image => {
                image.extend(reference.into_iter().filter(|leaf| leaf.required));
                image
            }
            // References are more pictures where pictures come as a list and nothing else is called a reference.
            Role::Reference if reference.is_empty() => {
                image.retain(|leaf| {
                    leaf.any("image images") && leaf.room() >= given(Role::Image) + given(Role::Reference)
                });
                image
            }
            Role::Reference if image.is_empty() => Vec::new(),
            Role::Reference => reference,
            Role::EndImage => of(Sense::EndImage),
            Role::Mask => of(Sense::Mask),
            Role::Video => of(Sense::Video),
            Role::Audio => of(Sense::Audio),
            Role::VoiceSample => of(Sense::VoiceSample),
            Role::SourceFace => of(Sense::Face),
            _ => Vec::new(),
        }
    }
}
