//! What happens on the machine: the git repository, its checkouts, the programs that run in them.
//!
//! This room uses no other. It never touches the checkout a person works in, except when a mission is landed and that
//! checkout is clean where it matters. Every program is started here, in a process group of its own and with a cleaned
//! environment, so that nothing outlives a mission and no key reaches a program that an agent chose to run.

pub mod awake;
pub mod checkout;
pub mod confinement;
pub mod diff;
pub mod error;
pub mod git;
pub mod land;
mod leak;
mod master;
pub mod mission_repo;
pub mod occupation;
pub mod peer;
pub mod portable;
pub mod preflight;
pub mod process;
pub mod project;
pub mod proof;
pub mod pty;
pub mod reaper;
pub mod relocate;
pub mod repo;
pub mod sandbox;
pub mod secrets;
pub mod services;
pub mod sweep;
mod trusted;
pub mod undo;
pub mod watch;
mod worktree;

pub use checkout::{Checkout, Cleanliness};
pub use confinement::{Confinement, Intent};
pub use error::WorkspaceError;
pub use git::Git;
pub use land::{LandPlan, Landing};
pub use leak::Leak;
pub use mission_repo::{FilterGround, MissionRepo, Published, RepoPlan};
pub use portable::Unportable;
pub use process::{Background, Exit, Finished, Program, clean_text};
pub use project::{Project, ProjectFile, Standing};
pub use proof::ProofCheckout;
pub use reaper::Reaper;
pub use repo::Repo;
pub use sandbox::{Access, Jail, Reach, Sandbox, SandboxOptions};
pub use services::{ServiceSpec, Services};
pub use worktree::remove_directory;
