//! A first model to fly with: what there is on this machine, a real call to try one, and keeping it in the settings.

mod agents;
mod keep;
mod keys;
mod look;
mod providers;
mod servers;
mod trial;
mod way;

pub use keep::{keep, keep_host};
pub use look::{Places, look, refused};
pub use trial::tried;
pub use way::{named, of_mind, sources};
