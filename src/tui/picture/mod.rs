//! Pictures of the console, for the README and for whoever judges how it looks: a screen of the sample mission, reached
//! by keys, drawn as SVG from the frame itself. Nothing is mocked up, so a picture can be made again after any change.

mod album;
mod pose;
mod strokes;
mod svg;

pub use album::{ALBUM, Print};
pub use pose::{Scene, Screenshot, Script, inputs, photograph};
pub use svg::svg;
