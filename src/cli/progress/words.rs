//! The view's words under the names that pages of the command line use.

pub use crate::view::text::plural as count;
pub use crate::view::words::{budget_words, listed, one_line, party, span as elapsed, used};
pub use crate::view::work::attempt_words as ending;
