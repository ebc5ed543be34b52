//! AVIF and HEIF: the boxes that describe the primary image; nothing is decoded.

use super::{set_animation, set_size};
use crate::{
    bytes::{Bytes, u16_at, u32_at},
    video::mp4::{Movie, boxes, find, next_box},
};
use mediagen_core::MediaFacts;
use std::io::{Read, Seek};

/// The largest `meta` box that is looked at.
const MAX_META: u64 = 1 << 20;
/// The most top-level boxes that are looked at.
const MAX_BOXES: usize = 10_000;
const ALPHA: [&[u8]; 2] = [b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0", b"urn:mpeg:hevc:2015:auxid:1\0"];

/// Fills size (turned as `irot` says) and alpha; of a sequence also frames, length and rate.
pub(crate) fn measure(file: &mut Bytes<impl Read + Seek>, facts: &mut MediaFacts) -> Option<()> {
    facts.frames = Some(1);
    for _ in 0..MAX_BOXES {
        let Some((name, length)) = next_box(file) else { break };
        let end = file.at().checked_add(length)?;
        match &name {
            b"meta" => describe(file.all(length, MAX_META)?.get(4..)?, facts)?,
            b"moov" => {
                if let Some(video) = Movie::from_moov(&file.all(length, MAX_META)?).image() {
                    set_animation(facts, video.samples, video.sample_ticks, video.timescale);
                    facts.width = facts.width.or(video.width);
                    facts.height = facts.height.or(video.height);
                }
            }
            _ => {}
        }
        if file.go(end).is_none() {
            break;
        }
    }
    if facts.width.is_none() {
        facts.frames = None;
    }
    Some(())
}

fn describe(meta: &[u8], facts: &mut MediaFacts) -> Option<()> {
    let pitm = find(meta, *b"pitm")?;
    let primary = if pitm.first()? == &0 { u16_at(pitm, 4)?.into() } else { u32_at(pitm, 4)? };
    let iprp = find(meta, *b"iprp")?;
    let properties: Vec<([u8; 4], &[u8])> = boxes(find(iprp, *b"ipco")?).take(1024).collect();
    let (mut size, mut quarter) = (None, false);
    for index in associations(find(iprp, *b"ipma")?, primary)? {
        match index.checked_sub(1).and_then(|index| properties.get(index)).map(|(name, content)| (name, *content)) {
            Some((b"ispe", content)) => size = Some((u32_at(content, 4)?, u32_at(content, 8)?)),
            Some((b"irot", content)) => quarter = content.first()? & 1 == 1,
            _ => {}
        }
    }
    let (width, height) = size?;
    set_size(facts, width, height, quarter.then_some(6));
    let names_alpha = |content: &[u8]| ALPHA.iter().any(|urn| content.get(4..).is_some_and(|c| c.starts_with(urn)));
    facts.has_alpha = Some(properties.iter().any(|(name, content)| name == b"auxC" && names_alpha(content)));
    Some(())
}

/// The numbers, from 1, of the properties of item `wanted`.
fn associations(ipma: &[u8], wanted: u32) -> Option<Vec<usize>> {
    let (wide_item, wide_index) = (ipma.first()? != &0, ipma.get(3)? & 1 != 0);
    let mut at = 8;
    for _ in 0..u32_at(ipma, 4)? {
        let item = if wide_item { u32_at(ipma, at)? } else { u16_at(ipma, at)?.into() };
        at += if wide_item { 4 } else { 2 };
        let count = usize::from(*ipma.get(at)?);
        at += 1;
        let width = if wide_index { 2 } else { 1 };
        let list = ipma.get(at..at.checked_add(count * width)?)?;
        if item == wanted {
            // The highest bit says that the property is essential.
            let number = |entry: &[u8]| match entry {
                [high, low] => usize::from(high & 0x7F) << 8 | usize::from(*low),
                [low] => usize::from(low & 0x7F),
                _ => 0,
            };
            return Some(list.chunks_exact(width).map(number).collect());
        }
        at += count * width;
    }
    None
}
