//! A mission written down for those who have no flightdeck: one page for people, test reports for programs, and a folder
//! whose every file can be checked.
//!
//! What is said of a mission comes from the view; here it is only set out. Nothing of it is read back into a mission.

mod asked;
pub mod bundle;
mod coverage;
mod ctrf;
mod error;
mod evidence;
mod facts;
mod junit;
mod page;
mod proof;
mod work;

pub use ctrf::ctrf;
pub use error::ReportError;
pub use evidence::Pieces;
pub use facts::{MissionReport, Sources};
pub use junit::junit;
pub use page::{html, markdown};
