//! A picture in words.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::domain::evidence::EvidenceDoc;

use super::super::prelude::*;

/// Characters of base64 in which the head of a PNG stands.
const HEAD: usize = 32;

/// The pixels of a PNG in base64, as its head says; nothing for what is none.
pub fn pixels(png: &str) -> Option<(u32, u32)> {
    let head = STANDARD.decode(png.trim_start().get(..HEAD)?).ok()?;
    let number = |at: usize| Some(u32::from_be_bytes(head.get(at..at + 4)?.try_into().ok()?));
    (head.get(..8)? == b"\x89PNG\r\n\x1a\n").then_some((number(16)?, number(20)?))
}

/// What stands where a picture is not drawn.
pub(super) fn rows(doc: &EvidenceDoc, width: usize) -> Vec<Row> {
    let Some((across, down)) = pixels(&doc.content) else {
        return paragraph(StyleRole::Bad, "this is no picture that can be read", width);
    };
    let kilobytes = (doc.content.len() / 4 * 3).div_ceil(1024);
    let words = format!("A picture of {across}×{down} pixels, {}.", plural(kilobytes, "kilobyte"));
    paragraph(StyleRole::Text, &words, width)
}
