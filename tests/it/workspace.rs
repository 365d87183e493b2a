//! The workspace against a real git, real programs and real ports.

mod checkout;
mod git;
mod land;
mod process;
mod services;
