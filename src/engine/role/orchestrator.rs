//! The orchestrator reads the mission's checkout: the person's own files may be half edited.

use std::sync::Arc;

use super::station::Station;
use super::worker::open_checkout;
use crate::engine::deck::Deck;
use crate::engine::error::EngineError;

pub(super) async fn prepare(deck: &Arc<Deck>) -> Result<Station, EngineError> {
    let checkout = open_checkout(deck).await?;
    Ok(Station::reading(checkout.dir().to_owned()))
}
