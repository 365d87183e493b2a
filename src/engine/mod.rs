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
mod agent_jail;
mod attempt;
mod baseline;
mod briefing;
mod budget_guard;
mod busy_port;
mod clock;
mod close_attempt;
mod context;
mod diff;
mod dispatcher;
mod document_sync;
mod engine_checks;
mod error;
mod evidence;
mod evidence_text;
mod executor;
mod fallback;
mod fault;
mod foreign_tools;
mod habits;
mod hook_teller;
mod host;
mod inbox;
mod landing;
mod mission_cell;
mod mission_tools;
mod network_asks;
mod open_calls;
mod prices;
mod reach;
mod record_check;
mod recover;
pub mod relocate;
mod replay;
pub mod reports;
mod resume;
mod role;
mod run;
mod sabotage;
mod scripts;
mod session_recorder;
mod stored_mission;
mod tampering;
mod under_test;
mod waiting;

pub use clock::now;
pub use context::{Backends, Handling};
pub use engine_checks::CommandLimits;
pub use error::EngineError;
pub use executor::Rest;
pub use habits::{AfterQuota, Habits};
pub use network_asks::KeepHost;
pub use role::PROMPTS;
pub use run::{EngineOptions, Predecessor, run};
pub use stored_mission::StoredMission;
