//! Bytes that are no text, in columns.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::prelude::*;

/// Bytes of a body that are shown.
const SHOWN: usize = 512;

/// The first bytes of a base64 text, sixteen a row: place, bytes, characters. Eight on a narrow screen.
pub(super) fn rows(base64: &str, width: usize) -> Vec<Row> {
    let bytes = STANDARD.decode(base64.trim()).unwrap_or_default();
    let across = if width < 76 { 8 } else { 16 };
    let line = |(index, chunk): (usize, &[u8])| {
        let digits = chunk.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ");
        let seen = |byte: &u8| if (0x20..0x7f).contains(byte) { char::from(*byte) } else { '.' };
        Row::of(StyleRole::Dim, format!("{:06x}  ", index * across))
            .then(StyleRole::Text, padded(&digits, across * 3 + 1))
            .then(StyleRole::Dim, chunk.iter().map(seen).collect::<String>())
    };
    let shown = bytes.get(..SHOWN.min(bytes.len())).unwrap_or_default();
    let mut rows: Vec<Row> = shown.chunks(across).enumerate().map(line).collect();
    if bytes.len() > SHOWN {
        rows.push(Row::of(StyleRole::Dim, format!("… {} more", plural(bytes.len() - SHOWN, "byte"))));
    }
    rows
}
