//! One detached process per mission: the only room where missions and agents meet.
//!
//! ```text
//! command ─► dispatcher: decide, append, apply, publish ─► schedule ─► executor ─► roles
//!                ▲                                                                  │
//!                └────────────── mission tools of the running attempts ◄────────────┘
//! ```
//!
//! The dispatcher is the one writer; everybody else looks at the mission and asks. An engine may be killed at any
//! moment: the next one folds the log, closes orphaned attempts and works out what is due.

mod activity;
mod aftermath;
mod attempt;
mod briefing;
mod clock;
mod deck;
mod diff;
mod dispatcher;
mod error;
mod executor;
mod host;
mod landing;
mod mission_tools;
mod observer;
mod own_work;
mod permit;
mod postman;
mod projector;
mod recover;
mod role;
mod run;
mod scripts;
mod shared;

pub use clock::now;
pub use deck::Backends;
pub use error::EngineError;
pub use executor::Rest;
pub use role::PROMPTS;
pub use run::{EngineOptions, run};
