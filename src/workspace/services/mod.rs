//! The app under test, while a validator works it: the environment's services, started in order and stopped whatever happens.

mod health;
mod kept;
mod lease;
mod order;
mod port;
mod spec;
mod stranger;
mod supervise;
mod variables;

pub use lease::{PortLease, lease};
pub use port::mission_on;
pub use spec::{Health, ServiceSpec, ServiceStatus};
pub use stranger::Known;
pub use supervise::{ServiceDirs, Services, StillHeld};
pub use variables::{DATA_DIR, PORT, expanded, port_variable};
