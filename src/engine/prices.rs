//! Tells the mission what its models cost, so that a plan can be estimated before anything is spent.

use super::context::EngineContext;
use super::error::EngineError;
use crate::agent::model::catalogue::Price;
use crate::domain::command::Command;
use crate::domain::text::Title;
use crate::domain::usage::ModelPrice;

impl EngineContext {
    /// Records the price of every model that plays a role, where it is known and has changed.
    ///
    /// # Errors
    /// When the engine is going down.
    pub async fn record_prices(&self) -> Result<(), EngineError> {
        let models: Vec<Title> = self.cell.with(|mission| mission.models.values().cloned().collect());
        for model in models {
            let Some(price) = self.backends.facts(model.as_str()).price.map(ModelPrice::from) else {
                continue;
            };
            if self.cell.with(|mission| mission.prices.get(&model) != Some(&price)) {
                self.dispatcher.record_if_due(Command::PriceModel { model, price }).await?;
            }
        }
        Ok(())
    }
}

impl From<Price> for ModelPrice {
    fn from(price: Price) -> Self {
        let Price { input, cached, cache_write, output, long: _ } = price;
        Self { input, cached, cache_write, output }
    }
}
