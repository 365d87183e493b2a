//! What a page is written with.

pub(in crate::view) use crate::domain::mission::Mission;

pub(in crate::view) use super::glyph::Glyph;
pub(in crate::view) use super::log_line::{BAD, BEGINS, GOOD, LogLine, NEEDS, NOTE, SAID, Sign, WARNING};
pub(in crate::view) use super::prose::{
    LABEL, folded, hanging, indented, labelled, labelled_row, paragraph, point, points, section,
};
pub(in crate::view) use super::row::{Piece, Row};
pub(in crate::view) use super::style_role::StyleRole;
pub(in crate::view) use super::text::{
    ago, clean, clip, column, count, long_span, padded, plural, span, visible,
};
pub(in crate::view) use super::words::{
    budget_words, cost, first_sentence, listed, money, one_line, party, quoted, used,
};
