//! stub
use std::sync::Arc; use super::deck::Deck;
pub struct EngineHost { deck: Arc<Deck> }
impl EngineHost { pub fn new(deck: Arc<Deck>)->Self{Self{deck}} }
