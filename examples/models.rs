//! Makes `assets/models.json` anew from models.dev's `api.json`: `cargo run --example models -- api.json 2026-08-18`.

use std::error::Error;

use flightdeck::agent::model::catalogue::{ADDRESS, Breadth, Snapshot};

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let (Some(file), Some(date)) = (words.next(), words.next()) else {
        return Err("say the file, and the day it is of: api.json 2026-08-18".into());
    };
    let snapshot = Snapshot::of_models_dev(&std::fs::read_to_string(file)?, ADDRESS, &date, Breadth::Common)?;
    let target = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/models.json");
    std::fs::write(target, snapshot.written()?)?;
    Ok(())
}
