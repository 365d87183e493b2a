//! The app under test, while a validator works it: the environment's services, started in order and stopped whatever happens.

mod health;
mod order;
mod port;
mod spec;
mod supervise;

pub use spec::{Health, ServiceSpec, ServiceStatus};
pub use supervise::{ServiceDirs, Services, StillHeld};
